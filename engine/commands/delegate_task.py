"""Delegate a task: 委派, which comes back to its owner with an opinion."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.errors import ConflictError, InvalidError, mark
from engine.execution.acting import acting_holder, require_person, require_undelegated
from engine.execution.listening import ask_listeners
from engine.execution.locked import lock_task
from engine.execution.offered import require_offered
from engine.execution.telling import tell
from engine.execution.words import required_reason
from engine.execution.write import write_event
from engine.model import UserTask

TITLE = "{who}请您先看“{task}”"


def delegate_task(session: Session, task_id: int, delegate: str, reason: str, actor: str) -> bool:
    """Let somebody else look at one's task first; give False while its listeners are asked.

    As Camunda 7's ``PENDING``: the delegate has it and gives it back by ``resolve_task``; its owner completes it.
    Raises NotFoundError, ForbiddenError, ConflictError where it is delegated or a signature of another's task,
    InvalidError for a person who can't sign in or has it already, or without a reason.
    """
    locked = lock_task(session, task_id)
    acting = acting_holder(locked, actor)
    require_offered(locked, "delegate")
    require_undelegated(locked)
    reason = required_reason(reason)
    if locked.work.parent_task_id is not None:
        raise ConflictError(mark("加签的任务不能再委派。请转办，或写好意见签署。"))
    require_person(locked, delegate, "assignee")
    if delegate in {locked.work.assignee, actor}:
        raise InvalidError(mark("不能委派给自己，请选别人。"), where="assignee")
    draft = session.scalar(select(UserTask.draft).where(UserTask.id == task_id))
    delegation: dict[str, object] = {"reason": reason, "draft": draft}
    title = TITLE.format(who=locked.organisation.display_name(actor), task=locked.work.task_name)
    wanted = {"action": "delegate", "assignee": delegate, "reason": reason, "delegation": delegation, "title": title}
    if ask_listeners(locked, "assigning", wanted, acting):
        return False
    session.execute(
        update(UserTask)
        .where(UserTask.id == task_id)
        .values(assignee=delegate, owner=locked.work.assignee, delegation=delegation, draft=None)
    )
    tell(locked, [delegate], title)
    body = {"task": task_id, "assignee": [locked.work.assignee, delegate], "reason": reason}
    write_event(locked, acting.event(locked, "task.delegated", body))
    return True
