"""Sign a task of somebody else that one was asked to sign."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.errors import ConflictError, InvalidError, mark
from engine.execution.acting import acting_holder
from engine.execution.locked import lock_task
from engine.execution.rows import changed, overtaken
from engine.execution.signing import one_less
from engine.execution.words import words
from engine.model import UserTask


def sign_task(session: Session, task_id: int, opinion: str, actor: str, *, agreed: bool) -> None:
    """Say whether one agrees; the last signature lets a completion go on that was kept back for it.

    Raises NotFoundError, ForbiddenError, ConflictError where it is no signature or done, InvalidError where
    somebody disagrees without saying why.
    """
    locked = lock_task(session, task_id)
    acting = acting_holder(locked, actor)
    if locked.work.parent_task_id is None:
        raise ConflictError(mark("任务“{name}”不是加签，直接办理即可。"), name=locked.work.task_name)
    opinion = words(opinion, "opinion")
    if not agreed and not opinion:
        raise InvalidError(mark("不同意请写明意见。"), where="opinion")
    signature = {
        "person": acting.holder,
        "on_behalf_by": acting.actor if acting.on_behalf_of else None,
        "way": locked.work.position,
        "agreed": agreed,
        "opinion": opinion,
        "at": locked.environment.now.isoformat(),
    }
    done = changed(
        session,
        update(UserTask)
        .where(UserTask.id == task_id, UserTask.state == "CREATED", UserTask.assignee == locked.work.assignee)
        .values(state="COMPLETED", completed_by=actor, completed_at=locked.environment.now, signatures=[signature]),
    )
    if done != 1:
        raise overtaken(locked.work.task_name)
    body = {"task": task_id, "of_task": locked.work.parent_task_id, "signature": signature}
    one_less(locked, acting, "task.signed", body, signature)
