"""Remove messages whose time is over."""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import clock
from engine.model import Message, MessageDelivery

GRACE = dt.timedelta(minutes=5)
"""How long an expired message stays: a delivery that began while it lived must still find it when it commits."""


def remove_expired_messages(session: Session, *, most: int) -> int:
    """Remove the oldest expired messages and the notes of where they were delivered; give how many there were.

    ``most`` bounds the work of one transaction. The notes keep a message from one process twice while it lives;
    afterwards nobody asks for them, and history says which case got it.
    """
    expired = (
        select(Message.id)
        .where(Message.expires_at <= clock.now() - GRACE)
        .order_by(Message.expires_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(expired).all()
    if ids:
        session.execute(delete(MessageDelivery).where(MessageDelivery.message_id.in_(ids)))
        session.execute(delete(Message).where(Message.id.in_(ids)))
    return len(ids)
