"""What pickers of forms offer: people and departments of the organisation, entries of registers.

An entry can be held: while a running case has it at work, no other case can take it through a picker with ``hold``.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from engine.errors import FieldProblem, FormInvalidError, mark
from engine.execution.prepared import RELEASE_ENTRIES
from engine.execution.rows import changed
from engine.execution.search_text import like_pattern
from engine.forms import Form, Picker, values_of
from engine.forms.options import Option
from engine.forms.picking import is_picker, tokens
from engine.model import ProcessInstance, RegisterEntry
from engine.organisation import Organisation, organisation

OFFERED = 8
"""Results of a search: what a phone shows without scrolling. Whoever wants more types more."""

HELD = mark("“{title}”正由在办事项 {case} 处理，请等它结束。")


class RegisterFinder:
    """Knows what there is to pick, as the database has it now."""

    def __init__(
        self, session: Session, searches: Mapping[str, str] = MappingProxyType({}), instance_id: int | None = None
    ) -> None:
        self._session = session
        self._searches = searches
        self._instance_id = instance_id
        self._known: dict[object, tuple[Option, ...]] = {}

    @property
    def searches(self) -> Mapping[str, str]:
        """Give what somebody searches for now, by the name of the field."""
        return self._searches

    def offer(self, name: str, picker: Picker, chosen: Sequence[str], kept: Sequence[str]) -> tuple[Option, ...]:
        """Give the options of what is chosen, and of what is searched for in the field."""
        key = (
            name,
            picker.source,
            picker.name,
            picker.statuses,
            repr(picker.match),
            picker.holds,
            tuple(chosen),
            tuple(kept),
        )
        if key not in self._known:
            find = self._entries if picker.source == "register" else self._people_or_departments
            found = {one.token: one for one in find(picker, chosen, kept)}
            if name in self._searches:
                searched = {one.token: one for one in find(picker, None, (), self._searches[name])}
                found = {token: replace(found.get(token, one), found=True) for token, one in searched.items()} | {
                    token: one for token, one in found.items() if token not in searched
                }
            self._known[key] = tuple(found.values())
        return self._known[key]

    def _entries(
        self, picker: Picker, chosen: Sequence[str] | None, kept: Sequence[str], text: str = ""
    ) -> Iterator[Option]:
        if chosen is not None and not chosen:
            return
        statement = (
            _searched(_matching(picker), text)
            if chosen is None
            else _columns(picker.name).where(
                or_(
                    RegisterEntry.number.in_(kept),
                    RegisterEntry.id.in_(
                        _matching(picker).where(RegisterEntry.number.in_(chosen)).with_only_columns(RegisterEntry.id)
                    ),
                )
            )
        )
        for row in self._session.execute(statement):
            yield _entry_option(row, held=picker.holds and row.held_by not in {None, self._instance_id})

    def _people_or_departments(
        self, picker: Picker, chosen: Sequence[str] | None, kept: Sequence[str], text: str = ""
    ) -> Iterator[Option]:
        if chosen is not None and not chosen:
            return
        known, wanted = organisation(self._session), text.strip().lower()
        options = _people(known, picker, kept) if picker.source == "person" else _departments(known)
        found = (
            one
            for one in options
            if (one.token in chosen if chosen is not None else wanted in f"{one.label} {one.token} {one.note}".lower())
        )
        yield from itertools.islice(found, OFFERED if chosen is None else len(chosen))


def hold_entries(session: Session, form: Form, values: Mapping[str, object], instance_id: int) -> None:
    """Let a case have the entries that its form picked to hold.

    Raises FormInvalidError at the field whose entry another running case has: of two that come at the same
    time the database lets one through.
    """
    for component, picked in values_of(form, values):
        if not is_picker(component) or component.get("properties.hold") != "true":
            continue
        for number in tokens(picked):
            register = str(component.get("properties.picker")).partition(":")[2]
            _hold(session, register, number, instance_id, component.key)


def _hold(session: Session, register: str, number: str, instance_id: int, field: str) -> None:
    entry = (RegisterEntry.register == register, RegisterEntry.number == number)
    free = or_(RegisterEntry.held_by.is_(None), RegisterEntry.held_by == instance_id)
    if changed(session, update(RegisterEntry).where(*entry, free).values(held_by=instance_id)) == 1:
        return
    row = session.execute(select(RegisterEntry.title, RegisterEntry.held_by).where(*entry)).one()
    raise FormInvalidError({field: FieldProblem(HELD, {"title": row.title, "case": row.held_by})})


def release_entries(session: Session, instance_id: int) -> None:
    """Let go of what an ended case held."""
    RELEASE_ENTRIES.send(session, {"case": instance_id})


def _columns(register: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            RegisterEntry.register,
            RegisterEntry.number,
            RegisterEntry.title,
            RegisterEntry.status,
            RegisterEntry.version,
            RegisterEntry.fields,
            RegisterEntry.held_by,
            ProcessInstance.title.label("held_title"),
        )
        .outerjoin(ProcessInstance, ProcessInstance.id == RegisterEntry.held_by)
        .where(RegisterEntry.register == register)
    )


def _matching(picker: Picker) -> Select[*tuple[Any, ...]]:
    statement = _columns(picker.name)
    if picker.statuses:
        statement = statement.where(RegisterEntry.status.in_(picker.statuses))
    for key, value in picker.match.items():
        statement = statement.where(RegisterEntry.fields[key].as_string() == str(value))
    return statement


def _searched(statement: Select[*tuple[Any, ...]], text: str) -> Select[*tuple[Any, ...]]:
    if text.strip():
        statement = statement.where(RegisterEntry.search_text.like(like_pattern(text), escape="\\"))
    return statement.order_by(RegisterEntry.updated_at.desc(), RegisterEntry.id.desc()).limit(OFFERED)


def _entry_option(row: Any, *, held: bool) -> Option:  # noqa: ANN401 - a row
    value = {
        "register": row.register,
        "number": row.number,
        "title": row.title,
        "status": row.status,
        "version": row.version,
        "values": row.fields,
    }
    refusal = FieldProblem(HELD, {"title": row.title, "case": row.held_by}) if held else None
    return Option(
        value,
        f"{row.title}（{row.number}）",
        key=row.number,
        note=row.status,
        refusal=refusal,
        case=row.held_by if held else None,
    )


def _people(known: Organisation, picker: Picker, kept: Sequence[str]) -> Iterator[Option]:
    for person in known.people.values():
        member = not picker.name or picker.name in person.groups or picker.name == person.department
        if (person.active and member) or person.username in kept:
            yield Option(person.username, person.display_name, key=person.username, note=person.department or "")


def _departments(known: Organisation) -> Iterator[Option]:
    for name in known.heads:
        yield Option(name, name, key=name)
