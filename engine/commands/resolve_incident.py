"""Resolve an Incident by trying again what got stuck."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ConflictError, ForbiddenError, NotFoundError, mark
from engine.execution.locked import LockedCase, lock_instance
from engine.execution.people import hand_to_administrators
from engine.execution.write import write_event, write_outcome
from engine.model import Incident, Job, ProcessInstance


def resolve_incident(session: Session, incident_id: int, actor: str) -> None:
    """Try again: a failed job is due at once with one more try, a stuck token runs again.

    Where the cause is still there a new Incident says so. Raises NotFoundError, ForbiddenError for anybody
    but an administrator, ConflictError where it is resolved.
    """
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFoundError(mark("没有编号为 {number} 的异常。"), number=incident_id)
    locked = lock_instance(session, incident.instance_id)
    if "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以处理异常。"))
    _mark_resolved(locked, incident_id, actor)
    event = NewEvent(
        kind="incident.resolved",
        actor=actor,
        element_id=incident.element_id,
        token=incident.token,
        body={"incident": incident_id, "code": incident.code},
    )
    if incident.job_id is not None:
        session.execute(
            update(Job)
            .where(Job.id == incident.job_id, Job.state == "FAILED")
            .values(state="CREATED", retries=1, due_at=locked.environment.now, error=None)
        )
        write_event(locked, event)
    elif incident.code == "nobody_found":
        write_event(locked, event)
    else:
        case = locked.wake()
        case.retry(incident.token)
        write_outcome(locked, hand_to_administrators(case.outcome(), locked.organisation), event)


def _mark_resolved(locked: LockedCase, incident_id: int, actor: str) -> None:
    resolved = locked.session.scalars(
        update(Incident)
        .where(Incident.id == incident_id, Incident.resolved_at.is_(None))
        .values(resolved_at=locked.environment.now, resolved_by=actor)
        .returning(Incident.id)
    ).all()
    if not resolved:
        raise ConflictError(mark("这个异常已经处理过了。"))
    locked.session.execute(
        update(ProcessInstance)
        .where(ProcessInstance.id == locked.instance.id)
        .values(incident_count=ProcessInstance.incident_count - 1)
    )
