"""Take a delegated task back before the delegate has answered."""

from sqlalchemy.orm import Session

from engine.errors import ForbiddenError, mark
from engine.execution.acting import Acting
from engine.execution.delegating import back_to_owner
from engine.execution.locked import lock_task
from engine.execution.telling import tell
from engine.execution.write import write_event

TITLE = "{who}收回了“{task}”，不用再看"


def recall_task(session: Session, task_id: int, actor: str) -> None:
    """Make the owner of a delegated task its assignee again. Raises NotFoundError, ConflictError, ForbiddenError."""
    locked = lock_task(session, task_id)
    delegate = locked.work.assignee
    if locked.work.owner != actor:
        raise ForbiddenError(mark("任务“{name}”不是您委派出去的，不能收回。"), name=locked.work.task_name)
    back_to_owner(locked)
    title = TITLE.format(who=locked.organisation.display_name(actor), task=locked.work.task_name)
    tell(locked, [delegate] if delegate is not None else [], title)
    body = {"task": task_id, "assignee": [delegate, actor]}
    write_event(locked, Acting(actor=actor).event(locked, "task.recalled", body))
