"""Mark one's notifications as read."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import clock
from engine.execution.rows import changed
from engine.model import Notification


def mark_notifications_read(session: Session, username: str, ids: Sequence[int] | None = None) -> int:
    """Mark some or all unread notifications of a person as read; give how many that were."""
    statement = update(Notification).where(Notification.username == username, Notification.read_at.is_(None))
    if ids is not None:
        statement = statement.where(Notification.id.in_(ids))
    return changed(session, statement.values(read_at=clock.now()))
