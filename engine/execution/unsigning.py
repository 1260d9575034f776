"""What has not moved the case yet and can be taken back: a signature, and a hand-in that waits for signatures."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import mark
from engine.execution.locked import LockedCase
from engine.execution.write import write_event
from engine.model import UserTask


def is_held(task: UserTask) -> bool:
    """Tell whether a task is handed in and waits for signatures."""
    return task.state == "CREATED" and bool((task.pending or {}).get("signing"))


def is_own_act(task: UserTask, username: str) -> bool:
    """Tell whether it is for a person to take a task back: they did it, or it was done for them.

    Of one that waits for signatures only while it is still its holder's: somebody who left has nothing to take back.
    """
    if task.state == "COMPLETED":
        return username in {task.completed_by, task.assignee}
    if not is_held(task):
        return False
    return username == task.assignee or (is_asked_for_holder(task) and username == (task.pending or {}).get("by"))


def is_asked_for_holder(task: UserTask) -> bool:
    """Tell whether what a task waits for was asked by or for who has it, and not by somebody who had it before."""
    asked = task.pending or {}
    return task.assignee in {asked.get("by"), asked.get("on_behalf_of")}


def is_signature(task: UserTask) -> bool:
    """Tell whether a task was done to sign another one."""
    return task.parent_task_id is not None


def why_not_unsigned(session: Session, task: UserTask) -> str | None:
    """Say why it is too late to take a signature or a held hand-in back; None where it is not."""
    if is_signature(task):
        parent = session.get_one(UserTask, task.parent_task_id)
        if parent.state != "CREATED" or (task.position == "before" and parent.pending is not None):
            return mark("“{name}”不能撤回：请您签署的人已经办理。")
        return None
    after = select(UserTask.id).where(
        UserTask.parent_task_id == task.id, UserTask.position == "after", UserTask.state == "COMPLETED"
    )
    return mark("“{name}”不能撤回：后面的人已经签署。") if session.scalar(after.limit(1)) is not None else None


def take_signature_back(locked: LockedCase, task: UserTask, event: NewEvent) -> None:
    """Open a signature again, with its opinion as the draft; the task it is for waits for it once more."""
    session = locked.session
    parent = session.get_one(UserTask, task.parent_task_id)
    mine: dict[str, Any] = (task.signatures or [{}])[0]
    parent.signatures = [one for one in parent.signatures or () if one != mine] or None
    parent.open_signs += 1
    task.state, task.signatures, task.completed_by, task.completed_at = "CREATED", None, None, None
    session.flush()
    write_event(locked, event)


def take_hand_in_back(locked: LockedCase, task: UserTask, event: NewEvent) -> None:
    """Open a task again that waits for signatures, with what was handed in as its draft; who signs after it waits."""
    task.draft, task.pending = dict((task.pending or {}).get("input") or {}), None
    locked.session.flush()
    locked.session.execute(
        update(UserTask)
        .where(UserTask.parent_task_id == task.id, UserTask.position == "after", UserTask.state == "CREATED")
        .values(state="CREATING")
    )
    write_event(locked, event)
