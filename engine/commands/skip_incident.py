"""Resolve an Incident by going on without what got stuck, for a reason."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from engine.errors import mark
from engine.execution.incidents import event_of, is_beside, lock_incident
from engine.execution.locked import LockedCase
from engine.execution.people import hand_to_administrators
from engine.execution.subscriptions import queue_up_again, wait_again
from engine.execution.words import required_words
from engine.execution.write import write_event, write_outcome
from engine.interpreter import TASK_EVENTS
from engine.model import Incident, Job, UserTask


def skip_incident(
    session: Session,
    incident_id: int,
    reason: str,
    actor: str,
    *,
    variables: Mapping[str, object] | None = None,
    flow_ids: Sequence[str] = (),
) -> None:
    """Leave the stuck element as if it were done, with these variables; its output mappings don't run.

    A gateway is left by the flows named. One failed delivery to an event that may come again is dropped, and
    the event waits on; so is a step of an overdue task, and the task waits on for its people. Raises
    NotFoundError, ForbiddenError for anybody but an administrator, ConflictError where it is resolved,
    InvalidError without a reason or with flows that are not the gateway's.
    """
    locked, incident = lock_incident(session, incident_id, actor)
    reason = required_words(reason, "reason", mark("请填写跳过的原因。"))
    body = {"reason": reason, "input": dict(variables or {}), "flows": list(flow_ids)}
    event = event_of(incident, "incident.skipped", actor, **body)
    job = session.get(Job, incident.job_id) if incident.job_id is not None else None
    if job is not None and is_beside(locked.definition.process, job):
        if job.kind == "event":
            queue_up_again(session, locked.instance.id, job.token)
        _close(locked, Job, Job.id == job.id)
        if job.kind == "event":
            wait_again(session, locked.instance.id, job.token)
        write_event(locked, event)
        return
    case = locked.wake()
    case.skip(incident.token, variables or {}, flow_ids)
    _close_rows(locked, incident, job)
    write_outcome(locked, hand_to_administrators(case.outcome(), locked.organisation), event)


def _close_rows(locked: LockedCase, incident: Incident, job: Job | None) -> None:
    """Take back the job or the task that the element waited for."""
    if job is not None and job.listener in TASK_EVENTS:
        # A task whose listener is passed over goes on as it was meant to; what else is to come of it does, too.
        _close(locked, Job, Job.id == job.id)
        return
    for model in (Job, UserTask):
        _close(locked, model, model.token == incident.token)


def _close(locked: LockedCase, model: type[Job | UserTask], which: ColumnElement[bool]) -> None:
    locked.session.execute(
        update(model)
        .where(model.instance_id == locked.instance.id, which, model.state.in_(("CREATED", "FAILED")))
        .values(state="CANCELED")
    )
