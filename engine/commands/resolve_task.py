"""Give a delegated task back to its owner, with an opinion."""

from sqlalchemy.orm import Session

from engine.errors import ConflictError, mark
from engine.execution.acting import acting_holder
from engine.execution.delegating import back_to_owner
from engine.execution.locked import lock_task
from engine.execution.telling import tell
from engine.execution.words import required_words
from engine.execution.write import write_event

TITLE = "{who}交回了“{task}”"


def resolve_task(session: Session, task_id: int, opinion: str, actor: str) -> None:
    """Hand a delegated task back: its owner sees the opinion and completes it (Camunda 7's ``RESOLVED``).

    Raises NotFoundError, ForbiddenError, ConflictError where it is not delegated, InvalidError without an opinion.
    """
    locked = lock_task(session, task_id)
    acting = acting_holder(locked, actor)
    owner = locked.work.owner
    if owner is None:
        raise ConflictError(mark("任务“{name}”不是别人委派的，直接办理即可。"), name=locked.work.task_name)
    opinion = required_words(opinion, "opinion", mark("请填写意见。"))
    signature = {
        "person": acting.holder,
        "on_behalf_by": acting.actor if acting.on_behalf_of else None,
        "way": "delegate",
        "agreed": None,
        "opinion": opinion,
        "at": locked.environment.now.isoformat(),
    }
    back_to_owner(locked, signature)
    tell(locked, [owner], TITLE.format(who=locked.organisation.display_name(actor), task=locked.work.task_name))
    body = {"task": task_id, "assignee": [locked.work.assignee, owner], "signature": signature}
    write_event(locked, acting.event(locked, "task.resolved", body))
