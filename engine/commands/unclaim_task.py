"""Put a task back into the group's queue."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.errors import ForbiddenError, InvalidError, mark
from engine.execution.acting import Acting, acting_for_holder, require_undelegated
from engine.execution.listening import ask_listeners
from engine.execution.locked import LockedCase, lock_task
from engine.execution.write import write_event
from engine.model import UserTask, UserTaskCandidate


def unclaim_task(session: Session, task_id: int, actor: str) -> bool:
    """Take the assignee off a task, so that others see it again; give False while its listeners are asked.

    Only the assignee, who stands in for them, or an administrator may. What was typed stays its writer's: a draft is
    dropped. Raises ForbiddenError, InvalidError where nobody else could do it.
    """
    locked = lock_task(session, task_id)
    acting = _acting(locked, actor)
    require_undelegated(locked)
    others = session.scalar(
        select(func.count()).select_from(UserTaskCandidate).where(UserTaskCandidate.task_id == task_id)
    )
    if not others:
        raise InvalidError(mark("任务“{name}”只分配给了您，没有可退回的队列。"), name=locked.work.task_name)
    if ask_listeners(locked, "assigning", {"action": "unassign", "assignee": None}, acting):
        return False
    session.execute(update(UserTask).where(UserTask.id == task_id).values(assignee=None, draft=None))
    body = {"task": task_id, "assignee": [locked.work.assignee, None]}
    write_event(locked, acting.event(locked, "task.unclaimed", body))
    return True


def _acting(locked: LockedCase, actor: str) -> Acting:
    acting = acting_for_holder(locked, actor)
    if acting is None and "admin" in locked.organisation.grants_of(actor):
        return Acting(actor=actor)
    if acting is None:
        raise ForbiddenError(mark("任务“{name}”不是您领取的，不能退回队列。"), name=locked.work.task_name)
    return acting
