"""How points and ranges lie to each other (DMN 1.5 section 10.3.4.9, table 80)."""

from engine.feel import messages
from engine.feel.equality import compare
from engine.feel.functions import RejectedError, builtin
from engine.feel.range_text import parse_range
from engine.feel.state import State
from engine.feel.values import Range

POINT = "number|string|date|time|date and time|days and time duration|years and months duration"
POINTS = f"point1: {POINT}, point2: {POINT}"
POINT_RANGE = f"point: {POINT}, range: range"
RANGE_POINT = f"range: range, point: {POINT}"
RANGES = "range1: range, range2: range"


def order(left: object, right: object) -> int:
    """Compare two ends; raise RejectedError where they have no order."""
    found = None if left is None or right is None else compare(left, right)
    if found is None:
        raise RejectedError(messages.NO_ORDER)
    return found


def as_range(value: object) -> Range:
    """Give a range, of a point the one that holds only it."""
    return value if isinstance(value, Range) else Range(value, value)


@builtin("before", POINTS, RANGE_POINT, POINT_RANGE, RANGES, summary="是否在另一个之前")
def before(_: State, first: object, second: object) -> bool:
    """Tell whether the first ends before the second begins."""
    left, right = as_range(first), as_range(second)
    found = order(left.end, right.start)
    return found < 0 or (found == 0 and not (left.end_included and right.start_included))


@builtin("after", POINTS, RANGE_POINT, POINT_RANGE, RANGES, summary="是否在另一个之后")
def after(state: State, first: object, second: object) -> bool:
    """Tell whether the first begins after the second ends."""
    return before(state, second, first)


@builtin("meets", RANGES, summary="前一个的末端是否正是后一个的始端")
def meets(_: State, first: Range, second: Range) -> bool:
    """Tell whether the first ends exactly where the second begins."""
    return order(first.end, second.start) == 0 and first.end_included and second.start_included


@builtin("met by", RANGES, summary="前一个的始端是否正是后一个的末端")
def met_by(state: State, first: Range, second: Range) -> bool:
    """Tell whether the first begins exactly where the second ends."""
    return meets(state, second, first)


@builtin("overlaps", RANGES, summary="两个区间是否有共同部分")
def overlaps(state: State, first: Range, second: Range) -> bool:
    """Tell whether the two have a point in common."""
    return not before(state, first, second) and not before(state, second, first)


def _starts_earlier(first: Range, second: Range) -> bool:
    found = order(first.start, second.start)
    return found < 0 or (found == 0 and first.start_included and not second.start_included)


def _ends_earlier(first: Range, second: Range) -> bool:
    found = order(first.end, second.end)
    return found < 0 or (found == 0 and not first.end_included and second.end_included)


def _starts_together(first: Range, second: Range) -> bool:
    return order(first.start, second.start) == 0 and first.start_included == second.start_included


def _ends_together(first: Range, second: Range) -> bool:
    return order(first.end, second.end) == 0 and first.end_included == second.end_included


@builtin("overlaps before", RANGES, summary="是否先开始、并延续到另一个里面")
def overlaps_before(state: State, first: Range, second: Range) -> bool:
    """Tell whether the first begins earlier and ends within the second."""
    if not overlaps(state, first, second) or not _starts_earlier(first, second):
        return False
    return _ends_earlier(first, second) or _ends_together(first, second)


@builtin("overlaps after", RANGES, summary="是否从另一个里面开始、并在它之后结束")
def overlaps_after(state: State, first: Range, second: Range) -> bool:
    """Tell whether the first begins within the second and ends later."""
    if not overlaps(state, first, second) or not _ends_earlier(second, first):
        return False
    return _starts_earlier(second, first) or _starts_together(second, first)


@builtin("includes", RANGE_POINT, RANGES, summary="区间是否包含这个点或另一个区间")
def includes(_: State, first: Range, second: object) -> bool:
    """Tell whether a range holds a point or all of another range."""
    inner = as_range(second)
    return not _starts_earlier(inner, first) and not _ends_earlier(first, inner)


@builtin("during", POINT_RANGE, RANGES, summary="点或区间是否在另一个区间之内")
def during(state: State, first: object, second: Range) -> bool:
    """Tell whether a point or range lies within a range."""
    return includes(state, second, first)


@builtin("finishes", POINT_RANGE, RANGES, summary="是否与另一个区间同时结束")
def finishes(state: State, first: object, second: Range) -> bool:
    """Tell whether the first lies in the second and ends together with it."""
    inner = as_range(first)
    return _ends_together(inner, second) and includes(state, second, inner)


@builtin("finished by", RANGE_POINT, RANGES, summary="另一个是否与它同时结束")
def finished_by(state: State, first: Range, second: object) -> bool:
    """Tell whether the second finishes the first."""
    return finishes(state, second, first)


@builtin("starts", POINT_RANGE, RANGES, summary="是否与另一个区间同时开始")
def starts(state: State, first: object, second: Range) -> bool:
    """Tell whether the first lies in the second and begins together with it."""
    inner = as_range(first)
    return _starts_together(inner, second) and includes(state, second, inner)


@builtin("started by", RANGE_POINT, RANGES, summary="另一个是否与它同时开始")
def started_by(state: State, first: Range, second: object) -> bool:
    """Tell whether the second starts the first."""
    return starts(state, second, first)


@builtin("coincides", POINTS, RANGES, summary="两个点或区间是否相同")
def coincides(_: State, first: object, second: object) -> bool:
    """Tell whether two points or ranges are the same."""
    left, right = as_range(first), as_range(second)
    return _starts_together(left, right) and _ends_together(left, right)


@builtin("range", "from: string", summary="把文字读成区间")
def range_(_: State, text: str) -> Range:
    """Read a range whose ends are literals."""
    found = parse_range(text)
    if found is None:
        raise RejectedError(messages.NO_RANGE)
    return found
