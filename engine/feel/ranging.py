"""Make ranges that have a meaning."""

from engine.feel.equality import ORDERED, compare
from engine.feel.kinds import KINDS
from engine.feel.values import Range


def make_range(start: object, end: object, *, start_included: bool, end_included: bool) -> Range | None:
    """Give a range, or None when its ends are of different kinds, have no order, or are reversed."""
    present = {KINDS[type(value)] for value in (start, end) if value is not None}
    if not present <= ORDERED or len(present) == 2:
        return None
    if start is not None and end is not None:
        order = compare(start, end)
        if order is None or order > 0:
            return None
    return Range(start, end, start_included, end_included)
