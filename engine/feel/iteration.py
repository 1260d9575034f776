"""What a loop goes through: lists, ranges of whole numbers and of dates, both ways."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

from engine.feel.temporal import Date, WideDate, date_days, date_of_days
from engine.feel.values import Range


def items_of(value: object) -> Iterable[object] | None:
    """Give the items of a list or range; any other value is one item; None for null or a range without items."""
    if type(value) is list:
        return value
    if isinstance(value, Range):
        return _items_of_range(value)
    return None if value is None else [value]


def _items_of_range(range_: Range) -> Iterator[object] | None:
    items = items_between(range_.start, range_.end)
    if items is None:
        return None
    first = 0 if range_.start_included else 1
    skipped_end = None if range_.end_included else range_.end
    return (item for index, item in enumerate(items) if index >= first and item != skipped_end)


def items_between(start: object, end: object) -> Iterator[object] | None:
    """Give the whole numbers or the days from one to another, upwards or downwards."""
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        return _numbers(start, end)
    if _is_date(start) and _is_date(end):
        return _dates(start, end)  # type: ignore[arg-type]  # both are dates
    return None


def _is_date(value: object) -> bool:
    return type(value) is dt.date or isinstance(value, WideDate)


def _numbers(start: Decimal, end: Decimal) -> Iterator[object] | None:
    if start != start.to_integral_value() or end != end.to_integral_value():
        return None
    if start.adjusted() > 33 or end.adjusted() > 33:
        return None
    step = 1 if start <= end else -1
    return (Decimal(number) for number in range(int(start), int(end) + step, step))


def _dates(start: Date, end: Date) -> Iterator[object]:
    first, last = date_days(start), date_days(end)
    step = 1 if first <= last else -1
    return (date_of_days(days) for days in range(first, last + step, step))
