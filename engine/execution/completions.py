"""What completed a user task, read from the history of its case."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import json_text
from engine.audit.kinds import completes
from engine.model import HistoryEvent

_MAY_COMPLETE, _LATE = ("task.completed", "task.signed", "task.sign_removed"), "task.timed_out"


@dataclass(frozen=True, kw_only=True)
class Completion:
    """The event that completed a user task."""

    sequence: int
    body: Mapping[str, Any]


def completion_of(session: Session, instance_id: int, token: int, *, late_too: bool = False) -> Completion | None:
    """Give the event that completed the task at a token: handed in, or let go by its last signature.

    ``late_too`` gives also what went on because its time was over: that nobody can take back.
    """
    rows = session.execute(
        select(HistoryEvent.sequence, HistoryEvent.kind, HistoryEvent.body)
        .where(HistoryEvent.instance_id == instance_id, HistoryEvent.token == token)
        .where(HistoryEvent.kind.in_((*_MAY_COMPLETE, _LATE) if late_too else _MAY_COMPLETE))
        .order_by(HistoryEvent.sequence.desc())
    )
    for sequence, kind, text in rows:
        body = json_text.loads(text)
        if completes(kind, body):
            return Completion(sequence=sequence, body=body)
    return None


def passed_for(session: Session, instance_id: int, tokens: Collection[int]) -> list[str]:
    """Give for whom the tasks at some tokens passed by their rules: nobody was asked, and so they have no rows."""
    if not tokens:
        return []
    bodies = session.scalars(select(HistoryEvent.body).where(HistoryEvent.instance_id == instance_id))
    passed = [one for body in bodies for one in json_text.loads(body).get("passed", ())]
    return [str(one["person"]) for one in passed if one["token"] in tokens and one["person"] is not None]
