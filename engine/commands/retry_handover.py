"""Try the tasks again that a hand-over has passed over."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import ConflictError, ForbiddenError, NotFoundError, mark
from engine.execution.handing_over import open_tasks_of
from engine.model import Handover
from engine.organisation import organisation


def retry_handover(session: Session, handover_id: int, actor: str) -> None:
    """Open a finished hand-over again; ``continue_handover`` then hands over whatever the leaver has now.

    Raises NotFoundError, ForbiddenError for anybody but an administrator, ConflictError where it is not finished.
    """
    if "admin" not in organisation(session).grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以办理交接。"))
    found = session.scalars(select(Handover).where(Handover.id == handover_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFoundError(mark("没有编号为 {number} 的交接。"), number=handover_id)
    if found.finished_at is None:
        raise ConflictError(mark("交接还在进行，完成之后才能重试。"))
    left = session.scalar(select(func.count()).select_from(open_tasks_of(found.leaver).subquery())) or 0
    found.skipped, found.finished_at, found.total = [], None, found.done + left
    session.flush()
