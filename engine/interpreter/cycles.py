"""Cycles of timers: repeating intervals of ISO 8601, and cron as Spring and Camunda 8 write it.

Cron comes from the library cronsim: kept well, typed, and it takes the field of seconds first, as Spring does.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cronsim import CronSim, CronSimError

from engine.clock import SHANGHAI
from engine.errors import mark
from engine.interpreter.environment import StuckError
from engine.interpreter.moments import Period, written_moment, written_period

SHORTEST = dt.timedelta(seconds=1)
"""A cycle faster than this would keep the worker from everything else."""

MACROS: Mapping[str, str] = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
"""Spring's names for common cron texts."""

_REPEATING = re.compile(r"R(?P<times>\d{0,9})/(?:(?P<start>.+)/)?(?P<period>[^/]+)", re.ASCII | re.IGNORECASE)
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_DAY = re.compile("|".join(_DAYS))
_LONGEST_TEXT = 200
_ANY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One time a cycle fires, with all that is needed to find the next one: kept with its job."""

    text: str
    """The cycle, such as ``R3/P1D``."""
    since: dt.datetime
    """The moment the regular ones are counted from, where the text doesn't say it."""
    at: dt.datetime
    """The regular moment. The job may be due later, after a failed try."""
    left: int | None
    """How often it fires still, this time included; None for ever."""

    def as_json(self) -> dict[str, object]:
        """Give it as it is stored with its job and written into history."""
        return {"text": self.text, "since": self.since.isoformat(), "at": self.at.isoformat(), "left": self.left}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Occurrence":
        """Read what ``as_json`` wrote."""
        since, at = (dt.datetime.fromisoformat(stored[name]) for name in ("since", "at"))
        return cls(text=stored["text"], since=since, at=at, left=stored["left"])


def first(text: str, now: dt.datetime) -> Occurrence | None:
    """Give the first occurrence of a cycle that begins now; None where it never fires, as ``R0/PT1H``.

    ``now`` to the millisecond. A start in the past is no missed timer: the first occurrence is the next regular
    moment. Raises StuckError where the text is no cycle.
    """
    interval = _repeating(text)
    left = interval.times if interval is not None else None
    return _occurrence(text, now, after=now, left=left)


def following(fired: Occurrence, now: dt.datetime) -> Occurrence | None:
    """Give the occurrence after one that fires now; None where it was the last.

    Moments that were missed are left out: a timer that comes three periods late fires once. A clock that was
    set back brings none of them again.
    """
    left = None if fired.left is None else fired.left - 1
    return _occurrence(fired.text, fired.since, after=max(now, fired.at), left=left)


@dataclass(frozen=True, kw_only=True)
class _Repeating:
    times: int | None
    start: dt.datetime | None
    period: Period


def _occurrence(text: str, since: dt.datetime, *, after: dt.datetime, left: int | None) -> Occurrence | None:
    interval = _repeating(text)
    if left == 0:
        return None
    if interval is None:
        at = next(_schedule(text, after), None)
    else:
        at = _regular(interval.period, interval.start or since.astimezone(SHANGHAI), after)
    return Occurrence(text=text, since=since, at=at.astimezone(dt.UTC), left=left) if at is not None else None


def _regular(period: Period, start: dt.datetime, after: dt.datetime) -> dt.datetime | None:
    """Give the first of start, start and one period, two periods … that is later than ``after``."""
    times = max(0, (after - start) // period.longest)
    found = period.after(start, times)
    while found is not None and found <= after:
        times += 1
        found = period.after(start, times)
    return found


def _repeating(text: str) -> _Repeating | None:
    """Read a repeating interval; None where the text is a cron one. Raises StuckError where it is neither."""
    text = text.strip()
    if not text.upper().startswith("R") or "/" not in text:
        _schedule(text, _ANY)
        return None
    match = _REPEATING.fullmatch(text)
    start = written_moment(match["start"]) if match is not None and match["start"] else None
    period = written_period(match["period"]) if match is not None else None
    if match is None or period is None or (match["start"] and start is None):
        raise _not_a_cycle(text)
    if period.longest < SHORTEST:
        raise StuckError(
            "timer_cycle",
            mark("循环定时“{expression}”的间隔太短：至少 1 秒，如 R/PT1H。"),
            expression=text,
        )
    return _Repeating(times=int(match["times"]) if match["times"] else None, start=start, period=period)


def _schedule(text: str, after: dt.datetime) -> CronSim:
    fields = MACROS.get(text.strip().lower(), text).upper().split()
    if len(fields) == 5:
        raise StuckError(
            "timer_cycle",
            mark("cron“{expression}”只有 5 段。这里要 6 段，最前面是秒：请写成 0 {expression}。"),
            expression=text.strip(),
        )
    if len(fields) != 6 or len(text) > _LONGEST_TEXT:
        raise _not_a_cycle(text)
    fields = ["*" if field == "?" else field for field in fields]
    # By number, since FRI-SUN and FRIL, the last Friday, are Spring's.
    fields[5] = _DAY.sub(lambda day: str(_DAYS.index(day[0]) + 1), fields[5])
    try:
        schedule = CronSim(" ".join(fields), after.astimezone(SHANGHAI))
    except (CronSimError, ValueError) as error:
        raise _bad_field(text, str(error)) from error
    # Day of the month and day of the week must both match, as in Spring; Debian's cron takes either.
    schedule.day_and = True
    return schedule


_FIELDS: Mapping[str, str] = {
    "Bad second": mark("第 1 段（秒，0–59）"),
    "Bad minute": mark("第 2 段（分，0–59）"),
    "Bad hour": mark("第 3 段（时，0–23）"),
    "Bad day-of-month": mark("第 4 段（日，1–31，最后一天写 L）"),
    "Bad month": mark("第 5 段（月，1–12 或 JAN–DEC）"),
    "Bad day-of-week": mark("第 6 段（星期，0–7 或 MON–SUN，第二个星期一写 MON#2）"),
}


def _bad_field(text: str, found: str) -> StuckError:
    return StuckError(
        "timer_cycle",
        mark("cron“{expression}”不正确：请检查{field}。例如每个工作日 9 点写成 0 0 9 * * MON-FRI。"),
        expression=text,
        field=_FIELDS.get(found, mark("各段")),
    )


def _not_a_cycle(text: str) -> StuckError:
    return StuckError(
        "timer_cycle",
        mark(
            "“{expression}”不是循环定时。请写成 R/P1D（每天）、R3/PT1H（每小时，共 3 次）、"
            "R/2026-01-01T09:00:00+08:00/P1M（每月 1 日 9 点），或 6 段的 cron，如 0 0 9 * * MON-FRI。"
        ),
        expression=text[:_LONGEST_TEXT],
    )
