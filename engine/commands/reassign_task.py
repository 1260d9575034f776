"""Pass a task on: 转办 by who has it."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.errors import InvalidError, mark
from engine.execution.acting import acting_holder, require_person, require_undelegated
from engine.execution.listening import ask_listeners
from engine.execution.locked import lock_task
from engine.execution.offered import require_offered
from engine.execution.readers import add_readers
from engine.execution.signing import refuse_new_holder
from engine.execution.telling import tell
from engine.execution.words import required_reason
from engine.execution.write import write_event
from engine.model import UserTask

TITLE = "{who}把“{task}”转给您办理"


def reassign_task(session: Session, task_id: int, assignee: str, reason: str, actor: str) -> bool:
    """Make somebody else the assignee of one's own task, for good; give False while its listeners are asked.

    Who had it and who passed it on in their name can still read the case; a draft of theirs is dropped. Raises
    NotFoundError, ForbiddenError, ConflictError, InvalidError for a person who can't sign in, has it already or started
    a case they may not decide on, or without a reason.
    """
    locked = lock_task(session, task_id)
    acting = acting_holder(locked, actor)
    require_offered(locked, "reassign")
    require_undelegated(locked)
    reason = required_reason(reason)
    require_person(locked, assignee, "assignee")
    if assignee == locked.work.assignee:
        raise InvalidError(mark("任务已经由这个人办理，请选别人。"), where="assignee")
    refuse_new_holder(locked, assignee, "assignee")
    add_readers(locked, "took_part", [locked.work.assignee, acting.actor], by=acting.actor)
    title = TITLE.format(who=locked.organisation.display_name(actor), task=locked.work.task_name)
    wanted = {"action": "reassign", "assignee": assignee, "reason": reason, "title": title}
    if ask_listeners(locked, "assigning", wanted, acting):
        return False
    session.execute(update(UserTask).where(UserTask.id == task_id).values(assignee=assignee, draft=None))
    tell(locked, [assignee], title)
    body = {"task": task_id, "assignee": [locked.work.assignee, assignee], "reason": reason}
    write_event(locked, acting.event(locked, "task.reassigned", body))
    return True
