"""What happens with a user task that nobody does in time: its ``zeebe:properties``."""

import datetime as dt
from collections.abc import Mapping

from engine.errors import mark
from engine.interpreter.diagram import Element
from engine.interpreter.environment import Environment, StuckError
from engine.interpreter.moments import moment
from engine.interpreter.outcome import OpenedJob, OpenedTask
from engine.interpreter.timers import RETRIES

WHEN_OVERDUE, OVERDUE_AFTER, OVERDUE_EVERY = "whenOverdue", "overdueAfter", "overdueEvery"
REMIND, ESCALATE, PASS, REJECT = "remind", "escalate", "pass", "reject"
STEPS = (REMIND, ESCALATE, PASS, REJECT)
ENDS = frozenset({PASS, REJECT})
"""Steps that complete the task: nothing can come after them."""

EVERY_UNLESS_SAID = "=working days after(now(), 1)"
OVERDUE = "overdue"
"""The ``listener`` of the jobs that wait for these steps; their payload says which ``step`` is next."""


def steps_of(element: Element) -> tuple[str, ...]:
    """Give what is done, one step after the other; nothing for a task that waits for ever."""
    named = element.properties.get(WHEN_OVERDUE)
    if not named or element.kind != "userTask":
        return ()
    return tuple(step.strip() for step in named.replace("，", ",").split(",") if step.strip())


def open_overdue(task: OpenedTask, variables: Mapping[str, object], env: Environment) -> list[OpenedJob]:
    """Open the job of a task's first step, due at ``overdueAfter`` or else at its due date; none without steps.

    Raises StuckError where that gives no moment.
    """
    element = task.element
    if not steps_of(element):
        return []
    said = element.properties.get(OVERDUE_AFTER, "").strip()
    at = _moment(element, OVERDUE_AFTER, said, variables, env) if said else task.due_at
    if at is None:
        raise StuckError(
            "overdue_without_time",
            mark("“{label}”有 {property}，但没有算出截止时间。请检查截止时间的表达式里的变量是否已有值。"),
            label=element.label,
            property=WHEN_OVERDUE,
        )
    return [
        OpenedJob(
            token=task.token,
            element=element,
            kind="timer",
            type="timer",
            due_at=at,
            retries=RETRIES,
            listener=OVERDUE,
            asks={"step": 0},
        )
    ]


def next_step_at(element: Element, variables: Mapping[str, object], env: Environment) -> dt.datetime:
    """Give the moment of the step that follows one done now. Raises StuckError where ``overdueEvery`` gives none."""
    said = element.properties.get(OVERDUE_EVERY, "").strip() or EVERY_UNLESS_SAID
    return _moment(element, OVERDUE_EVERY, said, variables, env)


def _moment(element: Element, name: str, rule: str, variables: Mapping[str, object], env: Environment) -> dt.datetime:
    at = moment(env.text_or_expression(rule, variables), env.now)
    if at is None:
        raise StuckError(
            "overdue_without_time",
            mark("“{label}”的属性 {property} 应得出日期时间或时长，{rule} 没有给出。"),
            label=element.label,
            property=name,
            rule=rule,
        )
    return at
