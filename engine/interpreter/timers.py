"""Timers: when one fires, and when again."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import mark
from engine.interpreter import cycles
from engine.interpreter.diagram import Element, Timer
from engine.interpreter.environment import Environment, StuckError
from engine.interpreter.moments import moment, written_date, written_moment, written_period
from engine.interpreter.outcome import OpenedJob

RETRIES = 3
"""How often a timer whose element could not go on is tried."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """When a timer fires next."""

    at: dt.datetime
    cycle: dict[str, object] | None = None
    """Of a cycle: ``cycles.Occurrence`` as JSON, to be kept with the job."""


def due(timer: Timer, variables: Mapping[str, object], env: Environment) -> Due | None:
    """Give the moment a timer fires at; None for a cycle that never does, as ``R0/PT1H``.

    Raises StuckError where its expression gives no time.
    """
    value = env.text_or_expression(timer.expression, variables)
    if timer.kind == "timeCycle":
        return _next(cycles.first(_cycle_text(timer, value), env.now))
    at = moment(value, env.now)
    if at is None:
        raise _without_time(timer)
    return Due(at=at)


def due_again(cycle: Mapping[str, Any], now: dt.datetime) -> Due | None:
    """Give the next moment of a cycle that fires now; None where this was the last time."""
    return _next(cycles.following(cycles.Occurrence.from_json(cycle), now))


def open_timer(token: int, element: Element, when: Due) -> OpenedJob:
    """Open the job of a timer."""
    return OpenedJob(
        token=token,
        element=element,
        kind="timer",
        type="timer",
        due_at=when.at,
        retries=RETRIES,
        cycle=when.cycle,
    )


def check(timer: Timer) -> None:
    """Raise StuckError where a timer that is written out, not an expression, can't be what its kind says."""
    if not timer.expression.lstrip().startswith("="):
        _CHECKS[timer.kind](timer.expression)


def _next(found: cycles.Occurrence | None) -> Due | None:
    return Due(at=found.at, cycle=found.as_json()) if found is not None else None


def _cycle_text(timer: Timer, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _without_time(timer)
    return value.strip()


def _check_date(text: str) -> None:
    if written_moment(text) is None and written_date(text) is None:
        raise StuckError(
            "timer_date",
            mark("“{expression}”不是日期时间。请写成 2026-01-01T09:00:00+08:00；要等一段时间，请改选“时长”。"),
            expression=text,
        )


def _check_duration(text: str) -> None:
    if written_period(text) is None:
        raise StuckError(
            "timer_duration",
            mark("“{expression}”不是时长。请写成 P2D（2 天）、PT30M（30 分钟）；要在某一刻，请改选“日期”。"),
            expression=text,
        )


def _check_cycle(text: str) -> None:
    if cycles.first(text, _EPOCH) is None and not text.upper().startswith("R0/"):
        raise StuckError(
            "timer_cycle",
            mark("循环定时“{expression}”没有一次会触发，例如 2 月没有 30 日。请改正。"),
            expression=text,
        )


_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_CHECKS: Mapping[str, Callable[[str], None]] = {
    "timeDate": _check_date,
    "timeDuration": _check_duration,
    "timeCycle": _check_cycle,
}


def _without_time(timer: Timer) -> StuckError:
    return StuckError(
        "timer_without_time",
        mark("定时器的表达式“{expression}”没有给出时间。"),
        expression=timer.expression,
    )
