"""What the ways to resolve an Incident have in common: who may, the lock, and that each is resolved once."""

from sqlalchemy import true, update
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ConflictError, ForbiddenError, NotFoundError, mark
from engine.execution.locked import LockedCase, lock_instance
from engine.interpreter import OVERDUE, REPEATING, Outcome, Process
from engine.model import Incident, Job, ProcessInstance


def lock_incident(session: Session, incident_id: int, actor: str) -> tuple[LockedCase, Incident]:
    """Lock the case of an Incident for an administrator, and mark the Incident as resolved by them.

    Raises NotFoundError, ForbiddenError for anybody but an administrator, ConflictError where it is resolved,
    GoneError where the case has ended.
    """
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFoundError(mark("没有编号为 {number} 的异常。"), number=incident_id)
    locked = lock_instance(session, incident.instance_id, suspended_too=True)
    if "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以处理异常。"))
    _mark_resolved(locked, incident_id, actor)
    return locked, incident


def is_beside(process: Process, job: Job) -> bool:
    """Tell whether no token goes on with a job: the end of a called case, one of several messages, an overdue step."""
    element = process.elements.get(job.element_id)
    comes_again = element is not None and not element.interrupting and element.event in REPEATING
    return job.kind == "cancel" or job.listener == OVERDUE or (job.kind == "event" and comes_again)


def event_of(incident: Incident, kind: str, actor: str, **body: object) -> NewEvent:
    """Give the history event of a resolution."""
    return NewEvent(
        kind=kind,
        actor=actor,
        element_id=incident.element_id,
        token=incident.token,
        body={"incident": incident.id, "code": incident.code, **body},
    )


def close_incidents(locked: LockedCase, outcome: Outcome, actor: str) -> int:
    """Resolve the Incidents of tokens that are gone, and all of an ended case; give how many those were."""
    gone = Incident.token.in_([*outcome.canceled, *outcome.completed_tokens])
    closed = locked.session.scalars(
        update(Incident)
        .where(Incident.instance_id == locked.instance.id, Incident.resolved_at.is_(None))
        .where(true() if outcome.ended else gone)
        .values(resolved_at=locked.environment.now, resolved_by=actor)
        .returning(Incident.id)
    ).all()
    return len(closed)


def resolve_nobody_found(locked: LockedCase, token: int, actor: str) -> list[int]:
    """Resolve the Incident that nobody was found for a task, since somebody was; give its number if there was one."""
    ids = locked.session.scalars(
        update(Incident)
        .where(
            Incident.instance_id == locked.instance.id,
            Incident.token == token,
            Incident.code == "nobody_found",
            Incident.resolved_at.is_(None),
        )
        .values(resolved_at=locked.environment.now, resolved_by=actor)
        .returning(Incident.id)
    ).all()
    if ids:
        locked.session.execute(
            update(ProcessInstance)
            .where(ProcessInstance.id == locked.instance.id)
            .values(incident_count=ProcessInstance.incident_count - len(ids))
        )
    return list(ids)


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
