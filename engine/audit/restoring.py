"""Which column of an altered event was changed: the one whose original value makes the hash true again."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import json_text
from engine.audit.kinds import KIND_NAMES
from engine.audit.rows import Event, computed_hash
from engine.model import Job, ProcessDefinition, ProcessInstance, User, UserTask


@dataclass(frozen=True, kw_only=True)
class Restored:
    """A column and the value it had when the event was written."""

    column: str
    value: object


def restore(session: Session, event: Event, *, expected_sequence: int, previous_hash: str | None) -> Restored | None:
    """Find the one column that was altered and what it said before.

    Every other trace of what happened is tried in its place. None where none fits: then the body was altered,
    of which nobody keeps a copy, or more than one column.
    """
    for column, values in _candidates(session, event, expected_sequence, previous_hash):
        for value in values:
            if value != event[column] and computed_hash({**event, column: value}) == event["hash"]:
                return Restored(column=column, value=value)
    return None


def _candidates(
    session: Session, event: Event, expected_sequence: int, previous_hash: str | None
) -> Iterator[tuple[str, Iterable[Any]]]:
    """Give what each column may have said, the cheapest to find out first."""
    yield "previous_hash", [previous_hash] if previous_hash else []
    yield "sequence", range(1, max(expected_sequence, _number(event["sequence"])) + 20)
    yield "kind", KIND_NAMES
    elements, tokens = _elements(session, event)
    yield "element_id", [None, *elements]
    yield "token", [None, *tokens]
    people = [*session.scalars(select(User.username)), "system"]
    yield "actor", people
    yield "on_behalf_of", [None, *people]
    yield "definition_hash", session.scalars(select(ProcessDefinition.definition_hash).distinct()).all()
    yield "at", _moments(session, event["instance_id"])
    yield "instance_id", session.scalars(select(ProcessInstance.id).order_by(ProcessInstance.id.desc()).limit(10_000))


def _elements(session: Session, event: Event) -> tuple[set[str], set[int]]:
    """Give the elements and tokens that the event's body, tasks and jobs speak of."""
    elements, tokens = set[str](), set[int]()
    for what in _passages(event["body"]):
        elements.add(str(what[1]))
        tokens.add(int(what[2]))
    for model in (UserTask, Job):
        for row in session.execute(
            select(model.element_id, model.token).where(model.instance_id == event["instance_id"])
        ):
            elements.add(row.element_id)
            tokens.add(row.token)
    return elements, tokens


def _passages(body: object) -> list[Any]:
    try:
        read = json_text.loads(str(body))
        return list(read.get("passages", ()))
    except (ValueError, AttributeError):
        return []


def _moments(session: Session, instance_id: int) -> set[dt.datetime]:
    """Give the moments that other rows of the case remember."""
    statements = (
        select(ProcessInstance.started_at, ProcessInstance.ended_at).where(ProcessInstance.id == instance_id),
        select(UserTask.created_at, UserTask.completed_at).where(UserTask.instance_id == instance_id),
        select(Job.due_at, Job.due_at.label("again")).where(Job.instance_id == instance_id),
    )
    return {value for statement in statements for row in session.execute(statement) for value in row if value}


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
