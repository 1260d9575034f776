"""Who can do something about a task that waits."""

from sqlalchemy import or_, select

from engine.execution.locked import LockedCase
from engine.model import UserTask, UserTaskCandidate


def people_asked(locked: LockedCase, task: UserTask) -> list[str]:
    """Give the usernames of those a task waits for: its assignee or whoever may claim it, and open signers of it.

    While it is delegated it waits for its owner, too. Whoever has handed it in and waits for signatures is not among
    them.
    """
    held = task.pending is not None
    rows = locked.session.execute(
        select(UserTask.id, UserTask.assignee, UserTask.owner).where(
            or_(UserTask.id == task.id, UserTask.parent_task_id == task.id), UserTask.state == "CREATED"
        )
    ).all()
    open_to = [row for row in rows if not (held and row.id == task.id)]
    claimable = [row.id for row in open_to if row.assignee is None]
    names = {name for row in open_to for name in (row.assignee, row.owner) if name is not None}
    return sorted(names | (_candidates(locked, claimable) if claimable else set()))


def _candidates(locked: LockedCase, task_ids: list[int]) -> set[str]:
    rows = locked.session.execute(
        select(UserTaskCandidate.kind, UserTaskCandidate.principal).where(UserTaskCandidate.task_id.in_(task_ids))
    ).all()
    named = {row.principal for row in rows if row.kind == "user"}
    return named.union(*(locked.organisation.members_of(row.principal) for row in rows if row.kind == "group"))
