"""Storing what a step caused: the difference in tasks and jobs, the new state, the new history."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent, append
from engine.errors import ConflictError, mark
from engine.execution.immutable import Definition
from engine.execution.locked import LockedCase
from engine.execution.rows import changed
from engine.interpreter import OpenedJob, OpenedTask, Outcome, Stuck
from engine.model import HistoryEvent, Incident, Job, ProcessInstance, UserTask, UserTaskCandidate


def write_outcome(
    locked: LockedCase, outcome: Outcome, event: NewEvent, *, state: str | None = None, ended: str | None = None
) -> None:
    """Write everything a command caused, in as few statements as it takes.

    ``event`` is what people will read; what the step caused is added to its body. ``state`` and ``ended``
    say how the case ended where a person ended it. Raises ConflictError where the case changed meanwhile.
    """
    now = locked.environment.now
    instance_id = locked.instance.id
    open_tasks(locked.session, locked.definition, instance_id, outcome.tasks, now)
    open_jobs(locked.session, instance_id, outcome.jobs)
    _close(locked, outcome)
    incidents = _open_incidents(locked, outcome.stuck)
    rows, head = append(
        locked.head,
        [with_effects(event, outcome)],
        instance_id=instance_id,
        at=now,
        definition_hash=locked.definition.hash,
    )
    locked.session.execute(insert(HistoryEvent), rows)
    ending = _ending(outcome, state, ended, now)
    _update_instance(
        locked,
        body=outcome.body,
        event_count=head.sequence,
        chain_head=head.hash,
        incident_count=ProcessInstance.incident_count + incidents,
        **ending,
    )


def write_event(locked: LockedCase, event: NewEvent) -> None:
    """Write an event of a command that moves no token, such as a claim."""
    rows, head = append(
        locked.head,
        [event],
        instance_id=locked.instance.id,
        at=locked.environment.now,
        definition_hash=locked.definition.hash,
    )
    locked.session.execute(insert(HistoryEvent), rows)
    _update_instance(locked, event_count=head.sequence, chain_head=head.hash)


def with_effects(event: NewEvent, outcome: Outcome) -> NewEvent:
    """Add to an event what its step caused: the auditor's view and the proof of a replay."""
    effects: dict[str, object] = {
        "passages": [[p.what, p.element_id, p.token, p.flow_id] for p in outcome.passages],
        "waiting": [[token, element] for token, element in sorted(outcome.waiting.items())],
        "changes": {name: list(pair) for name, pair in outcome.changes.items()},
    }
    if outcome.reads:
        effects["reads"] = outcome.reads
    if outcome.tasks:
        effects["tasks"] = [_task_fact(task) for task in outcome.tasks]
    if outcome.jobs:
        effects["jobs"] = [
            {"token": j.token, "element": j.element.id, "type": j.type, "due": j.due_at} for j in outcome.jobs
        ]
    if outcome.stuck:
        effects["stuck"] = [
            {"token": s.token, "element": s.element.id, "code": s.code, "message": s.message, "facts": s.facts}
            for s in outcome.stuck
        ]
    if outcome.ended:
        effects["ended_at"] = outcome.ended_at.id if outcome.ended_at is not None else None
    return NewEvent(
        kind=event.kind,
        actor=event.actor,
        body={**event.body, **effects},
        element_id=event.element_id,
        token=event.token,
        on_behalf_of=event.on_behalf_of,
    )


def open_tasks(
    session: Session, definition: Definition, instance_id: int, tasks: Sequence[OpenedTask], now: dt.datetime
) -> None:
    """Insert user tasks and who may claim them."""
    if not tasks:
        return
    rows = [_task_row(task, definition, instance_id, now) for task in tasks]
    ids = session.scalars(insert(UserTask).returning(UserTask.id, sort_by_parameter_order=True), rows).all()
    candidates = [
        {"task_id": task_id, "kind": kind, "principal": principal}
        for task_id, task in zip(ids, tasks, strict=True)
        for kind, principals in (("user", task.candidate_users), ("group", task.candidate_groups))
        for principal in principals
    ]
    if candidates:
        session.execute(insert(UserTaskCandidate), candidates)


def open_jobs(session: Session, instance_id: int, jobs: Sequence[OpenedJob]) -> None:
    """Insert jobs and timers."""
    if jobs:
        session.execute(insert(Job), [_job_row(job, instance_id) for job in jobs])


def _close(locked: LockedCase, outcome: Outcome) -> None:
    """Mark the tasks and jobs that a step took away: the command closed its own row already."""
    elements = locked.definition.process.elements
    gone = {p.token: elements[p.element_id].kind for p in outcome.passages if p.token in outcome.canceled_tokens}
    people = [token for token, kind in gone.items() if kind == "userTask"]
    machines = [token for token, kind in gone.items() if kind != "userTask"]
    for model, tokens in ((UserTask, people), (Job, machines)):
        if tokens:
            locked.session.execute(
                update(model)
                .where(model.instance_id == locked.instance.id, model.token.in_(tokens), model.state == "CREATED")
                .values(state="CANCELED")
            )


def _open_incidents(locked: LockedCase, stuck: Sequence[Stuck]) -> int:
    if stuck:
        rows = [_incident_row(s, locked.instance.id, locked.environment.now) for s in stuck]
        locked.session.execute(insert(Incident), rows)
    return len(stuck)


def _ending(outcome: Outcome, state: str | None, ended: str | None, now: dt.datetime) -> dict[str, object]:
    if not outcome.ended:
        return {}
    name = outcome.ended_at.label if outcome.ended_at is not None else None
    return {"state": state or "COMPLETED", "outcome": ended or name, "ended_at": now}


def _update_instance(locked: LockedCase, **values: object) -> None:
    done = changed(
        locked.session,
        update(ProcessInstance)
        .where(ProcessInstance.id == locked.instance.id, ProcessInstance.revision == locked.instance.revision)
        .values(revision=locked.instance.revision + 1, **values),
    )
    if done != 1:
        raise ConflictError(mark("这个事项刚被别人改动,请刷新后再试。"))


def _task_row(task: OpenedTask, definition: Definition, instance_id: int, now: dt.datetime) -> dict[str, Any]:
    form_id = task.element.form_id
    return {
        "instance_id": instance_id,
        "token": task.token,
        "element_id": task.element.id,
        "name": task.element.label,
        "state": "CREATED",
        "assignee": task.assignee,
        "created_at": now,
        "due_at": task.due_at,
        "follow_up_at": task.follow_up_at,
        "priority": task.priority,
        "form_id": form_id,
        "form_definition_id": definition.forms.get(form_id) if form_id else None,
        "facts": task.facts,
    }


def _task_fact(task: OpenedTask) -> dict[str, object]:
    return {
        "token": task.token,
        "element": task.element.id,
        "assignee": task.assignee,
        "candidate_users": task.candidate_users,
        "candidate_groups": task.candidate_groups,
        "due": task.due_at,
        "facts": task.facts,
    }


def _job_row(job: OpenedJob, instance_id: int) -> dict[str, object]:
    return {
        "instance_id": instance_id,
        "token": job.token,
        "element_id": job.element.id,
        "name": job.element.label,
        "kind": job.kind,
        "type": job.type,
        "state": "CREATED",
        "due_at": job.due_at,
        "retries": job.retries,
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
