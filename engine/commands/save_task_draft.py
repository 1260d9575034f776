"""Keep what somebody has typed into a task's form and not yet handed in."""

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.errors import ConflictError, mark
from engine.execution.rows import changed
from engine.model import UserTask


def save_task_draft(session: Session, task_id: int, values: Mapping[str, object], actor: str) -> None:
    """Save a draft of the actor's own open task. Nothing is checked: a draft is unfinished by nature.

    A draft changes nothing of the case and leaves no history. Raises ConflictError where the task is no
    longer the actor's.
    """
    done = changed(
        session,
        update(UserTask)
        .where(UserTask.id == task_id, UserTask.state == "CREATED", UserTask.assignee == actor)
        .where(UserTask.pending.is_(None))
        .values(draft=dict(values)),
    )
    if done != 1:
        raise ConflictError(mark("这个任务已不在您的待办中，草稿没有保存。"))
