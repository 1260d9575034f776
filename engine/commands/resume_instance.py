"""Resume a suspended case, with the cases it has called."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ConflictError, ForbiddenError, mark
from engine.execution.locked import LockedCase, lock_instance
from engine.execution.suspending import release_jobs
from engine.execution.words import words
from engine.execution.write import write_event
from engine.model import ProcessInstance


def resume_instance(session: Session, instance_id: int, actor: str, *, reason: str = "") -> None:
    """Let work on a case go on; what became due meanwhile is done at once.

    Raises NotFoundError, ForbiddenError for anybody but an administrator, ConflictError where it has ended or
    is not suspended.
    """
    locked = lock_instance(session, instance_id, suspended_too=True)
    if "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以暂停和恢复事项。"))
    if locked.instance.suspended_at is None:
        raise ConflictError(mark("事项 {id} 没有暂停。"), id=instance_id)
    _resume(locked, words(reason), actor)


def _resume(locked: LockedCase, reason: str, actor: str) -> None:
    session, number = locked.session, locked.instance.id
    release_jobs(session, number)
    event = NewEvent(kind="case.resumed", actor=actor, body={"reason": reason} if reason else {})
    write_event(locked, event, suspended_at=None)
    called = select(ProcessInstance.id).where(
        ProcessInstance.parent_id == number,
        ProcessInstance.state == "ACTIVE",
        ProcessInstance.suspended_at.is_not(None),
    )
    for child in session.scalars(called).all():
        _resume(lock_instance(session, child, suspended_too=True), reason, actor)
