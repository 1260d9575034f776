"""Dates, times and durations as text (DMN 1.5 section 10.3.2.3; XML Schema's lexical forms)."""

import datetime as dt
import re

from engine.feel import zones
from engine.feel.temporal import (
    Date,
    DateTime,
    Time,
    WideDate,
    WideDateTime,
    WideTime,
    combine,
    date_days,
    date_part,
    make_date,
    make_datetime,
    make_time,
    offset,
    time_nanoseconds,
    time_part,
)
from engine.feel.values import DAY, NANOSECONDS, DaysTime, YearsMonths

_DATE = r"(?P<year>-?(?:\d{4}|[1-9]\d{4,8}))-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME = rf"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d{{1,30}}))?{zones.ZONE}"
DATE = re.compile(_DATE, re.ASCII)
TIME = re.compile(_TIME, re.ASCII)
DATE_TIME = re.compile(rf"{_DATE}T{_TIME}", re.ASCII)
YEARS_MONTHS = re.compile(r"(-?)P(?=\d)(?:(\d{1,15})Y)?(?:(\d{1,15})M)?", re.ASCII)
DAYS_TIME = re.compile(
    r"(-?)P(?=.)(?:(\d{1,15})D)?(?:T(?=\d)(?:(\d{1,15})H)?(?:(\d{1,15})M)?(?:(\d{1,15})(?:\.(\d{1,30}))?S)?)?", re.ASCII
)


def parse_date(text: str) -> Date | None:
    """Read ``2026-11-24``; None for anything else."""
    match = DATE.fullmatch(text)
    return make_date(int(match["year"]), int(match["month"]), int(match["day"])) if match else None


def parse_time(text: str) -> Time | None:
    """Read ``10:30:00``, with a fraction and a zone if they are there; None for anything else."""
    match = TIME.fullmatch(text)
    clock = _clock(match) if match else None
    return None if clock is None else make_time(clock[0] % DAY, clock[1])


def parse_date_time(text: str) -> DateTime | None:
    """Read ``2026-11-24T10:30:00``, zone and fraction as in a time; None for anything else."""
    match = DATE_TIME.fullmatch(text)
    clock = _clock(match) if match else None
    if match is None or clock is None:
        return None
    date = make_date(int(match["year"]), int(match["month"]), int(match["day"]))
    if date is None:
        return None
    return make_datetime(date_days(date) + clock[0] // DAY, clock[0] % DAY, clock[1])


def _clock(match: re.Match[str]) -> tuple[int, dt.tzinfo | None] | None:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"])
    fraction = int((match["fraction"] or "")[:9].ljust(9, "0"))
    zone = zones.from_text(match["zone"]) if match["zone"] else None
    if match["zone"] and zone is None:
        return None
    passed = (hour * 3_600 + minute * 60 + second) * NANOSECONDS + fraction
    return (passed, zone) if minute < 60 and second < 60 and passed <= DAY else None


def parse_duration(text: str) -> YearsMonths | DaysTime | None:
    """Read ``P1Y2M`` or ``P1DT2H3M4.5S``; None for anything else, also for a mixture of both kinds."""
    match = YEARS_MONTHS.fullmatch(text)
    if match:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonths(-months if match[1] else months)
    match = DAYS_TIME.fullmatch(text)
    if not match:
        return None
    days, hours, minutes, seconds = (int(match[group] or 0) for group in range(2, 6))
    total = (days * 86_400 + hours * 3_600 + minutes * 60 + seconds) * NANOSECONDS
    total += int((match[6] or "")[:9].ljust(9, "0"))
    return DaysTime(-total if match[1] else total)


def parse_any(text: str) -> object:
    """Read what may stand in ``@"..."``; None for anything else."""
    for parse in (parse_date, parse_date_time, parse_time, parse_duration):
        found = parse(text)
        if found is not None:
            return found
    return None


def date_text(date: Date) -> str:
    """Write a date."""
    sign = "-" if date.year < 0 else ""
    return f"{sign}{abs(date.year):04d}-{date.month:02d}-{date.day:02d}"


def time_text(time: Time) -> str:
    """Write a time, with its zone as it was given."""
    return _clock_text(time_nanoseconds(time)) + zones.to_text(time.tzinfo)


def date_time_text(moment: DateTime) -> str:
    """Write a moment, with its zone as it was given."""
    return f"{date_text(date_part(moment))}T{time_text(time_part(moment))}"


def iso_text(moment: DateTime) -> str:
    """Write a moment as ISO 8601 does: a named zone becomes the offset it has then."""
    found = offset(moment)
    tail = "" if found is None else zones.offset_text(found)
    return f"{date_text(date_part(moment))}T{_clock_text(time_nanoseconds(moment))}{tail}"


def to_text(value: object) -> str | None:
    """Write any date, time or duration; None for other values."""
    if isinstance(value, dt.datetime | WideDateTime):
        return date_time_text(value)
    if isinstance(value, dt.date | WideDate):
        return date_text(value)
    if isinstance(value, dt.time | WideTime):
        return time_text(value)
    return str(value) if isinstance(value, YearsMonths | DaysTime) else None


def _clock_text(nanoseconds: int) -> str:
    seconds, fraction = divmod(nanoseconds, NANOSECONDS)
    tail = f".{fraction:09d}".rstrip("0") if fraction else ""
    return f"{seconds // 3_600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{tail}"


__all__ = ["combine", "date_text", "date_time_text", "iso_text", "parse_any", "parse_date", "parse_date_time",
           "parse_duration", "parse_time", "time_text", "to_text"]  # fmt: skip
