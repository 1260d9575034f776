"""Claim a task from a group's queue."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.errors import ConflictError, mark
from engine.execution.acting import acting_candidate
from engine.execution.listening import ask_listeners
from engine.execution.locked import LockedCase, lock_task
from engine.execution.rows import changed, overtaken
from engine.execution.words import words
from engine.execution.write import write_event
from engine.model import UserTask


def claim_task(session: Session, task_id: int, actor: str, *, reason: str = "") -> bool:
    """Let the actor, or whom they stand in for, have a task that nobody has; give False while its listeners are asked.

    Claiming what one has already is accepted and changes nothing. History keeps a reason. Raises NotFoundError,
    ForbiddenError, or ConflictError naming who was first.
    """
    locked = lock_task(session, task_id)
    if locked.work.assignee == actor:
        return True
    acting = acting_candidate(locked, actor)
    why = {"reason": words(reason)} if reason.strip() else {}
    if ask_listeners(locked, "assigning", {"action": "claim", "assignee": acting.holder, **why}, acting):
        return False
    done = changed(
        session,
        update(UserTask)
        .where(UserTask.id == task_id, UserTask.state == "CREATED", UserTask.assignee.is_(None))
        .values(assignee=acting.holder),
    )
    if done != 1:
        raise _claimed_before(locked)
    body = {"task": task_id, "assignee": [None, acting.holder], **why}
    write_event(locked, acting.event(locked, "task.claimed", body))
    return True


def _claimed_before(locked: LockedCase) -> ConflictError:
    """Say who was first."""
    holder = locked.work.assignee
    if holder is None:
        return overtaken(locked.work.task_name)
    return ConflictError(
        mark("任务“{name}”已由{who}领取。"), name=locked.work.task_name, who=locked.organisation.display_name(holder)
    )
