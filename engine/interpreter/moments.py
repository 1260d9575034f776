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


@dataclass(frozen=True, kw_only=True)
class Period:
    """A length of time as ISO 8601 and modelers write it, months and days in one, such as ``P1M5D``."""

    months: int
    rest: dt.timedelta
    """Weeks, days and parts of days."""

    @property
    def longest(self) -> dt.timedelta:
        """Give the most time it can take: a month has at most 31 days."""
        return dt.timedelta(days=31 * self.months) + self.rest

    def after(self, start: dt.datetime, times: int = 1) -> dt.datetime | None:
        """Give the moment so many periods after an aware ``start``, in its own zone; None beyond the year 9999.

        Counted from the start at once: a month after the 31st of January is the 28th of February, and two months
        after it the 31st of March.
        """
        try:
            rest = self.rest * times
        except OverflowError:
            return None
        lengths = {
            "start": start,
            "months": feel.YearsMonths(self.months * times),
            "rest": feel.DaysTime.of(rest),
        }
        found = feel.evaluate("start + months + rest", lengths)
        return found if isinstance(found, dt.datetime) else None


def moment(value: object, now: dt.datetime) -> dt.datetime | None:
    """Turn a date and time, date, duration or ISO 8601 text into a moment in UTC; None stays None.

    A local time is one in Shanghai; a date means its end, so that a task due on Friday is not late on Friday.
    """
    if isinstance(value, str):
        value = written_moment(value) or written_date(value) or written_period(value)
    if isinstance(value, Period):
        value = value.after(now.astimezone(SHANGHAI))
    if isinstance(value, (feel.DaysTime, feel.YearsMonths)):
        value = feel.evaluate("start + length", {"start": now.astimezone(SHANGHAI), "length": value})
    if isinstance(value, dt.datetime):
        return _to_millisecond(value if value.tzinfo is not None else value.replace(tzinfo=SHANGHAI))
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time(23, 59, 59), SHANGHAI).astimezone(dt.UTC)
    return None


def written_moment(text: str) -> dt.datetime | None:
    """Read ``2026-01-01T09:00:00+08:00``, with a zone in FEEL's or Java's way or none; None for anything else."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    try:
        local = dt.datetime.fromisoformat(match["local"] + (match["offset"] or ""))
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
    try:
        length = dt.timedelta(weeks=int(match["weeks"] or 0), microseconds=rest.nanoseconds // 1000)
    except OverflowError:
        return None
    return Period(months=sign * months.months, rest=sign * length)


def _to_millisecond(value: dt.datetime) -> dt.datetime:
    return value.astimezone(dt.UTC).replace(microsecond=value.microsecond // 1000 * 1000)
