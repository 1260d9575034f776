"""Hand the open tasks of somebody who leaves over to another person: 交接."""

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import ForbiddenError, InvalidError, mark
from engine.execution.handing_over import open_tasks_of
from engine.execution.words import required_reason
from engine.model import Handover
from engine.organisation import organisation


def begin_handover(session: Session, leaver: str, successor: str, reason: str, actor: str) -> int:
    """Begin a hand-over of all open tasks and give its number; ``continue_handover`` does it, a little at a time.

    Raises ForbiddenError for anybody but an administrator, InvalidError for people who don't exist, a successor
    who can't sign in, or without a reason.
    """
    known = organisation(session)
    if "admin" not in known.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以办理交接。"))
    if leaver not in known.people:
        raise InvalidError(mark("没有用户 {username}。"), where="leaver", username=leaver)
    person = known.people.get(successor)
    if person is None or not person.active:
        raise InvalidError(mark("没有在职的用户 {username}。"), where="successor", username=successor)
    if leaver == successor:
        raise InvalidError(mark("不能交接给本人，请选别人。"), where="successor")
    reason = required_reason(reason)
    total = session.scalar(select(func.count()).select_from(open_tasks_of(leaver).subquery())) or 0
    now = clock.now()
    number: int = session.execute(
        insert(Handover)
        .values(
            leaver=leaver,
            successor=successor,
            reason=reason,
            made_by=actor,
            made_at=now,
            total=total,
            done=0,
            skipped=[],
            # Though there be no task: turns in sequences are looked for later, which takes a while.
            finished_at=None,
        )
        .returning(Handover.id)
    ).scalar_one()
    return number
