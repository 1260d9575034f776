"""What has had its time is removed regularly, a little at a time."""

import datetime as dt

from sqlalchemy import select

from engine import clock
from engine.commands.remove_expired_messages import GRACE, remove_expired_messages
from engine.database import Database
from engine.model import Message

TIDY_EVERY = dt.timedelta(minutes=10)

BATCH = 500
"""Messages that one transaction removes: others are kept waiting for a moment only."""


def tidy(database: Database) -> int:
    """Remove all expired messages, one batch a transaction; give how many. Any number of workers may do so at once."""
    removed = 0
    while _expired(database):
        with database.transaction() as session:
            batch = remove_expired_messages(session, most=BATCH)
        removed += batch
        if batch < BATCH:
            break
    return removed


def _expired(database: Database) -> bool:
    """Tell whether there is anything to remove: asked without a write, since mostly there is nothing."""
    with database.reading() as session:
        found = select(Message.id).where(Message.expires_at <= clock.now() - GRACE).limit(1)
        return session.scalar(found) is not None
