"""Take a delegated task back before the delegate has answered."""

from sqlalchemy.orm import Session

from engine.errors import ForbiddenError, mark
from engine.execution.acting import acting_owner
from engine.execution.delegating import back_to_owner
from engine.execution.locked import lock_task
from engine.execution.telling import tell
from engine.execution.write import write_event

TITLE = "{who}收回了“{task}”，不用再看"


def recall_task(session: Session, task_id: int, actor: str) -> None:
    """Make the owner of a delegated task its assignee again: by the owner, or who stands in for them.

    Raises NotFoundError, ConflictError, ForbiddenError for anybody else.
    """
    locked = lock_task(session, task_id)
    acting, delegate = acting_owner(locked, actor), locked.work.assignee
    if acting is None:
        raise ForbiddenError(mark("任务“{name}”不是您委派出去的，不能收回。"), name=locked.work.task_name)
    back_to_owner(locked)
    title = TITLE.format(who=locked.organisation.display_name(actor), task=locked.work.task_name)
    tell(locked, [delegate] if delegate is not None else [], title)
    body = {"task": task_id, "assignee": [delegate, acting.holder]}
    write_event(locked, acting.event(locked, "task.recalled", body))
