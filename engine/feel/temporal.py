"""Dates and times. Python's own wherever they reach; wide ones for other years and for nanoseconds.

FEEL has years up to ±999,999,999 and fractions of a second to nine digits (DMN 1.5 section 10.3.2.3.4).
A value has exactly one representation: what fits ``datetime`` is ``datetime``, so hosts rarely see another.
Every function takes both.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.feel.values import DAY, NANOSECONDS

CYCLE_YEARS = 400
CYCLE_DAYS = 146_097
MAX_YEAR = 999_999_999
MICROSECOND = 1_000


@dataclass(frozen=True, order=True)
class WideDate:
    """A date outside the years 1 to 9999."""

    year: int
    month: int
    day: int


@dataclass(frozen=True)
class WideTime:
    """A time with fractions below a microsecond."""

    nanoseconds: int
    """Since midnight."""
    tzinfo: dt.tzinfo | None


@dataclass(frozen=True)
class WideDateTime:
    """A date and time of which one half is wide."""

    days: int
    """As ``date.toordinal`` counts them."""
    nanoseconds: int
    """Since midnight."""
    tzinfo: dt.tzinfo | None


Date = dt.date | WideDate
Time = dt.time | WideTime
DateTime = dt.datetime | WideDateTime


def make_date(year: int, month: int, day: int) -> Date | None:
    """Give a date, or None when there is no such day."""
    if abs(year) > MAX_YEAR:
        return None
    try:
        ordinary = dt.date((year - 1) % CYCLE_YEARS + 1, month, day)
    except (ValueError, OverflowError):
        return None
    return ordinary.replace(year=year) if 1 <= year <= 9999 else WideDate(year, month, day)


def date_days(date: Date) -> int:
    """Count the days of a date as ``date.toordinal`` does."""
    if isinstance(date, dt.date):
        return date.toordinal()
    cycles, year = divmod(date.year - 1, CYCLE_YEARS)
    return dt.date(year + 1, date.month, date.day).toordinal() + cycles * CYCLE_DAYS


def date_of_days(days: int) -> Date | None:
    """Give the date of a count of days, or None beyond the largest year."""
    cycles, rest = divmod(days - 1, CYCLE_DAYS)
    ordinary = dt.date.fromordinal(rest + 1)
    return make_date(ordinary.year + cycles * CYCLE_YEARS, ordinary.month, ordinary.day)


def make_time(nanoseconds: int, zone: dt.tzinfo | None) -> Time:
    """Give the time so long after midnight, less than a day."""
    seconds, fraction = divmod(nanoseconds, NANOSECONDS)
    if fraction % MICROSECOND:
        return WideTime(nanoseconds, zone)
    return dt.time(seconds // 3_600, seconds // 60 % 60, seconds % 60, fraction // MICROSECOND, zone)


def time_nanoseconds(time: Time | DateTime) -> int:
    """Count the nanoseconds since midnight, by the clock on the wall."""
    if isinstance(time, WideTime | WideDateTime):
        return time.nanoseconds
    return (time.hour * 3_600 + time.minute * 60 + time.second) * NANOSECONDS + time.microsecond * MICROSECOND


def make_datetime(days: int, nanoseconds: int, zone: dt.tzinfo | None, fold: int = 0) -> DateTime | None:
    """Give the moment on that day, so long after its midnight, or None beyond the largest year."""
    date = date_of_days(days)
    if date is None:
        return None
    time = make_time(nanoseconds, zone)
    if isinstance(date, dt.date) and isinstance(time, dt.time):
        return dt.datetime.combine(date, time.replace(fold=fold))
    return WideDateTime(days, nanoseconds, zone)


def datetime_days(moment: DateTime) -> int:
    """Count the days of a moment by the calendar on its wall."""
    return moment.days if isinstance(moment, WideDateTime) else moment.toordinal()


def date_part(moment: DateTime) -> Date:
    """Give the date on the calendar of a moment's zone."""
    if isinstance(moment, dt.datetime):
        return moment.date()
    date = date_of_days(moment.days)
    if date is None:
        raise OverflowError(moment)
    return date


def time_part(moment: DateTime) -> Time:
    """Give the time on the clock of a moment's zone, with the zone."""
    return moment.timetz() if isinstance(moment, dt.datetime) else make_time(moment.nanoseconds, moment.tzinfo)


def combine(date: Date, time: Time) -> DateTime | None:
    """Put a date and a time together."""
    return make_datetime(date_days(date), time_nanoseconds(time), time.tzinfo)


def offset(moment: DateTime) -> dt.timedelta | None:
    """Give the offset from UTC at a moment; None without a zone."""
    if isinstance(moment, dt.datetime):
        return moment.utcoffset()
    if not isinstance(moment.tzinfo, ZoneInfo):
        return moment.tzinfo.utcoffset(None) if moment.tzinfo else None
    return moment.tzinfo.utcoffset(_ordinary(moment.days, moment.nanoseconds))


def time_offset(time: Time) -> dt.timedelta | None:
    """Give the offset from UTC of a time; a named zone counts as it does on 2000-01-01."""
    if time.tzinfo is None:
        return None
    return time.tzinfo.utcoffset(_ordinary(dt.date(2000, 1, 1).toordinal(), time_nanoseconds(time)))


def instant(moment: DateTime) -> tuple[int, bool]:
    """Give the nanoseconds that order moments, and whether they count in UTC or in no zone."""
    local = datetime_days(moment) * DAY + time_nanoseconds(moment)
    found = offset(moment)
    return (local, False) if found is None else (local - nanoseconds(found), True)


def time_instant(time: Time) -> tuple[int, bool]:
    """Give the nanoseconds that order times, and whether they count in UTC or in no zone."""
    found = time_offset(time)
    local = time_nanoseconds(time)
    return (local, False) if found is None else (local - nanoseconds(found), True)


def at_instant(utc: int, zone: dt.tzinfo) -> DateTime | None:
    """Give the moment of an instant in UTC on the wall of a zone."""
    days, rest = divmod(utc, DAY)
    if not isinstance(zone, ZoneInfo):
        found = zone.utcoffset(None)
        days, rest = divmod(utc + nanoseconds(found or dt.timedelta(0)), DAY)
        return make_datetime(days, rest, zone)
    base = _ordinary(days, rest)
    local = base.replace(tzinfo=dt.UTC).astimezone(zone)
    shift = nanoseconds(local.replace(tzinfo=None) - base)
    days, rest = divmod(utc + shift, DAY)
    return make_datetime(days, rest, zone, local.fold)


def nanoseconds(delta: dt.timedelta) -> int:
    """Count the nanoseconds of Python's own duration."""
    return ((delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds) * MICROSECOND


def _ordinary(days: int, rest: int) -> dt.datetime:
    """Give the moment itself, or one of the same place in the calendar in years that Python has."""
    if days <= CYCLE_DAYS:
        days = (days - 1) % CYCLE_DAYS + 1 + CYCLE_DAYS
    elif days > 24 * CYCLE_DAYS:
        days = (days - 1) % CYCLE_DAYS + 1 + 23 * CYCLE_DAYS
    seconds, fraction = divmod(rest, NANOSECONDS)
    date = dt.date.fromordinal(days)
    clock = dt.time(seconds // 3_600, seconds // 60 % 60, seconds % 60, fraction // MICROSECOND)
    return dt.datetime.combine(date, clock)
