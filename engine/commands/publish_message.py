"""Publish a message to whoever waits for it, now or later."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine.execution.messages import PublishedMessage, publish

__all__ = ["PublishedMessage", "publish_message"]


def publish_message(  # noqa: PLR0913 - the parts of a message as Camunda's interface has them
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
    return publish(session, name, correlation_key, variables, actor, time_to_live=time_to_live, message_id=message_id)
