"""What a step opens and closes beside the state: tasks, jobs, subscriptions, incidents."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import mark
from engine.execution.immutable import Definition
from engine.execution.jobs import insert_jobs
from engine.execution.prepared import INSERT_CANDIDATES, INSERT_TASKS, insert_task
from engine.execution.subscriptions import open_subscriptions, throw_signals
from engine.interpreter import OVERDUE, OpenedJob, OpenedTask, Outcome, Stuck
from engine.model import Incident, Job, ProcessInstance, UserTask

_OF_PEOPLE = frozenset({"userTask", "startEvent"})
"""At a start event stands a task where its form is handed in again."""
AGAIN = mark("修改并重新提交")
"""What that task is called."""


def open_everything(
    session: Session,
    definition: Definition,
    instance_id: int,
    outcome: Outcome,
    now: dt.datetime,
    *,
    error: str | None = None,
) -> None:
    """Insert what now waits, and tell signals to whoever waits for them; ``error`` is one that its caller catches."""
    _open_tasks(session, definition, instance_id, outcome.tasks, now)
    _go_on_with(session, instance_id, outcome.tasks)
    _open_jobs(session, instance_id, outcome.jobs)
    open_subscriptions(session, definition, instance_id, outcome.subscriptions)
    if error is None:
        _open_incidents(session, instance_id, outcome.stuck, now)
    else:
        let_escape(session, instance_id, error)
    throw_signals(session, outcome.signals, {}, {"case": instance_id})


def return_to_caller(
    session: Session,
    parent_id: int,
    token: int,
    variables: Mapping[str, object],
    *,
    ended: bool,
    error: str | None = None,
) -> None:
    """Let the caller of an ended case go on, by a job under the caller's own lock; ``error`` is what ended it."""
    payload: dict[str, object] = {"variables": dict(variables), "ended": ended}
    insert_jobs(session, [_job(parent_id, token, "return", payload | ({"error": error} if error is not None else {}))])


def let_escape(session: Session, instance_id: int, error: str) -> None:
    """End a called case whose error its caller catches, by a job under its own lock."""
    insert_jobs(session, [_job(instance_id, 0, "cancel", {"error": error})])


def _open_tasks(
    session: Session, definition: Definition, instance_id: int, tasks: Sequence[OpenedTask], now: dt.datetime
) -> None:
    """Insert user tasks and who may claim them."""
    if not tasks:
        return
    rows = [_task_row(task, definition, instance_id, now) for task in tasks]
    if len(rows) == 1 and not (tasks[0].candidate_users or tasks[0].candidate_groups):
        # Most tasks are somebody's own: nothing needs their numbers.
        insert_task(*rows[0], returning=False).send(session, rows[0])
        return
    ids = [_insert_one(session, rows[0])] if len(rows) == 1 else session.scalars(INSERT_TASKS, rows).all()
    candidates = [
        {"task_id": task_id, "kind": kind, "principal": principal}
        for task_id, task in zip(ids, tasks, strict=True)
        for kind, principals in (("user", task.candidate_users), ("group", task.candidate_groups))
        for principal in principals
    ]
    if candidates:
        INSERT_CANDIDATES.run(session, *candidates)


def _go_on_with(session: Session, instance_id: int, tasks: Sequence[OpenedTask]) -> None:
    """Give tasks back what their holders had typed, who only gave way to somebody."""
    for task in tasks:
        if task.again is None:
            continue
        of_case = UserTask.instance_id == instance_id, UserTask.parent_task_id.is_(None)
        before = select(UserTask.draft, UserTask.returned).where(*of_case, UserTask.token == task.again)
        for row in session.execute(before):
            mine = update(UserTask).where(*of_case, UserTask.token == task.token)
            session.execute(mine.values(draft=row.draft, returned=row.returned))


def _insert_one(session: Session, row: Mapping[str, object]) -> int:
    return insert_task(*row).number(session, row)


