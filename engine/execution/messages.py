"""Messages to whoever waits for them, now or later: published by people, programs and tasks."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.execution.subscriptions import deliver, queue_up, turn_of
from engine.model import Message


@dataclass(frozen=True, kw_only=True)
class PublishedMessage:
    """What became of a message."""

    id: int
    is_new: bool
    """False where a living message with the same publisher's id is there already: nothing was done."""
    delivered: int
    """To how many processes it went at once; others may get it while it lives."""


def publish(  # noqa: PLR0913 - the parts of a message as Camunda's interface has them
    session: Session,
    name: str,
    correlation_key: str,
    variables: Mapping[str, object],
    actor: str,
    *,
    time_to_live: dt.timedelta = dt.timedelta(0),
    message_id: str | None = None,
) -> PublishedMessage:
    """Publish a message; it reaches one waiting token or start event of each process, exactly once.

    ``time_to_live`` is how long it waits for takers that come later; ``message_id`` makes a repeated
    publication harmless while the first one lives.
    """
    now = clock.now()
    queue_up(session, [turn_of(name, correlation_key)])
    if message_id is not None:
        same = (Message.name == name, Message.correlation_key == correlation_key, Message.message_id == message_id)
        before = session.scalar(select(Message.id).where(*same, Message.expires_at > now))
        if before is not None:
            return PublishedMessage(id=before, is_new=False, delivered=0)
        # The id of a message whose time is over may be used again.
        session.execute(update(Message).where(*same).values(message_id=None))
    row = {
        "name": name,
        "correlation_key": correlation_key,
        "message_id": message_id,
        "variables": dict(variables),
        "published_at": now,
        "expires_at": now + time_to_live,
        "published_by": actor,
    }
    made = session.scalars(insert(Message).returning(Message), [row]).one()
    return PublishedMessage(id=made.id, is_new=True, delivered=deliver(session, made))
