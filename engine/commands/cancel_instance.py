"""Terminate a case: the administrator's way to end it."""

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ForbiddenError, mark
from engine.execution.locked import lock_instance
from engine.execution.telling import tell
from engine.execution.words import required_words
from engine.execution.write import write_outcome

TITLE = "{who}终止了“{title}”"


def cancel_instance(session: Session, instance_id: int, reason: str, actor: str) -> None:
    """End a running case for a reason and tell its initiator; open tasks and timers are cancelled.

    Raises NotFoundError, ForbiddenError for anybody but an administrator, InvalidError without a reason,
    ConflictError where it has ended.
    """
    locked = lock_instance(session, instance_id, suspended_too=True)
    if "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以终止事项。"))
    reason = required_words(reason, "reason", mark("请填写终止原因。"))
    case = locked.wake()
    case.cancel()
    event = NewEvent(kind="case.terminated", actor=actor, body={"reason": reason})
    write_outcome(locked, case.outcome(), event, state="TERMINATED", ended=reason)
    if locked.instance.started_by != actor:
        title = TITLE.format(who=locked.organisation.display_name(actor), title=locked.instance.title)
        tell(locked, [locked.instance.started_by], title, reason)
