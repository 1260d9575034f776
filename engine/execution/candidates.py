"""Who may do a task that waits."""

from collections.abc import Sequence

from sqlalchemy import select

from engine.execution.locked import LockedCase
from engine.model import UserTaskCandidate


def candidates(locked: LockedCase) -> Sequence[tuple[str, str]]:
    """Give the kind (``user``, ``group``) and name of each that may claim the locked task. Costs one statement."""
    rows = locked.session.execute(
        select(UserTaskCandidate.kind, UserTaskCandidate.principal).where(
            UserTaskCandidate.task_id == locked.work.task_id
        )
    )
    return [(row.kind, row.principal) for row in rows]


def is_candidate(locked: LockedCase, rows: Sequence[tuple[str, str]], username: str) -> bool:
    """Tell whether a person is among them, by name or by a group of theirs."""
    groups = locked.organisation.groups_of(username)
    return any(principal == username if kind == "user" else principal in groups for kind, principal in rows)
