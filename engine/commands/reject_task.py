"""Reject at a task: 驳回, the end of the case."""

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.execution.doer import reason_of, require_doer
from engine.execution.locked import lock_task
from engine.execution.offered import require_offered
from engine.execution.write import write_outcome


def reject_task(session: Session, task_id: int, reason: str, actor: str) -> None:
    """End a case as rejected; what else waits in it is taken away, and entries it holds are free again.

    Possible where the task offers ``reject``. Raises NotFoundError, ForbiddenError, ConflictError, or InvalidError
    without a reason.
    """
    locked = lock_task(session, task_id)
    require_doer(locked, actor)
    require_offered(locked, "reject")
    why = reason_of(reason)
    case = locked.wake()
    case.cancel()
    work = locked.work
    body = {"task": task_id, "reason": why}
    event = NewEvent(kind="task.rejected", actor=actor, element_id=work.element_id, token=work.token, body=body)
    write_outcome(locked, case.outcome(), event, state="REJECTED", ended=why)
