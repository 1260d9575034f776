"""Claim a task from a group's queue."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ConflictError, mark
from engine.execution.acting import Acting
from engine.execution.candidates import require_candidate
from engine.execution.listening import ask_listeners
from engine.execution.locked import lock_task
from engine.execution.rows import changed
from engine.execution.write import write_event
from engine.model import UserTask


def claim_task(session: Session, task_id: int, actor: str) -> bool:
    """Make the actor the assignee of a task that has none; give False while its listeners are asked.

    Claiming what one has already is accepted and changes nothing. Raises NotFoundError, ForbiddenError, or
    ConflictError naming who was first.
    """
    locked = lock_task(session, task_id)
    if locked.work.assignee == actor:
        return True
    require_candidate(locked, actor)
    if ask_listeners(locked, "assigning", {"action": "claim", "assignee": actor}, Acting(actor=actor)):
        return False
    done = changed(
        session,
        update(UserTask)
        .where(UserTask.id == task_id, UserTask.state == "CREATED", UserTask.assignee.is_(None))
        .values(assignee=actor),
    )
    if done != 1:
        holder = locked.work.assignee
        raise ConflictError(
            mark("任务“{name}”已由{who}领取。"),
            name=locked.work.task_name,
            who=locked.organisation.display_name(holder) if holder else mark("别人"),
        )
    event = NewEvent(
        kind="task.claimed",
        actor=actor,
        element_id=locked.work.element_id,
        token=locked.work.token,
        body={"task": task_id, "assignee": [None, actor]},
    )
    write_event(locked, event)
    return True
