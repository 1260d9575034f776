"""Task listeners: jobs that have a say before a user task is created, assigned, updated or completed, as in Camunda 8.

While they are asked the token is kept as for execution listeners (see ``listeners``); beside which one is asked, its
data say what is ``wanted`` and what listeners have ``corrected`` so far.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter import listeners, rules
from engine.interpreter.diagram import Element
from engine.interpreter.environment import Environment
from engine.interpreter.moments import moment
from engine.interpreter.outcome import ChangedTask, OpenedJob, OpenedTask

if TYPE_CHECKING:
    from engine.interpreter.run import Run

EVENTS = frozenset({"creating", "assigning", "updating", "completing", "canceling"})
DENIABLE = frozenset({"assigning", "updating", "completing"})
"""What a listener may refuse; that a task comes into being or goes away it may not."""

_COLUMNS = {
    "assignee": "assignee",
    "candidateUsers": "candidate_users",
    "candidateGroups": "candidate_groups",
    "dueDate": "due_at",
    "followUpDate": "follow_up_at",
    "priority": "priority",
}
CORRECTABLE = frozenset(_COLUMNS)
"""The attributes of a task that a listener may correct, in the words of the published API."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a listener says."""

    denied: str | None = None
    """Why it refuses, for people to read; None where it does not."""
    corrections: Mapping[str, object] = field(default_factory=dict)
    """New values of ``CORRECTABLE``; moments as ISO 8601 text, None takes a value away."""


AGREED = Answer()


def request(task: SpiffTask, event: str, wanted: Mapping[str, object]) -> None:
    """Ask the first listener of a moment before something is done with an open task."""
    task.internal_data["listener"] = {"event": event, "index": 0, "wanted": dict(wanted)}
    task._set_state(TaskState.STARTED)


def go_on(run: "Run", task: SpiffTask, variables: Mapping[str, object], answer: Answer = AGREED) -> None:
    """Take what a listener of any kind says; ask the next one, or let happen what was wanted, or let it be."""
    pending = task.internal_data["listener"]
    if pending["event"] not in EVENTS:
        listeners.go_on(run, task, variables)
        return
    element = listeners.where(run, task)
    assert element is not None  # noqa: S101 - a token is kept for the listeners of an element only
    if answer.denied is not None:
        del task.internal_data["listener"]
        task._set_state(TaskState.READY)
        run.changed.append(_change(task, element, pending, denied=answer.denied))
        return
    pending["corrected"] = {**pending.get("corrected", {}), **answer.corrections}
    if not listeners.ask_next(run, task):
        _let_happen(run, task, element, pending)


def corrected(run: "Run", task: SpiffTask, found: OpenedTask) -> OpenedTask:
    """Give a task as its creating listeners left it."""
    return replace(found, **attributes(task.peek.get("corrected", {}), run.env)) if _hears(found.element) else found


def opened(task: SpiffTask, found: OpenedTask) -> OpenedTask:
    """Let people know of a task; where it is assigned from the start its listeners are asked about that first."""
    if not _hears(found.element):
        return found
    task.internal_data["opened"] = True
    return assigned(task, found)


def assigned(task: SpiffTask, found: OpenedTask) -> OpenedTask:
    """Ask the assigning listeners about whom a task is given to from the start, and about nobody else."""
    forget(task)
    if found.assignee is None or not found.element.listeners_at("assigning"):
        return replace(found, pending=None)
    request(task, "assigning", {"action": "", "assignee": found.assignee})
    return replace(found, pending={"state": "ASSIGNING", "action": "", "assignee": found.assignee})


def forget(task: SpiffTask) -> None:
    """Ask no listener about a task any more."""
    if listeners.is_held(task):
        del task.internal_data["listener"]
        task._set_state(TaskState.READY)


def unopen(task: SpiffTask) -> None:
    """Let nobody know of a task after all: it is opened when its token is tried again."""
    forget(task)
    if is_opened(task):
        del task.internal_data["opened"]


def is_opened(task: SpiffTask) -> bool:
    """Tell whether people know of a listened task already."""
    return "opened" in task.peek


def open_job(run: "Run", task: SpiffTask, element: Element, variables: Mapping[str, object]) -> OpenedJob:
    """Open the job of whatever listener a token waits for. Raises StuckError where a rule fails."""
    job = listeners.open_job(run, task, element, variables)
    if job.listener not in EVENTS:
        return job
    pending = task.internal_data["listener"]
    wanted = pending.get("wanted", {})
    asks: dict[str, Any] = {
        "action": wanted.get("action", ""),
        "changed": {**_asked_for(wanted), **pending.get("corrected", {})},
    }
    if job.listener == "creating":
        # Nobody knows of the task yet: what the rules say of it goes with the job.
        asks["task"] = _described(rules.open_task(task.id, element, variables, run.env))
    return replace(job, asks=asks)


def brought(task: SpiffTask) -> Mapping[str, object]:
    """Give what a person has handed in and the completing listeners are asked about."""
    found: Mapping[str, object] = task.internal_data.get("listener", {}).get("wanted", {}).get("result", {})
    return found


def attributes(changes: Mapping[str, object], env: Environment) -> dict[str, Any]:
    """Give changes of a task by the names of ``OpenedTask``, with moments in UTC."""
    return {_COLUMNS[name]: _value(name, value, env.now) for name, value in changes.items()}


def _hears(element: Element) -> bool:
    return any(listener.event in EVENTS for listener in element.listeners)


def _let_happen(run: "Run", task: SpiffTask, element: Element, pending: Mapping[str, Any]) -> None:
    event = pending["event"]
    task._set_state(TaskState.READY)
    if event == "creating":
        task.internal_data["heard"] = [*task.internal_data.get("heard", ()), event]
        task.internal_data["corrected"] = pending["corrected"]
        return
    run.changed.append(_change(task, element, pending))
    if event == "completing":
        task.internal_data["result"] = dict(pending["wanted"]["result"])
        if "by" in pending["wanted"]:
            task.internal_data["by"] = pending["wanted"]["by"]
            run.said = dict(pending["wanted"]["result"])
        run.run(task)


def _change(task: SpiffTask, element: Element, pending: Mapping[str, Any], *, denied: str | None = None) -> ChangedTask:
    changes = {} if denied is not None else {**_asked_for(pending.get("wanted", {})), **pending["corrected"]}
    return ChangedTask(token=task.id, element=element, event=pending["event"], denied=denied, changes=changes)


def _asked_for(wanted: Mapping[str, Any]) -> dict[str, object]:
    """Give the attributes of a task that would change if nobody objects."""
    assigned = {"assignee": wanted["assignee"]} if "assignee" in wanted else {}
    return {**assigned, **wanted.get("changes", {})}


def _value(name: str, value: object, now: dt.datetime) -> object:
    if name in {"dueDate", "followUpDate"}:
        return moment(value, now)
    if name == "priority":
        # A number comes out of the state of a case as a decimal.
        return int(str(value))
    return tuple(value) if isinstance(value, (list, tuple)) else value


def _described(task: OpenedTask) -> dict[str, object]:
    return {
        "assignee": task.assignee,
        "candidateUsers": list(task.candidate_users),
        "candidateGroups": list(task.candidate_groups),
        "dueDate": task.due_at.isoformat() if task.due_at is not None else None,
        "followUpDate": task.follow_up_at.isoformat() if task.follow_up_at is not None else None,
        "priority": task.priority,
    }
