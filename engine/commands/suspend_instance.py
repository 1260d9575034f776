"""Suspend a case, with the cases it has called."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ConflictError, ForbiddenError, mark
from engine.execution.locked import LockedCase, lock_instance
from engine.execution.suspending import park_jobs
from engine.execution.words import required_reason
from engine.execution.write import write_event
from engine.model import ProcessInstance


def suspend_instance(session: Session, instance_id: int, reason: str, actor: str) -> None:
    """Stop all work on a case until it is resumed: tasks, timers, jobs and messages wait.

    Raises NotFoundError, ForbiddenError for anybody but an administrator, InvalidError without a reason, ConflictError
    where it has ended or is suspended already.
    """
    locked = lock_instance(session, instance_id, suspended_too=True)
    if "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以暂停和恢复事项。"))
    if locked.instance.suspended_at is not None:
        raise ConflictError(mark("事项 {id} 已经暂停。"), id=instance_id)
    _suspend(locked, required_reason(reason), actor)


def _suspend(locked: LockedCase, reason: str, actor: str) -> None:
    session, number = locked.session, locked.instance.id
    park_jobs(session, number)
    event = NewEvent(kind="case.suspended", actor=actor, body={"reason": reason})
    write_event(locked, event, suspended_at=locked.environment.now)
    called = select(ProcessInstance.id).where(
        ProcessInstance.parent_id == number,
        ProcessInstance.state == "ACTIVE",
        ProcessInstance.suspended_at.is_(None),
    )
    for child in session.scalars(called).all():
        _suspend(lock_instance(session, child), reason, actor)
