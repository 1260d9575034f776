"""One entry of a register with its versions, and the cases that wrote them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import forms
from engine.errors import NotFoundError, mark
from engine.forms import Described
from engine.model import ProcessInstance, RegisterEntry, RegisterEntryVersion
from engine.organisation import organisation
from engine.queries.access import may_read_cases
from engine.queries.people import Person
from engine.queries.registers import EntryFilter, EntryRow, RegisterView, entries, read_entry


@dataclass(frozen=True, kw_only=True)
class EntryVersion:
    """One version of an entry."""

    version: int
    status: str
    written_at: dt.datetime
    written_by: str
    """A display name."""
    instance_id: int | None
    case_title: str | None
    may_open_case: bool
    fields: tuple[Described, ...]
    changed: frozenset[str]
    """Keys whose value differs from the version before; empty for the first."""


def view_entry(
    session: Session, person: Person, register: RegisterView, entry_id: int
) -> tuple[EntryRow, list[EntryVersion]]:
    """Give an entry and its versions, newest first. Raises NotFoundError."""
    found = session.execute(entries(register, EntryFilter()).where(RegisterEntry.id == entry_id)).one_or_none()
    if found is None:
        raise NotFoundError(mark("{register}里没有编号为 {id} 的记录。"), register=register.title, id=entry_id)
    rows = session.execute(
        select(RegisterEntryVersion, ProcessInstance.title)
        .outerjoin(ProcessInstance, ProcessInstance.id == RegisterEntryVersion.instance_id)
        .where(RegisterEntryVersion.entry_id == entry_id)
        .order_by(RegisterEntryVersion.version.desc())
    ).all()
    cases = {row.instance_id for row, _title in rows if row.instance_id is not None}
    readable = may_read_cases(session, person, cases)
    known = organisation(session)
    before = {row.version + 1: row.fields for row, _title in rows}
    return read_entry(register, found), [
        EntryVersion(
            version=row.version,
            status=row.status,
            written_at=row.written_at,
            written_by=known.display_name(row.written_by),
            instance_id=row.instance_id,
            case_title=title,
            may_open_case=row.instance_id in readable,
            fields=tuple(one for one in forms.describe(register.form, row.fields) if one.text),
            changed=_changed(before.get(row.version), row.fields),
        )
        for row, title in rows
    ]


def _changed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> frozenset[str]:
    if before is None:
        return frozenset()
    return frozenset(key for key in {*before, *after} if before.get(key) != after.get(key))
