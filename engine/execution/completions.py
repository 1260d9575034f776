"""What completed a user task, read from the history of its case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import json_text
from engine.audit.kinds import completes
from engine.model import HistoryEvent

_MAY_COMPLETE = ("task.completed", "task.signed", "task.sign_removed")


@dataclass(frozen=True, kw_only=True)
class Completion:
    """The event that completed a user task."""

    sequence: int
    body: Mapping[str, Any]


def completion_of(session: Session, instance_id: int, token: int) -> Completion | None:
    """Give the event that completed the task at a token: handed in, or let go by its last signature."""
    rows = session.execute(
        select(HistoryEvent.sequence, HistoryEvent.kind, HistoryEvent.body)
        .where(HistoryEvent.instance_id == instance_id, HistoryEvent.token == token)
        .where(HistoryEvent.kind.in_(_MAY_COMPLETE))
        .order_by(HistoryEvent.sequence.desc())
    )
    for sequence, kind, text in rows:
        body = json_text.loads(text)
        if completes(kind, body):
            return Completion(sequence=sequence, body=body)
    return None
