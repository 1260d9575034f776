"""A case as a paper record: every form that was handed in, as it was filled in then."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import forms
from engine.audit.kinds import completes
from engine.execution.immutable import Definition, definition
from engine.execution.immutable import form as form_by_key
from engine.forms import Veil
from engine.forms.asking import asked
from engine.forms.parts import RowOfParts
from engine.interpreter import load_variables
from engine.model import ProcessInstance
from engine.organisation import organisation
from engine.queries.access import require_case_reader
from engine.queries.people import Person
from engine.queries.personal import sight
from engine.queries.pickable import form_finder
from engine.queries.timeline import Happening, StoredEvent, entered_values, form_of, load_events, timeline, versions


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One form that somebody handed in."""

    happening: Happening
    rows: tuple[RowOfParts, ...]
    """Empty where the task had no form, or asked for nothing."""
    signatures: tuple[Happening, ...] = ()
    """What others have signed of it, oldest first."""


@dataclass(frozen=True, kw_only=True)
class CaseRecord:
    """Everything a printed record shows."""

    id: int
    title: str
    state: str
    outcome: str | None
    process_name: str
    version: int
    started_by: str
    """A display name."""
    department: str | None
    """Of the initiator, today."""
    started_at: dt.datetime
    ended_at: dt.datetime | None
    personal: Literal["none", "shown", "hidden"]
    """Whether there are personal data, and whether the reader sees them as they are."""
    sheets: tuple[Sheet, ...]
    """Oldest first: what started the case in full, of each task what was asked."""


def view_record(session: Session, person: Person, instance_id: int) -> CaseRecord:
    """Give the record of a case to somebody who may see it. Raises NotFoundError for all others."""
    require_case_reader(session, person, instance_id)
    row = session.execute(select(ProcessInstance).where(ProcessInstance.id == instance_id)).scalar_one()
    of, known = definition(session, row.definition_id), organisation(session)
    events = load_events(session, instance_id)
    seen = sight(session, person, row.id, of, load_variables(row.body), *entered_values(events))
    told = timeline(session, of, events, known, seen.veil)
    sheets = _Sheets(session, instance_id, seen.veil)
    initiator = known.people.get(row.started_by)
    return CaseRecord(
        id=row.id,
        title=row.title,
        state=row.state,
        outcome=row.outcome,
        process_name=of.name,
        version=of.version,
        started_by=known.display_name(row.started_by),
        department=initiator.department if initiator else None,
        started_at=row.started_at,
        ended_at=row.ended_at,
        personal=seen.personal,
        sheets=tuple(sheets.of(events, zip(versions(session, of, events), told, strict=True))),
    )


class _Sheets:
    """The forms of one case, as one reader may see them."""

    def __init__(self, session: Session, instance_id: int, veil: Veil) -> None:
        self._session = session
        self._instance_id = instance_id
        self._veil = veil

    def of(self, events: Sequence[StoredEvent], told: Iterable[tuple[Definition, Happening]]) -> Iterator[Sheet]:
        values: dict[str, Any] = {}
        signed: dict[int, list[Happening]] = {}
        held: dict[int, Happening] = {}
        for event, (of, happening) in zip(events, told, strict=True):
            kind, body = event.row.kind, event.body
            values |= {name: pair[1] for name, pair in (body.get("changes") or {}).items()}
            if kind == "task.held":
                held[body["task"]] = happening
            if kind == "task.signed":
                signed.setdefault(body["of_task"], []).append(happening)
            if kind == "case.started" or completes(kind, body):
                task = int(body.get("completes") or body.get("task") or 0)
                # Whose last signature lets a task go on has not filled its form in.
                by = held.get(task, happening) if "completes" in body else happening
                yield Sheet(happening=by, rows=self._rows(of, event, values), signatures=tuple(signed.pop(task, ())))

    def _rows(self, of: Definition, event: StoredEvent, values: Mapping[str, Any]) -> tuple[RowOfParts, ...]:
        handed_in, form = event.body.get("input"), _form_of(self._session, of, event)
        if form is None or not isinstance(handed_in, dict):
            return ()
        return forms.view(
            form if event.row.kind == "case.started" else asked(form),
            # What was handed in may be local to the task and so no variable of the case.
            self._veil.values({**values, **handed_in}),
            readonly=True,
            clock=lambda: event.row.at,
            finder=form_finder(self._session, {}, self._instance_id),
        )


def _form_of(session: Session, of: Definition, event: StoredEvent) -> forms.Form | None:
    """Give the form of a sheet; that of a task let go by a signature is told with its hand-in, and shown here."""
    if "completes" not in event.body:
        return form_of(session, of, event)
    element = of.process.elements.get(event.row.element_id or "")
    key = of.forms.get(element.form_id) if element is not None and element.form_id else None
    return form_by_key(session, key) if key is not None else None
