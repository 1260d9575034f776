"""End a substitution before its time."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import ConflictError, ForbiddenError, NotFoundError, mark
from engine.execution.rows import changed
from engine.model import Substitution
from engine.organisation import organisation


def end_substitution(session: Session, substitution_id: int, actor: str) -> None:
    """End a substitution now, or before it begins; what was done by it stays done.

    Raises NotFoundError, ForbiddenError for anybody but its principal and administrators, ConflictError where it
    is over.
    """
    row = session.get(Substitution, substitution_id)
    if row is None:
        raise NotFoundError(mark("没有编号为 {number} 的代理。"), number=substitution_id)
    if row.principal != actor and "admin" not in organisation(session).grants_of(actor):
        raise ForbiddenError(mark("只有本人和管理员可以结束这项代理。"))
    now = clock.now()
    ended = changed(
        session,
        update(Substitution)
        .where(Substitution.id == substitution_id, Substitution.ends_at > now, Substitution.ended_by.is_(None))
        .values(ends_at=max(row.starts_at, now), ended_by=actor),
    )
    if ended != 1:
        raise ConflictError(mark("这项代理已经结束。"))
