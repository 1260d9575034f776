"""What is done with a user task whose time is over, one step after the other: remind, escalate, pass or refuse."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from engine.audit.chain import NewEvent
from engine.connectors import RefusedError
from engine.errors import GoneError, mark
from engine.execution.connecting import SYSTEM
from engine.execution.escalating import escalate, is_at_the_top
from engine.execution.jobs import insert_jobs
from engine.execution.locked import LockedCase
from engine.execution.offered import offered
from engine.execution.people import hand_to_administrators
from engine.execution.ruling import REFUSALS
from engine.execution.signing import SIGNATURES
from engine.execution.telling import tell
from engine.execution.waiting_for import people_asked
from engine.execution.write import write_event, write_outcome
from engine.interpreter import (
    ENDS,
    ESCALATE,
    OVERDUE,
    OVERDUE_AFTER,
    PASS,
    REJECT,
    RETRIES,
    Case,
    Element,
    StuckError,
    next_step_at,
    result_of,
    steps_of,
)
from engine.model import UserTask

REMINDED = "“{task}”已超时，请尽快办理"
ENDED = {PASS: "“{task}”已超时，按规则自动通过", REJECT: "“{task}”已超时，按规则视为不同意"}
AGAIN_LATER = dt.timedelta(minutes=10)
"""When to look again at a task that listeners are deciding on."""


def act_on_overdue(locked: LockedCase) -> None:
    """Do the next step of an overdue task. The job itself is closed already.

    Raises GoneError where nobody is asked any more, RefusedError where a rule of the diagram fails.
    """
    case, task = locked.wake(), _task(locked)
    element = locked.definition.process.elements[task.element_id]
    steps, number = steps_of(element), int(locked.work.payload["step"])
    if not case.waits(task.token) or number >= len(steps) or (_counts_due(element, number) and task.due_at is None):
        raise GoneError(mark("这一步已经不在等待：可能刚被别人处理，或流程已走到别处。请刷新后再看。"))
    later = _not_yet(locked, element, task, number)
    if later is not None:
        _wait(locked, number, later)
        return
    try:
        if steps[number] in ENDS:
            _end(locked, case, task, steps[number])
        else:
            _ask_again(locked, case, task, number)
    except StuckError as error:
        raise RefusedError(error.message, **{name: str(fact) for name, fact in error.facts.items()}) from error


def _task(locked: LockedCase) -> UserTask:
    found = locked.session.scalars(
        select(UserTask).where(
            UserTask.instance_id == locked.instance.id,
            UserTask.token == locked.work.token,
            UserTask.parent_task_id.is_(None),
            UserTask.state == "CREATED",
        )
    ).one_or_none()
    if found is None:
        raise GoneError(mark("这一步已经不在等待：可能刚被别人处理，或流程已走到别处。请刷新后再看。"))
    return found


def _not_yet(locked: LockedCase, element: Element, task: UserTask, number: int) -> dt.datetime | None:
    """Give when to come again: where listeners have the task now, or its due date was put off meanwhile."""
    now = locked.environment.now
    if task.pending is not None and not task.pending.get("signing"):
        return now + AGAIN_LATER
    later = _counts_due(element, number) and task.due_at is not None and task.due_at > now
    return task.due_at if later else None


def _counts_due(element: Element, number: int) -> bool:
    """Tell whether a step comes when the task is due, and never where that was taken away."""
    return number == 0 and not element.properties.get(OVERDUE_AFTER, "").strip()


def _ask_again(locked: LockedCase, case: Case, task: UserTask, number: int) -> None:
    element = locked.definition.process.elements[task.element_id]
    steps, held = steps_of(element), task.pending is not None
    following = None
    if number + 1 < len(steps):
        following = next_step_at(element, case.visible(task.token), locked.environment)
        _wait(locked, number + 1, following)
    body = {"step": number, "next": following, "reads": locked.environment.all_reads()}
    # Who has handed in and waits for signatures has done their part: no superior could do it better.
    if steps[number] == ESCALATE and not held and not is_at_the_top(locked, task):
        _write(locked, task, "task.escalated", {**body, **escalate(locked, task)})
        return
    people = people_asked(locked, task)
    tell(locked, people, REMINDED.format(task=task.name))
    _write(locked, task, "task.reminded", {**body, "people": people})


def _end(locked: LockedCase, case: Case, task: UserTask, action: str) -> None:
    element, token = locked.definition.process.elements[task.element_id], task.token
    held = task.pending or {}
    if held:
        # Who has handed in has decided, and nobody does it for them: only signatures are waited for no more.
        result, by = dict(held["input"]), held["by"]
        action = REJECT if result.get("decision") in REFUSALS else PASS
    else:
        holder = task.owner or task.assignee
        result, by = result_of(element, action, holder, case.visible(token), locked.environment), None
    if task.signatures or "addSign" in offered(element):
        result[SIGNATURES] = list(task.signatures or ())
    tell(locked, people_asked(locked, task), ENDED[action].format(task=task.name))
    task.state, task.pending, task.draft, task.open_signs = "COMPLETED", None, None, 0
    task.completed_by, task.completed_at = by, locked.environment.now
    locked.session.flush()
    locked.session.execute(
        update(UserTask)
        .where(UserTask.parent_task_id == task.id, UserTask.state.in_(("CREATING", "CREATED")))
        .values(state="CANCELED")
    )
    case.complete(token, result, by=by)
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    body = {"input": result, "action": action, **({"completed_by": by} if by is not None else {})}
    write_outcome(locked, outcome, _event(locked, task, "task.timed_out", body))


def _wait(locked: LockedCase, number: int, due_at: dt.datetime) -> None:
    """Insert the job of a step."""
    row = {
        "instance_id": locked.instance.id,
        "token": locked.work.token,
        "element_id": locked.work.element_id,
        "name": locked.work.job_name,
        "kind": "timer",
        "type": "timer",
        "payload": {"step": number},
        "state": "CREATED",
        "due_at": due_at,
        "retries": RETRIES,
        "listener": OVERDUE,
    }
    insert_jobs(locked.session, [row])


def _write(locked: LockedCase, task: UserTask, kind: str, body: Mapping[str, Any]) -> None:
    locked.session.flush()
    write_event(locked, _event(locked, task, kind, body))


def _event(locked: LockedCase, task: UserTask, kind: str, body: Mapping[str, Any]) -> NewEvent:
    about = {"task": task.id, "job": locked.work.job_id}
    return NewEvent(kind=kind, actor=SYSTEM, element_id=task.element_id, token=task.token, body={**about, **body})
