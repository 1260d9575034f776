"""Put a task back into the group's queue."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ForbiddenError, InvalidError, mark
from engine.execution.acting import Acting, require_undelegated
from engine.execution.listening import ask_listeners
from engine.execution.locked import lock_task
from engine.execution.write import write_event
from engine.model import UserTask, UserTaskCandidate


def unclaim_task(session: Session, task_id: int, actor: str) -> bool:
    """Take the assignee off a task, so that others see it again; give False while its listeners are asked.

    Only the assignee or an administrator may. Raises InvalidError where nobody else could do it.
    """
    locked = lock_task(session, task_id)
    if locked.work.assignee != actor and "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("任务“{name}”不是您领取的，不能退回队列。"), name=locked.work.task_name)
    require_undelegated(locked)
    others = session.scalar(
        select(func.count()).select_from(UserTaskCandidate).where(UserTaskCandidate.task_id == task_id)
    )
    if not others:
        raise InvalidError(mark("任务“{name}”只分配给了您，没有可退回的队列。"), name=locked.work.task_name)
    if ask_listeners(locked, "assigning", {"action": "unassign", "assignee": None}, Acting(actor=actor)):
        return False
    session.execute(update(UserTask).where(UserTask.id == task_id).values(assignee=None))
    event = NewEvent(
        kind="task.unclaimed",
        actor=actor,
        element_id=locked.work.element_id,
        token=locked.work.token,
        body={"task": task_id, "assignee": [locked.work.assignee, None]},
    )
    write_event(locked, event)
    return True
