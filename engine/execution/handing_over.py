"""What somebody who leaves has open, and one such task given to somebody else."""

from typing import Any

from sqlalchemy import Select, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from engine.execution.acting import Acting
from engine.execution.locked import lock_task
from engine.execution.readers import add_readers
from engine.execution.write import write_event
from engine.model import Handover, UserTask, UserTaskCandidate


def open_tasks_of(username: str) -> Select[int]:
    """Select the ids of open tasks that a person has, has delegated, or is named for as a candidate."""
    named = exists().where(
        UserTaskCandidate.task_id == UserTask.id,
        UserTaskCandidate.kind == "user",
        UserTaskCandidate.principal == username,
    )
    return select(UserTask.id).where(
        UserTask.state.in_(("CREATING", "CREATED")),
        or_(UserTask.assignee == username, UserTask.owner == username, and_(UserTask.assignee.is_(None), named)),
    )


def hand_over(session: Session, task_id: int, handover: Handover) -> None:
    """Give one task to the successor, with an event of its case. Raises ConflictError where it is being dealt with."""
    locked = lock_task(session, task_id, not_yet_too=True, suspended_too=True)
    leaver, successor = handover.leaver, handover.successor
    values: dict[str, Any] = {}
    if locked.work.assignee == leaver:
        # A draft is its writer's; who comes after begins anew.
        values = {"assignee": successor, "draft": None}
    if locked.work.owner == leaver:
        values["owner"] = successor
    if values:
        session.execute(update(UserTask).where(UserTask.id == task_id).values(**values))
    _replace_candidate(session, task_id, leaver, successor)
    add_readers(locked, "took_part", [leaver], by=handover.made_by)
    body = {
        "task": task_id,
        "assignee": [locked.work.assignee, values.get("assignee", locked.work.assignee)],
        "handover": handover.id,
        "from": leaver,
        "to": successor,
        "reason": handover.reason,
    }
    write_event(locked, Acting(actor=handover.made_by).event(locked, "task.handed_over", body))


def _replace_candidate(session: Session, task_id: int, leaver: str, successor: str) -> None:
    of_task = UserTaskCandidate.task_id == task_id, UserTaskCandidate.kind == "user"
    names = set(session.scalars(select(UserTaskCandidate.principal).where(*of_task)))
    if leaver not in names:
        return
    session.execute(delete(UserTaskCandidate).where(*of_task, UserTaskCandidate.principal == leaver))
    if successor not in names:
        session.add(UserTaskCandidate(task_id=task_id, kind="user", principal=successor))
        session.flush()
