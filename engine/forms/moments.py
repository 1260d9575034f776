"""Dates and times of day as form-js writes them, in Shanghai.

``subtype`` is date (``2026-01-31``), time (``14:30``, ``14:30+08:00`` or ``06:30Z``, by ``timeSerializingFormat``) or
datetime (both, with a T between).
"""

import datetime as dt
import re

from engine import clock as clocks
from engine.clock import SHANGHAI, Clock
from engine.errors import FieldProblem, mark
from engine.forms.schema import Component

_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_PLAIN_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TIME = re.compile(r"([0-9]{1,2})[:：]([0-9]{2})(?:[:：][0-9]{2}(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?")

_OFFSET = dt.timedelta(hours=8)
"""Of a time of day without a date; Shanghai has had one offset since 1991."""

INTERVALS = (1, 5, 10, 15, 30, 60)
DEFAULT_INTERVAL = 15

NOT_DATE = FieldProblem(mark("请填日期，例如 2026-01-31。"))
NOT_TIME = FieldProblem(mark("请填时间，例如 14:30。"))
NOT_BOTH = FieldProblem(mark("日期和时间都要填写。"))
PAST = FieldProblem(mark("不能早于今天。"))


def subtype(component: Component) -> str:
    """Give date, time or datetime."""
    written = component.get("subtype")
    return written if written in ("time", "datetime") else "date"


def interval(component: Component) -> int:
    """Give the minutes between times that can be chosen."""
    written = component.get("timeInterval")
    return written if isinstance(written, int) and written in INTERVALS else DEFAULT_INTERVAL


def parse(component: Component, raw: object) -> tuple[str | None, FieldProblem | None]:
    """Read a date, a time or both and write it as form-js does.

    A datetime comes from a browser as date, T, time, and one of the two may be missing: ``2026-01-31T``.
    """
    if not isinstance(raw, str):
        return None, NOT_TIME if subtype(component) == "time" else NOT_DATE
    written = raw.strip()
    match subtype(component):
        case "date":
            day = _day(written)
            return (day.isoformat(), None) if day else (None, NOT_DATE)
        case "time":
            moment = _time(written)
            return (_write(component, moment), None) if moment else (None, NOT_TIME)
        case _:
            return _both(component, written)


def _both(component: Component, written: str) -> tuple[str | None, FieldProblem | None]:
    first, _, second = written.partition("T")
    if not first and not second:
        return None, None
    if not first or not second:
        return None, NOT_BOTH
    day, time = _day(first), _time(second)
    if not day:
        return None, NOT_DATE
    if not time:
        return None, NOT_TIME
    moment = dt.datetime.combine(day, time) if time.tzinfo else dt.datetime.combine(day, time, SHANGHAI)
    try:
        zone = dt.UTC if component.get("timeSerializingFormat") == "utc_normalized" else SHANGHAI
        local = moment.astimezone(zone)
    except OverflowError:
        return None, NOT_DATE
    return local.date().isoformat() + "T" + _written(component, local.time(), local.utcoffset()), None


def _day(written: str) -> dt.date | None:
    found = _DATE.fullmatch(written) or _PLAIN_DATE.fullmatch(written)
    try:
        return dt.date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def _time(written: str) -> dt.time | None:
    found = _TIME.fullmatch(written)
    if not found:
        return None
    hour, minute, zone = found.groups()
    try:
        return dt.time(int(hour), int(minute), tzinfo=_zone(zone) if zone else None)
    except ValueError:
        return None


def _zone(written: str) -> dt.tzinfo:
    if written == "Z":
        return dt.UTC
    offset = dt.timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return dt.timezone(-offset if written[0] == "-" else offset)


def _write(component: Component, time: dt.time) -> str:
    normalized = component.get("timeSerializingFormat") == "utc_normalized"
    # Any day does: only the time of day is kept, and Shanghai's offset has been the same on every day since 1991.
    moment = dt.datetime.combine(dt.date(2000, 1, 2), time, time.tzinfo or SHANGHAI)
    local = moment.astimezone(dt.UTC if normalized else SHANGHAI)
    return _written(component, local.time(), _OFFSET)


def _written(component: Component, time: dt.time, offset: dt.timedelta | None) -> str:
    base = time.strftime("%H:%M")
    match component.get("timeSerializingFormat"):
        case "utc_normalized":
            return base + "Z"
        case "utc_offset":
            seconds = int((offset or _OFFSET).total_seconds())
            return f"{base}{'-' if seconds < 0 else '+'}{abs(seconds) // 3600:02}:{abs(seconds) // 60 % 60:02}"
        case _:
            return base


def parts(component: Component, value: object) -> tuple[str, str]:
    """Split a value into the date and the time of day, both in Shanghai, as HTML inputs take them.

    What can't be read is given back as it was entered.
    """
    if not isinstance(value, str):
        return "", ""
    kind = subtype(component)
    if kind == "date":
        day = _day(value)
        return (day.isoformat() if day else value), ""
    first, _, second = value.partition("T") if kind == "datetime" else ("", "", value)
    day, time = _day(first), _time(second)
    if time and time.tzinfo:
        moment = dt.datetime.combine(day or dt.date(2000, 1, 2), time).astimezone(SHANGHAI)
        return (moment.date().isoformat() if day else first), moment.strftime("%H:%M")
    return (day.isoformat() if day else first), (time.strftime("%H:%M") if time else second)


def problem(component: Component, value: str, clock: Clock | None) -> FieldProblem | None:
    """Check a readable value against ``disallowPassedDates`` and ``timeInterval``."""
    day, time = parts(component, value)
    if component.get("disallowPassedDates") is True and day and day < today(clock).isoformat():
        return PAST
    if time and int(time[-2:]) % interval(component):
        return FieldProblem(mark("分钟数必须是 {interval} 的倍数。"), {"interval": interval(component)})
    return None


def today(clock: Clock | None) -> dt.date:
    """Give the day in Shanghai."""
    return (clock or clocks.now)().astimezone(SHANGHAI).date()
