"""The rules of a user task and of a timer, evaluated when a token arrives."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal

from engine import feel
from engine.clock import SHANGHAI
from engine.errors import mark
from engine.interpreter.diagram import Element, Timer
from engine.interpreter.environment import Environment, StuckError
from engine.interpreter.outcome import OpenedJob, OpenedSubscription, OpenedTask

DEFAULT_PRIORITY = 50
"""Camunda's: priorities go from 0 to 100."""


def open_task(token: int, element: Element, variables: Mapping[str, object], env: Environment) -> OpenedTask:
    """Find the people, dates and priority of a user task. Raises StuckError where a rule fails."""
    facts: dict[str, object] = {}

    def resolve(name: str, rule: str | None) -> object:
        if not rule:
            return None
        env.take_reads()
        value = env.text_or_expression(rule, variables)
        if rule.lstrip().startswith("="):
            facts[name] = {"rule": rule, "result": feel.to_json(value), "read": env.take_reads()}
        return value

    assignee = _username(resolve("assignee", element.assignee))
    users = _names(resolve("candidateUsers", element.candidate_users))
    groups = _names(resolve("candidateGroups", element.candidate_groups))
    return OpenedTask(
        token=token,
        element=element,
        assignee=assignee,
        candidate_users=users,
        candidate_groups=groups,
        due_at=moment(resolve("dueDate", element.due_date), env.now),
        follow_up_at=moment(resolve("followUpDate", element.follow_up_date), env.now),
        priority=_priority(resolve("priority", element.priority)),
        facts=facts,
    )


def open_job(token: int, element: Element, variables: Mapping[str, object], env: Environment) -> OpenedJob:
    """Open the job of a service task, or the call of a call activity."""
    calls = element.kind == "callActivity"
    wanted = element.called.id if calls and element.called is not None else element.job_type or ""
    return OpenedJob(
        token=token,
        element=element,
        kind="call" if calls else "service",
        type=str(env.text_or_expression(wanted, variables)),
        due_at=env.now,
        retries=element.retries,
    )


def open_timer(token: int, element: Element, variables: Mapping[str, object], env: Environment) -> OpenedJob:
    """Open the job of a timer. Raises StuckError where its expression gives no time."""
    assert element.timer is not None  # noqa: S101 - the caller asked
    at = due(element.timer, variables, env)
    return OpenedJob(token=token, element=element, kind="timer", type="timer", due_at=at, retries=3)


def open_subscription(
    token: int, element: Element, variables: Mapping[str, object], env: Environment
) -> OpenedSubscription:
    """Open the subscription of an event. Raises StuckError where a message has no correlation key."""
    name = str(env.text_or_expression(element.definition.name, variables))
    if element.event == "signal":
        return OpenedSubscription(token=token, element=element, kind="signal", name=name, correlation_key=None)
    key = env.text_or_expression(element.definition.correlation_key or "=null", variables)
    if not isinstance(key, (str, int, Decimal)) or isinstance(key, bool) or key == "":
        raise StuckError(
            "correlation_key_missing",
            mark("消息“{name}”的关联键“{expression}”没有给出文字或数字，收不到消息。请检查其中的变量是否已有值。"),
            name=name,
            expression=element.definition.correlation_key or "",
        )
    return OpenedSubscription(token=token, element=element, kind="message", name=name, correlation_key=str(key))


def due(timer: Timer, variables: Mapping[str, object], env: Environment) -> dt.datetime:
    """Give the moment a timer fires at. Raises StuckError where its expression gives none."""
    found = moment(env.text_or_expression(timer.expression, variables), env.now)
    if found is None:
        raise StuckError(
            "timer_without_time",
            mark("定时器的表达式“{expression}”没有给出时间。"),
            expression=timer.expression,
        )
    return found


def moment(value: object, now: dt.datetime) -> dt.datetime | None:
    """Turn a date and time, date, duration or ISO 8601 text into a moment in UTC; None stays None.

    A local time is one in Shanghai; a date means its end, so that a task due on Friday is not late on Friday.
    """
    if isinstance(value, str):
        value = _from_text(value.strip(), now.astimezone(SHANGHAI))
    if isinstance(value, (feel.DaysTime, feel.YearsMonths)):
        value = feel.evaluate("start + length", {"start": now.astimezone(SHANGHAI), "length": value})
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=SHANGHAI)
        return aware.astimezone(dt.UTC).replace(microsecond=aware.microsecond // 1000 * 1000)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time(23, 59, 59), SHANGHAI).astimezone(dt.UTC)
    return None


_PERIOD = re.compile(r"P(?P<months>(?:\d+Y)?(?:\d+M)?)(?:(?P<weeks>\d+)W)?(?P<rest>(?:\d+D)?(?:T.+)?)")


def _from_text(text: str, now: dt.datetime) -> object:
    period = _PERIOD.fullmatch(text.upper())
    if period is not None:
        # FEEL's durations are either months or days; ISO 8601 and modelers write both in one, like P1M5D.
        months = "P" + (period["months"] or "0M")
        days = dt.timedelta(weeks=int(period["weeks"] or 0))
        rest = "P" + (period["rest"] or "0D")
        later = feel.evaluate("now + duration(months) + duration(rest)", {"now": now, "months": months, "rest": rest})
        return later + days if isinstance(later, dt.datetime) else None
    return feel.evaluate("date and time(text)" if "T" in text else "date(text)", {"text": text})


def _username(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _names(value: object) -> tuple[str, ...]:
    """Give the names of a list, or of a text with commas as modelers write it."""
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(dict.fromkeys(part.strip() for part in parts if isinstance(part, str) and part.strip()))


def _priority(value: object) -> int:
    number = Decimal(value) if isinstance(value, str) and value.strip().isdecimal() else value
    return min(100, max(0, int(number))) if isinstance(number, (int, Decimal)) else DEFAULT_PRIORITY


def as_json(values: Mapping[str, object]) -> dict[str, object]:
    """Give values as variables are stored: JSON, temporal ones as ISO 8601 text."""
    return {name: feel.to_json(value) for name, value in values.items()}
