"""Arithmetic and order of dates and times (DMN 1.5 section 10.3.2.3.4 and table 55)."""

import datetime as dt

from engine.feel.temporal import (
    Date,
    DateTime,
    Time,
    WideDate,
    at_instant,
    date_days,
    date_of_days,
    date_part,
    datetime_days,
    instant,
    make_date,
    make_datetime,
    make_time,
    time_instant,
    time_nanoseconds,
)
from engine.feel.values import DAY, DaysTime, YearsMonths


def add_months(date: Date, months: int) -> Date | None:
    """Move a date by months; a day that the month lacks becomes its last."""
    years, month = divmod(date.month - 1 + months, 12)
    year = date.year + years
    for day in range(date.day, date.day - 4, -1):
        found = make_date(year, month + 1, day)
        if found is not None:
            return found
    return None


def date_plus(date: Date, duration: YearsMonths | DaysTime) -> Date | None:
    """Move a date; hours move it as they would from midnight."""
    if isinstance(duration, YearsMonths):
        return add_months(date, duration.months)
    return date_of_days(date_days(date) + duration.nanoseconds // DAY)


def date_time_plus(moment: DateTime, duration: YearsMonths | DaysTime) -> DateTime | None:
    """Move a moment: months by the calendar, days and hours by elapsed time, the zone kept."""
    if isinstance(duration, YearsMonths):
        date = add_months(date_part(moment), duration.months)
        return make_datetime(date_days(date), time_nanoseconds(moment), moment.tzinfo) if date else None
    passed, zoned = instant(moment)
    passed += duration.nanoseconds
    if zoned and moment.tzinfo is not None:
        return at_instant(passed, moment.tzinfo)
    return make_datetime(passed // DAY, passed % DAY, None)


def time_plus(time: Time, duration: DaysTime) -> Time:
    """Move a time around the clock."""
    return make_time((time_nanoseconds(time) + duration.nanoseconds) % DAY, time.tzinfo)


def between_moments(later: Date | DateTime, earlier: Date | DateTime) -> DaysTime | None:
    """Give the time between two moments; a date counts as its midnight in UTC.

    None when only one of them has a zone, as nobody knows how far apart they are.
    """
    end, end_zoned = moment_instant(later)
    start, start_zoned = moment_instant(earlier)
    return DaysTime(end - start) if end_zoned == start_zoned else None


def between_times(later: Time, earlier: Time) -> DaysTime | None:
    """Give the time between two times; None when only one of them has a zone."""
    if later.tzinfo is earlier.tzinfo:
        return DaysTime(time_nanoseconds(later) - time_nanoseconds(earlier))
    end, end_zoned = time_instant(later)
    start, start_zoned = time_instant(earlier)
    return DaysTime(end - start) if end_zoned == start_zoned else None


def moment_instant(moment: Date | DateTime) -> tuple[int, bool]:
    """Give what orders moments; a date counts as its midnight in UTC."""
    if isinstance(moment, WideDate) or type(moment) is dt.date:
        return date_days(moment) * DAY, True
    return instant(moment)  # type: ignore[arg-type]  # a date was answered above


def months_between(start: Date | DateTime, end: Date | DateTime) -> YearsMonths:
    """Count the whole months from one date to another; the time of day counts where both have one."""
    first, second = _calendar(start), _calendar(end)
    months = (second[0] - first[0]) * 12 + second[1] - first[1]
    if months > 0 and second[2:] < first[2:]:
        months -= 1
    elif months < 0 and second[2:] > first[2:]:
        months += 1
    return YearsMonths(months)


def _calendar(moment: Date | DateTime) -> tuple[int, int, int, int]:
    if isinstance(moment, WideDate) or type(moment) is dt.date:
        return moment.year, moment.month, moment.day, 0
    date = date_part(moment)  # type: ignore[arg-type]  # a date was answered above
    return date.year, date.month, date.day, time_nanoseconds(moment)  # type: ignore[arg-type]


def weekday(date: Date | DateTime) -> int:
    """Give the day of the week, 1 for Monday."""
    days = date_days(date) if isinstance(date, WideDate) else datetime_days(date)  # type: ignore[arg-type]
    return (days + 6) % 7 + 1
