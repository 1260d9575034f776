"""Reading history in the order of its chain, a batch at a time, whatever somebody may have written into it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, Text, select, type_coerce
from sqlalchemy.orm import Session

from engine.audit.chain import event_hash
from engine.model import HistoryEvent, ProcessDefinition, ProcessInstance

BATCH = 500
"""Events held in memory at a time."""

COLUMNS = (
    "instance_id", "sequence", "at", "actor", "on_behalf_of", "kind", "element_id", "token", "body",
    "definition_hash", "previous_hash", "hash",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """What the row of a case says of its history."""

    id: int
    event_count: int
    chain_head: str
    started_by: str
    started_at: dt.datetime
    definition_hash: str


Event = Mapping[str, Any]
"""The columns of one event; ``at`` is None where what is stored is no moment."""


def cases_with_events(session: Session, instance_id: int | None = None) -> Iterator[tuple[CaseRow, Iterator[Event]]]:
    """Give each case with its events in order.

    One statement, so that a case and its events are seen at the same moment while others go on working.
    """
    statement = (
        select(
            ProcessInstance.id,
            ProcessInstance.event_count,
            ProcessInstance.chain_head,
            ProcessInstance.started_by,
            ProcessInstance.started_at,
            ProcessDefinition.definition_hash.label("case_definition_hash"),
            *event_columns(session),
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(HistoryEvent, HistoryEvent.instance_id == ProcessInstance.id)
        .order_by(ProcessInstance.id, HistoryEvent.sequence)
    )
    if instance_id is not None:
        statement = statement.where(ProcessInstance.id == instance_id)
    for case_id, rows in groupby(streamed(session, statement), key=lambda row: row.id):
        first = next(rows)
        case = CaseRow(
            id=case_id,
            event_count=first.event_count,
            chain_head=first.chain_head,
            started_by=first.started_by,
            started_at=first.started_at,
            definition_hash=first.case_definition_hash,
        )
        yield case, _events(first, rows)  # noqa: B031 - each group is used once, and before the next one begins


def event_columns(session: Session) -> list[Any]:
    """Give the columns of history to select; SQLite keeps moments as text that may be any text."""
    lenient = session.get_bind().dialect.name == "sqlite"
    return [
        type_coerce(HistoryEvent.at, Text()).label("at")
        if name == "at" and lenient
        else getattr(HistoryEvent, name).label(name)
        for name in COLUMNS
    ]


def event_of(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """Give the columns of an event that was selected by ``event_columns``."""
    values = {name: getattr(row, name) for name in COLUMNS}
    values["at"] = _moment(values["at"])
    return values


def computed_hash(event: Event) -> str | None:
    """Give the hash that the event's columns have now; None where a column holds what the program never writes."""
    at = event["at"]
    if at is None or at.microsecond % 1000:
        # The chain knows milliseconds; anything finer was not written by the program.
        return None
    try:
        return event_hash(event)
    except (TypeError, ValueError):
        return None


def streamed(session: Session, statement: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
    """Run a statement and give its rows, a batch in memory at a time."""
    result = session.execute(statement.execution_options(yield_per=BATCH))
    # Whoever stops early must not leave a cursor open on the server.
    with closing(result):
        yield from result


def _events(first: Row[*tuple[Any, ...]], rows: Iterable[Row[*tuple[Any, ...]]]) -> Iterator[Event]:
    if first.sequence is not None:
        yield event_of(first)
    for row in rows:
        yield event_of(row)


def _moment(value: object) -> dt.datetime | None:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC)
    try:
        return dt.datetime.fromisoformat(str(value)).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
