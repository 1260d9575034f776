"""One case as an auditor steps through it: how everything stood after a step, and what the step did."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import json_text
from engine.audit.kinds import completes
from engine.audit.standing import Standing
from engine.errors import NotFoundError, mark
from engine.execution.immutable import Definition, definition
from engine.forms import Veil
from engine.model import HistoryEvent, ProcessInstance
from engine.organisation import Organisation, organisation
from engine.queries.audit_values import ChangedValue, changed_values
from engine.queries.audit_why import Chosen, chosen_people
from engine.queries.marks import Marks, marks
from engine.queries.people import Person
from engine.queries.personal import sight
from engine.queries.timeline import Happening, StoredEvent, entered_values, timeline


@dataclass(frozen=True, kw_only=True)
class AuditedFile:
    """A file that was handed in at a step."""

    id: str
    name: str
    sha256: str
    """The hash of its content, as the event recorded it."""


@dataclass(frozen=True, kw_only=True)
class AuditStep:
    """One event, and how the case stood after it."""

    sequence: int
    happening: Happening
    element_id: str | None
    marks: Marks
    values: tuple[ChangedValue, ...]
    """What was asked or changed, before and after."""
    chosen: tuple[Chosen, ...]
    """The tasks it opened and why these people were found."""
    files: tuple[AuditedFile, ...]
    hash: str
    previous_hash: str
    definition_hash: str


@dataclass(frozen=True, kw_only=True)
class AuditedCase:
    """A case with all its steps in words and one of them in full."""

    id: int
    title: str
    state: str
    outcome: str | None
    process_name: str
    version: int
    started_by: str
    """The initiator's display name."""
    started_at: dt.datetime
    ended_at: dt.datetime | None
    chain_head: str
    """The hash of the last step, as the case's row has it."""
    happenings: tuple[Happening, ...]
    """Every event in words, oldest first."""
    step: AuditStep | None
    """None where the history has no event at all."""
    before: int | None
    """The sequence number of the step before this one."""
    after: int | None
    personal: Literal["none", "shown", "hidden"]
    """Whether there are personal data, and whether the reader sees them as they are."""
    unreadable: frozenset[int]
    """Sequence numbers of events whose body is no JSON: somebody altered them."""


def audit_case(session: Session, person: Person, instance_id: int, sequence: int | None = None) -> AuditedCase:
    """Give a case at a step, the last unless given; a number beyond is the nearest. Raises NotFoundError.

    An administrator who has no part in the case sees personal data masked.
    """
    case = session.get(ProcessInstance, instance_id)
    if case is None:
        raise NotFoundError(mark("没有编号为 {id} 的事项，或者您看不到它。"), id=instance_id)
    of, known = definition(session, case.definition_id), organisation(session)
    events, unreadable = _events(session, instance_id)
    seen = sight(session, person, case.id, of, *entered_values(events))
    happenings = timeline(session, of, events, known, seen.veil)
    at = _position([one.row.sequence for one in events], sequence)
    numbers = [one.row.sequence for one in events]
    return AuditedCase(
        id=case.id,
        title=case.title,
        state=case.state,
        outcome=case.outcome,
        process_name=of.name,
        version=of.version,
        started_by=known.display_name(case.started_by),
        started_at=case.started_at,
        ended_at=case.ended_at,
        chain_head=case.chain_head,
        happenings=tuple(happenings),
        step=None if at is None else _step(session, of, known, events[: at + 1], (happenings[at], seen.veil)),
        before=numbers[at - 1] if at else None,
        after=numbers[at + 1] if at is not None and at + 1 < len(numbers) else None,
        personal=seen.personal,
        unreadable=unreadable,
    )


def _events(session: Session, instance_id: int) -> tuple[list[StoredEvent], frozenset[int]]:
    """Load all events; one that somebody made unreadable is kept, without its body."""
    rows = session.execute(
        select(*HistoryEvent.__table__.columns)
        .where(HistoryEvent.instance_id == instance_id)
        .order_by(HistoryEvent.sequence)
    )
    events, unreadable = [], set[int]()
    for row in rows:
        try:
            body = json_text.loads(row.body)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            unreadable.add(row.sequence)
        events.append(StoredEvent(row=row, body=body if isinstance(body, dict) else {}))
    return events, frozenset(unreadable)


def _position(numbers: Sequence[int], wanted: int | None) -> int | None:
    if not numbers:
        return None
    if wanted is None:
        return len(numbers) - 1
    return min(range(len(numbers)), key=lambda index: abs(numbers[index] - wanted))


def _step(
    session: Session, of: Definition, known: Organisation, events: Sequence[StoredEvent], told: tuple[Happening, Veil]
) -> AuditStep:
    """Describe the last of some events."""
    event, (happening, veil) = events[-1], told
    return AuditStep(
        sequence=event.row.sequence,
        happening=happening,
        element_id=event.row.element_id or _first_element(event.body),
        marks=marks(of.process, (one.body for one in events), _stuck(events)),
        values=tuple(changed_values(session, of, known, events, veil)),
        chosen=tuple(chosen_people(event.body, of, known)),
        files=() if veil.hides else tuple(_files(event.body.get("input"))),
        hash=event.row.hash,
        previous_hash=event.row.previous_hash,
        definition_hash=event.row.definition_hash,
    )


def _first_element(body: Mapping[str, Any]) -> str | None:
    """Give the element that a step without one began at: the start event."""
    passages = body.get("passages") or [[None, None]]
    return str(passages[0][1]) if passages[0][1] else None


def _stuck(events: Iterable[StoredEvent]) -> list[str]:
    """Give the elements that were stuck after some events."""
    stuck: dict[int | None, str] = {}
    standing = Standing()
    for event in events:
        row, body = event.row, event.body
        if row.kind in {"incident.resolved", "task.assigned", "job.completed"} or completes(row.kind, body):
            stuck.pop(row.token, None)
        if row.kind == "job.failed" and not body.get("retries"):
            stuck[row.token] = row.element_id
        stuck |= {one["token"]: one["element"] for one in body.get("stuck", ())}
        if standing.follow(body):
            stuck = {token: element for token, element in stuck.items() if token in standing.places}
    return list(dict.fromkeys(stuck.values()))


def _files(value: object) -> Iterable[AuditedFile]:
    """Find the document references in what was handed in."""
    if isinstance(value, dict):
        if isinstance(value.get("documentId"), str):
            name = (value.get("metadata") or {}).get("fileName") or value["documentId"]
            yield AuditedFile(id=value["documentId"], name=str(name), sha256=str(value.get("contentHash") or ""))
        else:
            for inner in value.values():
                yield from _files(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _files(inner)
