"""Withdraw a case: 撤销 by its initiator."""

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ForbiddenError, mark
from engine.execution.locked import lock_instance
from engine.execution.withdrawing import withdrawable
from engine.execution.words import required_words
from engine.execution.write import write_outcome
from engine.interpreter import load_variables


def withdraw_instance(session: Session, instance_id: int, reason: str, actor: str) -> None:
    """End a running case because its initiator no longer wants it; open tasks and timers are cancelled.

    Possible while the case runs and the process's property ``withdrawable`` (``true`` or a FEEL condition on
    the case's variables) says so. Raises ForbiddenError, InvalidError without a reason, ConflictError where
    it has ended.
    """
    locked = lock_instance(session, instance_id)
    if locked.instance.started_by != actor:
        raise ForbiddenError(mark("只有发起人可以撤销这个事项。"))
    if not withdrawable(locked.definition, load_variables(locked.instance.body)):
        raise ForbiddenError(mark("“{name}”现在不能撤销。"), name=locked.definition.name)
    reason = required_words(reason, "reason", mark("请填写撤销原因。"))
    case = locked.wake()
    case.cancel()
    event = NewEvent(kind="case.withdrawn", actor=actor, body={"reason": reason})
    write_outcome(locked, case.outcome(), event, state="WITHDRAWN", ended=reason)
