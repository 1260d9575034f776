"""One entry of a register with its versions, and the cases that wrote them."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import forms
from engine.errors import NotFoundError, mark
from engine.forms import Described
from engine.model import ProcessInstance, RegisterEntry, RegisterEntryVersion, RegisterImport
from engine.organisation import organisation
from engine.queries.access import may_read_cases
from engine.queries.people import Person
from engine.queries.personal import sees_personal
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
    import_id: int | None
    """The import that wrote it, where no case did."""
    import_name: str | None
    """The name of its file."""
    personal: Literal["none", "shown", "hidden"]
    """Whether there are personal data, and whether the reader sees them as they are."""
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
        select(RegisterEntryVersion, ProcessInstance.title, RegisterImport.file_name)
        .outerjoin(ProcessInstance, ProcessInstance.id == RegisterEntryVersion.instance_id)
        .outerjoin(RegisterImport, RegisterImport.id == RegisterEntryVersion.import_id)
        .where(RegisterEntryVersion.entry_id == entry_id)
        .order_by(RegisterEntryVersion.version.desc())
    ).all()
    cases = {row.instance_id for row, *_ in rows if row.instance_id is not None}
    readable = may_read_cases(session, person, cases)
    known = organisation(session)
    seen = {row.version: _sight(session, person, register, row) for row, *_ in rows}
    before = {row.version + 1: row.fields for row, *_ in rows}
    return read_entry(register, found), [
        EntryVersion(
            version=row.version,
            status=row.status,
            written_at=row.written_at,
            written_by=known.display_name(row.written_by),
            instance_id=row.instance_id,
            case_title=title,
            may_open_case=row.instance_id in readable,
            fields=tuple(_fields(register, row.fields, seen[row.version])),
            import_id=row.import_id,
            import_name=file_name,
            personal=seen[row.version],
            changed=_changed(before.get(row.version), row.fields),
        )
        for row, title, file_name in rows
    ]


@dataclass(frozen=True, kw_only=True)
class ComparedField:
    """One field of two versions."""

    label: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Tell whether the two say different things."""
        return self.before != self.after


def compare_versions(register: RegisterView, before: EntryVersion, after: EntryVersion) -> list[ComparedField]:
    """Set two versions side by side, in the order of the form; what neither says is left out."""
    texts = [{one.key: one.text for one in version.fields} for version in (before, after)]
    labels = {one.key: one.label for version in (before, after) for one in version.fields}
    order = [*(one.key for one in register.form.fields if one.key in labels)]
    order += [key for key in labels if key not in order]
    status = ComparedField(label=mark("状态"), before=before.status, after=after.status)
    return [
        status,
        *(ComparedField(label=labels[key], before=texts[0].get(key, ""), after=texts[1].get(key, "")) for key in order),
    ]


def _sight(
    session: Session, person: Person, register: RegisterView, version: RegisterEntryVersion
) -> Literal["none", "shown", "hidden"]:
    """Tell how somebody sees a version: as its writer, as one who sees the case that wrote it, or masked."""
    if not register.veil.concerns(version.fields):
        return "none"
    own = "auditor" in person.roles or version.written_by == person.username
    of_case = version.instance_id is not None and sees_personal(session, person, version.instance_id)
    return "shown" if own or of_case else "hidden"


def _fields(register: RegisterView, fields: Mapping[str, Any], personal: str) -> Iterator[Described]:
    seen = register.veil.over(fields).values(fields) if personal == "hidden" else fields
    return (one for one in forms.describe(register.form, seen) if one.text)


def _changed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> frozenset[str]:
    if before is None:
        return frozenset()
    return frozenset(key for key in {*before, *after} if before.get(key) != after.get(key))
