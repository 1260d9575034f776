"""What somebody who leaves has open, and one such task given to somebody else."""

from sqlalchemy import Select, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from engine.execution.acting import Acting
from engine.execution.locked import busy, lock_task
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
    """Give one task to the successor, with an event of its case.

    Also one that is handed in and waits for signatures or listeners: where those say no, it is the successor's.
    Raises ConflictError where listeners are asked whether the leaver may have it.
    """
    locked = lock_task(session, task_id, not_yet_too=True, suspended_too=True, busy_too=True)
    leaver, successor = handover.leaver, handover.successor
    if (locked.work.pending or {}).get("assignee") == leaver:
        raise busy(locked)
    task = session.get_one(UserTask, task_id, populate_existing=True)
    before = task.assignee, task.owner
    _give(task, leaver, successor)
    session.flush()
    _replace_candidate(session, task_id, leaver, successor)
    add_readers(locked, "took_part", [leaver], by=handover.made_by)
    body = {
        "task": task_id,
        "assignee": [before[0], task.assignee],
        **({"owner": [before[1], task.owner]} if before[1] != task.owner else {}),
        "handover": handover.id,
        "from": leaver,
        "to": successor,
        "reason": handover.reason,
    }
    write_event(locked, Acting(actor=handover.made_by).event(locked, "task.handed_over", body))


def _give(task: UserTask, leaver: str, successor: str) -> None:
    """Let the successor take the leaver's place. A draft is its writer's: who comes after begins anew."""
    if task.assignee == leaver:
        task.assignee, task.draft = successor, None
    if task.owner == leaver:
        task.owner, task.delegation = successor, {**(task.delegation or {}), "draft": None}
    if task.owner is not None and task.owner == task.assignee:
        # One of the two had asked the other. Nobody answers themselves: what the successor has typed is theirs again.
        task.draft = task.draft or (task.delegation or {}).get("draft")
        task.owner, task.delegation = None, None
    if task.pending is not None and "delegation" in task.pending:
        task.pending = {**task.pending, "delegation": {**task.pending["delegation"], "draft": None}}


def _replace_candidate(session: Session, task_id: int, leaver: str, successor: str) -> None:
    of_task = UserTaskCandidate.task_id == task_id, UserTaskCandidate.kind == "user"
    names = set(session.scalars(select(UserTaskCandidate.principal).where(*of_task)))
    if leaver not in names:
        return
    session.execute(delete(UserTaskCandidate).where(*of_task, UserTaskCandidate.principal == leaver))
    if successor not in names:
        session.add(UserTaskCandidate(task_id=task_id, kind="user", principal=successor))
        session.flush()
