"""Equality and order (DMN 1.5 section 10.3.2.8, tables 53 and 54): true, false, or null for unlike kinds."""

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal

from engine.feel.kinds import KINDS
from engine.feel.state import State
from engine.feel.temporal import DateTime, Time, instant, time_instant
from engine.feel.values import Range

ORDERED = frozenset(
    {"number", "string", "date", "time", "date and time", "years and months duration", "days and time duration"}
)
DIRECT = frozenset({Decimal, str})


def equal(left: object, right: object, state: State) -> bool | None:
    """Compare two values; null when their kinds differ, unless one is null itself."""
    kind = type(left)
    if kind is type(right) and kind in DIRECT:
        return left == right
    if left is None or right is None:
        return left is right
    name = KINDS[kind]
    if name != KINDS[type(right)]:
        return None
    special = _EQUAL.get(name)
    return left == right if special is None else special(left, right, state)


def _equal_lists(left: list[object], right: list[object], state: State) -> bool | None:
    state.spend(min(len(left), len(right)) + 1)
    if len(left) != len(right):
        return False
    return _all(equal(a, b, state) for a, b in zip(left, right, strict=True))


def _equal_contexts(left: dict[str, object], right: dict[str, object], state: State) -> bool | None:
    state.spend(min(len(left), len(right)) + 1)
    if left.keys() != right.keys():
        return False
    return _all(equal(value, right[key], state) for key, value in left.items())


def _all(results: Iterable[bool | None]) -> bool | None:
    unknown = False
    for result in results:
        if result is False:
            return False
        unknown = unknown or result is None
    return None if unknown else True


def _equal_moments(left: DateTime, right: DateTime, _: State) -> bool:
    return instant(left) == instant(right)


def _equal_times(left: Time, right: Time, _: State) -> bool:
    return time_instant(left) == time_instant(right)


def _equal_ranges(left: Range, right: Range, state: State) -> bool | None:
    if (left.start_included, left.end_included, left.test) != (right.start_included, right.end_included, right.test):
        return False
    return _all([equal(left.start, right.start, state), equal(left.end, right.end, state)])


_EQUAL: dict[str, Callable[..., bool | None]] = {
    "list": _equal_lists,
    "context": _equal_contexts,
    "date and time": _equal_moments,
    "time": _equal_times,
    "range": _equal_ranges,
}


def compare(left: object, right: object) -> int | None:
    """Give -1, 0 or 1, or None where the standard has no order between the two."""
    name = KINDS[type(left)]
    if name != KINDS[type(right)] or name not in ORDERED:
        return None
    if name == "date and time":
        return _compare_instants(instant(left), instant(right))  # type: ignore[arg-type]
    if name == "time":
        return _compare_instants(time_instant(left), time_instant(right))  # type: ignore[arg-type]
    if type(left) is not type(right):
        return _compare_dates(left, right)
    if left == right:
        return 0
    return 1 if left > right else -1  # type: ignore[operator]  # both are of one ordered type


def _compare_instants(left: tuple[int, bool], right: tuple[int, bool]) -> int | None:
    if left[1] != right[1]:
        return None
    return (left[0] > right[0]) - (left[0] < right[0])


def _compare_dates(left: object, right: object) -> int:
    """Order an ordinary date and one of a year that Python lacks."""
    if isinstance(left, dt.date):
        return -_compare_dates(right, left)
    return 1 if left.year > 0 else -1  # type: ignore[attr-defined]


def less(left: object, right: object) -> bool | None:
    """Tell whether left < right."""
    order = compare(left, right)
    return None if order is None else order < 0


def less_or_equal(left: object, right: object) -> bool | None:
    """Tell whether left <= right."""
    order = compare(left, right)
    return None if order is None else order <= 0


def contains(range_: Range, value: object, state: State) -> bool | None:
    """Tell whether a value lies in a range; null when it can't be compared with its ends."""
    if range_.test in {"=", "!="}:
        found = equal(value, range_.start, state)
        return found if range_.test == "=" or found is None else not found
    if range_.start is None and range_.end is None:
        return None
    above = _above(range_, value)
    below = _below(range_, value)
    if above is False or below is False:
        return False
    return None if above is None or below is None else True


def _above(range_: Range, value: object) -> bool | None:
    if range_.start is None:
        return True if range_.test else None
    return less_or_equal(range_.start, value) if range_.start_included else less(range_.start, value)


def _below(range_: Range, value: object) -> bool | None:
    if range_.end is None:
        return True if range_.test else None
    return less_or_equal(value, range_.end) if range_.end_included else less(value, range_.end)


def within(value: object, test: object, state: State) -> bool | None:
    """Tell whether a value passes a test that is a value: in a range or a list, or equal (table 55)."""
    if isinstance(test, Range):
        return contains(test, value, state)
    if type(test) is list:
        return _within_list(value, test, state)
    return equal(value, test, state)


def _within_list(value: object, items: list[object], state: State) -> bool:
    state.spend(len(items) + 1)
    if type(value) is list and equal(value, items, state):
        return True
    return any(contains(item, value, state) if isinstance(item, Range) else equal(value, item, state) for item in items)


class Distinct:
    """Values met so far; numbers and strings are looked up, others compared one by one."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._direct: set[object] = set()
        self._others: list[object] = []

    def add(self, value: object) -> bool:
        """Remember a value; tell whether it is new."""
        self._state.spend(1)
        if type(value) in DIRECT:
            new = value not in self._direct
            self._direct.add(value)
            return new
        self._state.spend(len(self._others))
        if any(equal(other, value, self._state) for other in self._others):
            return False
        self._others.append(value)
        return True
