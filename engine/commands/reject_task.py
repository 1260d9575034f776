"""Reject at a task: 驳回, the end of the case."""

from sqlalchemy.orm import Session

from engine.execution.acting import acting_doer, require_undelegated
from engine.execution.going_back import require_main
from engine.execution.locked import lock_task
from engine.execution.offered import require_offered
from engine.execution.telling import tell
from engine.execution.words import required_reason
from engine.execution.write import write_outcome

TITLE = "{who}驳回了“{title}”"


def reject_task(session: Session, task_id: int, reason: str, actor: str) -> None:
    """End a case as rejected and tell its initiator; what else waits in it is taken away, entries it holds are free.

    Possible where the task offers ``reject``. Raises NotFoundError, ForbiddenError, ConflictError, or InvalidError
    without a reason.
    """
    locked = lock_task(session, task_id)
    acting = acting_doer(locked, actor)
    require_offered(locked, "reject")
    require_undelegated(locked)
    require_main(locked)
    reason = required_reason(reason)
    case = locked.wake()
    case.cancel()
    event = acting.event(locked, "task.rejected", {"task": task_id, "reason": reason})
    write_outcome(locked, case.outcome(), event, state="REJECTED", ended=reason)
    if locked.instance.started_by != actor:
        title = TITLE.format(who=locked.organisation.display_name(actor), title=locked.instance.title)
        tell(locked, [locked.instance.started_by], title, reason)
