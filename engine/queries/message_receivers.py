"""Who got a message."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.model import MessageDelivery


def first_receiver(session: Session, message_id: int) -> int | None:
    """Give the number of the oldest case that a message went to; None where it only starts new ones."""
    return session.scalar(select(func.min(MessageDelivery.instance_id)).where(MessageDelivery.message_id == message_id))
