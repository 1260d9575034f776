"""Who may do a task that waits."""

from sqlalchemy import select

from engine.errors import ForbiddenError, mark
from engine.execution.locked import LockedCase
from engine.model import UserTaskCandidate


def require_candidate(locked: LockedCase, actor: str) -> None:
    """Refuse a person who may not claim the task. Costs one statement."""
    rows = locked.session.execute(
        select(UserTaskCandidate.kind, UserTaskCandidate.principal).where(
            UserTaskCandidate.task_id == locked.work.task_id
        )
    ).all()
    groups = locked.organisation.groups_of(actor)
    if not any(row.principal == actor if row.kind == "user" else row.principal in groups for row in rows):
        raise ForbiddenError(mark("任务“{name}”不在您的待办中，不能办理。"), name=locked.work.task_name)
