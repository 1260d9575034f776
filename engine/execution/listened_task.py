"""A user task as its listeners see it: as it is, with what is asked for and what others have corrected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.interpreter import TASK_EVENTS
from engine.model import Job, UserTask, UserTaskCandidate


@dataclass(frozen=True, kw_only=True)
class ListenedTask:
    """What a job of a task listener says of its task."""

    id: int | None
    """None while the task is not created yet."""
    form_definition_id: int | None
    action: str
    """``claim``, ``assign``, ``unassign``, ``update`` or ``complete``; empty where no person asked."""
    changed: tuple[str, ...]
    """The names of ``attributes`` that would change."""
    attributes: Mapping[str, Any]
    """By the names of the published API; moments as ISO 8601 text."""


def listened_task(session: Session, job: Job) -> ListenedTask | None:
    """Give the task that a job is about; None for one that is no task listener."""
    if job.listener not in TASK_EVENTS:
        return None
    asks = job.payload or {}
    task = session.scalars(
        select(UserTask).where(
            UserTask.instance_id == job.instance_id, UserTask.token == job.token, UserTask.parent_task_id.is_(None)
        )
    ).one_or_none()
    known = described(session, task) if task is not None else asks.get("task", {})
    return ListenedTask(
        id=task.id if task is not None else None,
        form_definition_id=task.form_definition_id if task is not None else None,
        action=asks.get("action", ""),
        changed=tuple(asks.get("changed", {})),
        attributes={**known, **asks.get("changed", {})},
    )


def described(session: Session, task: UserTask) -> dict[str, object]:
    """Give what a task is, by the names of the published API; moments as ISO 8601 text."""
    rows = session.scalars(select(UserTaskCandidate).where(UserTaskCandidate.task_id == task.id)).all()
    return {
        "assignee": task.assignee,
        "candidateUsers": sorted(row.principal for row in rows if row.kind == "user"),
        "candidateGroups": sorted(row.principal for row in rows if row.kind == "group"),
        "dueDate": task.due_at.isoformat() if task.due_at is not None else None,
        "followUpDate": task.follow_up_at.isoformat() if task.follow_up_at is not None else None,
        "priority": task.priority,
    }
