"""Keep what somebody has typed into a task's form and not yet handed in."""

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import ConflictError, mark
from engine.execution.rows import changed
from engine.execution.standing_in import stand_in
from engine.model import ProcessDefinition, ProcessInstance, UserTask


def save_task_draft(session: Session, task_id: int, values: Mapping[str, object], actor: str) -> None:
    """Save a draft of an open task of the actor's own, or of somebody they stand in for.

    Nothing is checked: a draft is unfinished by nature. It changes nothing of the case and leaves no history.
    Raises ConflictError where the task is no longer theirs.
    """
    if _saved(session, task_id, values, actor):
        return
    principal = _principal(session, task_id, actor)
    if principal is None or not _saved(session, task_id, values, principal):
        raise ConflictError(mark("这个任务已不在您的待办中，草稿没有保存。"))


def _saved(session: Session, task_id: int, values: Mapping[str, object], holder: str) -> bool:
    done = changed(
        session,
        update(UserTask)
        .where(UserTask.id == task_id, UserTask.state == "CREATED", UserTask.assignee == holder)
        .where(UserTask.pending.is_(None))
        .values(draft=dict(values)),
    )
    return done == 1


def _principal(session: Session, task_id: int, actor: str) -> str | None:
    """Give the one who has a task, where the actor stands in for them; nobody does in a case of their own."""
    row = session.execute(
        select(UserTask.assignee, ProcessDefinition.process_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(UserTask.id == task_id, UserTask.assignee.is_not(None), ProcessInstance.started_by != actor)
    ).one_or_none()
    if row is None or stand_in(session, actor, row.assignee, row.process_id, clock.now()) is None:
        return None
    return str(row.assignee)
