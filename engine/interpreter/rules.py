"""The rules of a user task, a job and a subscription, evaluated when a token arrives."""

from collections.abc import Mapping
from decimal import Decimal

from engine import feel
from engine.errors import mark
from engine.interpreter.diagram import Element, Listener
from engine.interpreter.environment import Environment, StuckError
from engine.interpreter.moments import moment
from engine.interpreter.outcome import OpenedJob, OpenedSubscription, OpenedTask

DEFAULT_PRIORITY = 50
"""Camunda's: priorities go from 0 to 100."""

MOST_RETRIES = 1000


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
        type=named(wanted, element, variables, env),
        due_at=env.now,
        retries=retries_of(element, element, variables, env),
    )


def named(text: str, element: Element, variables: Mapping[str, object], env: Environment) -> str:
    """Give a name that may be an expression. Raises StuckError where that gives none: nobody would answer."""
    found = env.text_or_expression(text, variables)
    if found is None or (found == "" and text):
        raise StuckError(
            "expression_failed",
            mark("“{label}”的“{expression}”应得出一个名称，实际没有值，不会有人应答。请检查其中的变量是否已有值。"),
            label=element.label,
            expression=text,
        )
    return str(found)


def retries_of(source: Element | Listener, element: Element, variables: Mapping[str, object], env: Environment) -> int:
    """Give how often the job of an element or of its listener is tried. Raises StuckError where its rule fails."""
    if source.retries_rule is None:
        return source.retries
    found = env.evaluate(source.retries_rule, variables)
    if not isinstance(found, Decimal) or not 0 <= found <= MOST_RETRIES:
        raise StuckError(
            "retries_wrong",
            mark("“{label}”的重试次数“{expression}”应得出 0 到 {most} 的整数，实际为 {value}。"),
            label=element.label,
            expression=source.retries_rule,
            most=MOST_RETRIES,
            value="null" if found is None else str(found),
        )
    return int(found)


def open_subscription(
    token: int, element: Element, variables: Mapping[str, object], env: Environment
) -> OpenedSubscription:
    """Open the subscription of an event. Raises StuckError where a message has no correlation key."""
    name = named(element.definition.name, element, variables, env)
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


def _username(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _names(value: object) -> tuple[str, ...]:
    """Give the names of a list, or of a text with commas as modelers write it."""
    if value is None:
        return ()
    parts = value.replace("，", ",").split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(dict.fromkeys(part.strip() for part in parts if isinstance(part, str) and part.strip()))


def _priority(value: object) -> int:
    number = Decimal(value) if isinstance(value, str) and value.strip().isdecimal() else value
    return min(100, max(0, int(number))) if isinstance(number, (int, Decimal)) else DEFAULT_PRIORITY


def as_json(values: Mapping[str, object]) -> dict[str, object]:
    """Give values as variables are stored: JSON, temporal ones as ISO 8601 text."""
    return {name: feel.to_json(value) for name, value in values.items()}