def _open_jobs(session: Session, instance_id: int, jobs: Sequence[OpenedJob]) -> None:
    """Insert jobs and timers."""
    if jobs:
        insert_jobs(session, [_job_row(job, instance_id) for job in jobs])


def close_everything(session: Session, instance_id: int, outcome: Outcome) -> None:
    """Mark what a step took away; the command closed its own row already."""
    people = [token for token, element in outcome.canceled.items() if element.kind in _OF_PEOPLE]
    machines = [t for t, element in outcome.canceled.items() if element.kind != "userTask" or element.listeners]
    for model, tokens in ((UserTask, people), (Job, machines)):
        if tokens:
            session.execute(
                update(model)
                .where(model.instance_id == instance_id, model.token.in_(tokens))
                .where(model.state.in_(("CREATING", "CREATED")))
                .values(state="CANCELED")
            )
    calls = [token for token, element in outcome.canceled.items() if element.kind == "callActivity"]
    if calls:
        _cancel_called(session, instance_id, calls)


def close_overdue(session: Session, instance_id: int, tokens: Sequence[int]) -> None:
    """Call off the next steps of user tasks that are over, those that could not be done too."""
    session.execute(
        update(Job)
        .where(Job.instance_id == instance_id, Job.token.in_(tokens), Job.listener == OVERDUE)
        .where(Job.state.in_(("CREATED", "FAILED")))
        .values(state="CANCELED")
    )


def _cancel_called(session: Session, instance_id: int, tokens: Sequence[int]) -> None:
    """End the cases that call activities have started, each by a job under its own lock."""
    called = session.scalars(
        select(ProcessInstance.id).where(
            ProcessInstance.parent_id == instance_id,
            ProcessInstance.parent_token.in_(tokens),
            ProcessInstance.state == "ACTIVE",
        )
    ).all()
    if called:
        insert_jobs(session, [_job(child, 0, "cancel", {}) for child in called])


def _open_incidents(session: Session, instance_id: int, stuck: Sequence[Stuck], now: dt.datetime) -> None:
    if stuck:
        session.execute(insert(Incident), [_incident_row(one, instance_id, now) for one in stuck])


def _job(instance_id: int, token: int, kind: str, payload: dict[str, object]) -> dict[str, object]:
    return {
        "instance_id": instance_id,
        "token": token,
        "element_id": "",
        "name": "",
        "kind": kind,
        "type": kind,
        "payload": payload,
        "state": "CREATED",
        "due_at": clock.now(),
        "retries": 3,
    }


def _task_row(task: OpenedTask, definition: Definition, instance_id: int, now: dt.datetime) -> dict[str, Any]:
    form_id = task.element.form_id
    return {
        "instance_id": instance_id,
        "token": task.token,
        "element_id": task.element.id,
        "name": AGAIN if task.element.kind == "startEvent" else task.element.label,
        "state": "CREATED",
        "assignee": task.assignee if task.pending is None else None,
        "created_at": now,
        "due_at": task.due_at,
        "follow_up_at": task.follow_up_at,
        "priority": task.priority,
        "form_id": form_id,
        "form_definition_id": definition.forms.get(form_id) if form_id else None,
        "facts": task.facts,
        "pending": task.pending,
        "open_signs": 0,
    }


def _job_row(job: OpenedJob, instance_id: int) -> dict[str, object]:
    return {
        "instance_id": instance_id,
        "token": job.token,
        "element_id": job.element.id,
        "name": job.element.label,
        "kind": job.kind,
        "type": job.type,
        "payload": {"cycle": job.cycle} if job.cycle is not None else job.asks,
        "state": "CREATED",
        "due_at": job.due_at,
        "retries": job.retries,
        "listener": job.listener,
    }


def _incident_row(stuck: Stuck, instance_id: int, now: dt.datetime) -> Mapping[str, object]:
    return {
        "instance_id": instance_id,
        "token": stuck.token,
        "element_id": stuck.element.id,
        "name": stuck.element.label,
        "code": stuck.code,
        "message": stuck.message,
        "facts": stuck.facts,
        "created_at": now,
    }
