"""Note that somebody has read what was copied to them."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import clock
from engine.model import CaseReader


def mark_copy_read(session: Session, instance_id: int, username: str) -> None:
    """Mark the copy of a case as read; nothing happens where none was sent, or it is read."""
    session.execute(
        update(CaseReader)
        .where(CaseReader.instance_id == instance_id, CaseReader.username == username)
        .where(CaseReader.kind == "copy", CaseReader.read_at.is_(None))
        .values(read_at=clock.now())
    )
