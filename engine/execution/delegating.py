"""A delegated task on its way back to its owner."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from engine.execution.locked import LockedCase
from engine.model import UserTask


def back_to_owner(locked: LockedCase, signature: Mapping[str, object] | None = None) -> None:
    """Give the locked task back with the draft its owner left, and with the delegate's opinion where there is one."""
    row = locked.session.execute(
        select(UserTask.delegation, UserTask.signatures).where(UserTask.id == locked.work.task_id)
    ).one()
    values: dict[str, Any] = {"draft": (row.delegation or {}).get("draft")}
    if signature is not None:
        values["signatures"] = [*(row.signatures or ()), dict(signature)]
    locked.session.execute(
        update(UserTask)
        .where(UserTask.id == locked.work.task_id)
        .values(assignee=locked.work.owner, owner=None, delegation=None, **values)
    )
