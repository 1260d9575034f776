"""Moments and periods of a diagram: what its texts and expressions say, in the time of Shanghai."""

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine import feel
from engine.clock import SHANGHAI

_MOMENT = re.compile(
    r"(?P<local>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)"
    r"(?P<offset>Z|[+-]\d\d:\d\d)?(?:\[(?P<region>[\w+/-]+)\]|@(?P<place>[\w+/-]+))?",
    re.ASCII,
)
_PERIOD = re.compile(
    r"(?P<sign>[+-]?)P(?=.)(?P<months>(?:\d{1,6}Y)?(?:\d{1,6}M)?)(?:(?P<weeks>\d{1,6})W)?"
    r"(?P<rest>(?:\d{1,9}D)?(?:T.+)?)",
    re.ASCII,
)

_MOST_DAYS = 10_000_000
"""More than the years to 9999 have, and few enough to count with."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """A length of time as ISO 8601 and modelers write it, all in one, such as ``P1M5DT2H``."""

    months: int
    days: int
    time: dt.timedelta
    """Hours, minutes and seconds, to the millisecond."""

    @property
    def longest(self) -> dt.timedelta:
        """Give the most time it can take: a month has at most 31 days."""
        return dt.timedelta(days=31 * self.months + self.days) + self.time

    def after(self, start: dt.datetime, times: int = 1) -> dt.datetime | None:
        """Give the moment so many periods after an aware ``start``, in its own zone; None beyond the year 9999.

        Counted from the start at once: a month after the 31st of January is the 28th of February, and two months
        after it the 31st of March. Months and days keep the hour of the clock, hours are as long as they are.
        """
        lengths = {"start": start, "months": feel.YearsMonths(self.months * times)}
        found = feel.evaluate("start + months", lengths)
        if not isinstance(found, dt.datetime):
            return None
        try:
            by_the_clock = found + dt.timedelta(days=self.days * times)
            return (by_the_clock.astimezone(dt.UTC) + self.time * times).astimezone(start.tzinfo)
        except OverflowError:
            return None


def moment(value: object, now: dt.datetime) -> dt.datetime | None:
    """Turn a date and time, date, duration or ISO 8601 text into a moment in UTC; None stays None.

    A local time is one in Shanghai; a date means its end, so that a task due on Friday is not late on Friday.
    """
    if value is None:
        return None
    if isinstance(value, str):
        value = written_moment(value) or written_date(value) or written_period(value)
    if isinstance(value, Period):
        value = value.after(now.astimezone(SHANGHAI))
    if isinstance(value, (feel.DaysTime, feel.YearsMonths)):
        value = feel.evaluate("start + length", {"start": now.astimezone(SHANGHAI), "length": value})
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=SHANGHAI)
        return _to_millisecond(aware.astimezone(dt.UTC))
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time(23, 59, 59), SHANGHAI).astimezone(dt.UTC)
    return None


def written_moment(text: str) -> dt.datetime | None:
    """Read ``2026-01-01T09:00:00+08:00``, with a zone in FEEL's or Java's way or none; None for anything else."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    try:
        local = _to_millisecond(dt.datetime.fromisoformat(match["local"] + (match["offset"] or "")))
        named = match["region"] or match["place"]
        zone = ZoneInfo(named) if named else None
    except (ValueError, KeyError, OSError):
        return None
    if zone is not None:
        return local.astimezone(zone) if local.tzinfo is not None else local.replace(tzinfo=zone)
    return local if local.tzinfo is not None else local.replace(tzinfo=SHANGHAI)


def written_date(text: str) -> dt.date | None:
    """Read ``2026-01-01``; None for anything else."""
    found = feel.evaluate("date(text)", {"text": text.strip()})
    return found if isinstance(found, dt.date) else None


def written_period(text: str) -> Period | None:
    """Read ``P1M``, ``P1W``, ``P1DT2H``; None for anything else."""
    match = _PERIOD.fullmatch(text.strip().upper())
    if match is None:
        return None
    lengths = {"months": "P" + (match["months"] or "0M"), "rest": "P" + (match["rest"] or "0D")}
    months, rest = (feel.evaluate("duration(text)", {"text": text}) for text in lengths.values())
    if not isinstance(months, feel.YearsMonths) or not isinstance(rest, feel.DaysTime):
        return None
    sign = -1 if match["sign"] == "-" else 1
    days, time = divmod(rest.nanoseconds // 1_000_000, 86_400_000)
    days += 7 * int(match["weeks"] or 0)
    if days > _MOST_DAYS:
        return None
    return Period(months=sign * months.months, days=sign * days, time=sign * dt.timedelta(milliseconds=time))


def _to_millisecond(value: dt.datetime) -> dt.datetime:
    return value.replace(microsecond=value.microsecond // 1000 * 1000)
