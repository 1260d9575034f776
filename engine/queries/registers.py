"""Registers (台账): which there are, their entries, and one entry with its versions."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, TypeVar

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from engine import forms
from engine.errors import NotFoundError, mark
from engine.execution.importing import EVERYBODY, may_import
from engine.execution.search_text import like_pattern
from engine.forms import Component, Form, Veil
from engine.model import Content, ProcessInstance, Register, RegisterEntry
from engine.queries.access import READ_ALL
from engine.queries.json_numbers import number_at
from engine.queries.paging import Page, fetch_page
from engine.queries.people import Person
from engine.registers.saying import said
from engine.registers.sheets import importable

EntrySort = Literal["-updated", "updated", "number", "-number", "title", "-title", "status", "-status"]
Bound = TypeVar("Bound")
Range = tuple[Bound | None, Bound | None]
"""From and to, both included; None for any."""
EXPORT_LIMIT = 50_000
"""Rows of one Excel file."""
AT_ONCE = 1_000
"""Rows that are in memory at a time."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A field that the list shows, or by which it can be filtered."""

    key: str
    label: str
    shown: bool
    filtered: bool
    choices: tuple[tuple[str, str], ...] = ()
    """Value and label of each option, for the filter."""
    range: Literal["", "day", "number"] = ""
    """What it holds, where the filter is a range."""
    unit: str = ""
    """What stands behind its numbers, such as 万元."""


@dataclass(frozen=True, kw_only=True)
class RegisterView:
    """A register as its lists need it."""

    name: str
    title: str
    statuses: tuple[str, ...]
    columns: tuple[Column, ...]
    form: Form
    may_import: bool
    """The reader may bring sheets for it."""
    importable: tuple[Column, ...]
    """The fields that have a column in a sheet."""
    veil: Veil
    """What lists and files keep from everybody: personal data, which only the page of an entry may show."""
    title_label: str
    """What its entries are called by, such as 渠道名称."""

    @property
    def shown(self) -> tuple[Column, ...]:
        """Give the columns of the list."""
        return tuple(column for column in self.columns if column.shown)

    @property
    def ranged(self) -> tuple[Column, ...]:
        """Give the days and numbers by which the list can be narrowed."""
        return tuple(column for column in self.columns if column.filtered and column.range)

    @property
    def filtered(self) -> tuple[Column, ...]:
        """Give the fields by which the list can be narrowed."""
        return tuple(column for column in self.columns if column.filtered and column.choices)


@dataclass(frozen=True, kw_only=True)
class EntryFilter:
    """What a reader of the list asks for."""

    search: str = ""
    status: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Field key → value it must have."""
    days: Mapping[str, Range[str]] = field(default_factory=dict)
    """Key of a field → the first and the last day, in ISO 8601."""
    numbers: Mapping[str, Range[Decimal]] = field(default_factory=dict)
    """Key of a field → the least and the greatest number."""
    sort: EntrySort = "-updated"


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    """One entry in a list."""

    id: int
    number: str
    title: str
    status: str
    version: int
    instance_id: int | None
    held_by: int | None
    """The running case that has it at work."""
    held_title: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    texts: Mapping[str, str]
    """What each field says, by key."""


def list_registers(session: Session, person: Person) -> list[tuple[str, str, int]]:
    """Give name, title and number of entries of each register that the person may read."""
    rows = session.execute(
        select(Register.name, Register.title, func.count(RegisterEntry.id))
        .outerjoin(RegisterEntry, RegisterEntry.register == Register.name)
        .where(Register.name.in_(readable_registers(session, person)))
        .group_by(Register.name, Register.title)
        .order_by(Register.title)
    )
    return [(name, title, count) for name, title, count in rows]


def readable_registers(session: Session, person: Person) -> list[str]:
    """Name the registers a person may read: by a group their forms name, or as auditor or administrator."""
    rows = session.execute(select(Register.name, Register.readers, Register.importers))
    return [row.name for row in rows if _reads({*row.readers, *row.importers}, person)]


def _reads(groups: set[str], person: Person) -> bool:
    everybody = EVERYBODY in groups and "staff" in person.roles
    return everybody or bool(groups & person.groups) or bool(READ_ALL & person.roles)


def view_register(session: Session, person: Person, name: str) -> RegisterView:
    """Give a register by its name to somebody who may read it. Raises NotFoundError for all others."""
    found = session.execute(
        select(Register, Content.body).join(Content, Content.sha256 == Register.sha256).where(Register.name == name)
    ).one_or_none()
    if found is None or not _reads({*found[0].readers, *found[0].importers}, person):
        raise NotFoundError(mark("没有名为 {name} 的台账，或者您看不到它。"), name=name)
    row, body = found
    form = _form(row.sha256, body)
    options = {component.key: _choices(component.get("values")) for component in form.walk()}
    declared = {component.key: component for component in form.walk()}
    columns = tuple(
        Column(
            key=one["key"],
            label=one["label"],
            shown=bool(one.get("column")),
            filtered=bool(one.get("filter")),
            choices=options.get(one["key"], ()),
            **_ranged(declared.get(one["key"])),
        )
        for one in row.columns
    )
    return RegisterView(
        name=row.name,
        title=row.title,
        statuses=tuple(row.statuses),
        columns=columns,
        form=form,
        may_import=may_import(session, row, person.username),
        importable=tuple(one for one in columns if one.key in {component.key for component in importable(form)}),
        veil=Veil(places=frozenset(map(tuple, row.personal))),
        title_label=form.labels.get(row.title_field, row.title_field),
    )


def list_entries(session: Session, register: RegisterView, wanted: EntryFilter, page: int) -> Page[EntryRow]:
    """Give one page of a register: two statements."""
    return fetch_page(session, entries(register, wanted), page, lambda row: read_entry(register, row))


def export_entries(session: Session, register: RegisterView, wanted: EntryFilter) -> Iterator[EntryRow]:
    """Give all entries of a list one after the other, EXPORT_LIMIT at most."""
    statement = entries(register, wanted).limit(EXPORT_LIMIT).execution_options(yield_per=AT_ONCE)
    return (read_entry(register, row) for row in session.execute(statement))


def entries(register: RegisterView, wanted: EntryFilter) -> Select[*tuple[Any, ...]]:
    """Select the entries of a list, in its order."""
    statement = select(
        RegisterEntry.id,
        RegisterEntry.number,
        RegisterEntry.title,
        RegisterEntry.status,
        RegisterEntry.version,
        RegisterEntry.instance_id,
        RegisterEntry.held_by,
        ProcessInstance.title.label("held_title"),
        RegisterEntry.created_at,
        RegisterEntry.updated_at,
        RegisterEntry.fields,
    ).outerjoin(ProcessInstance, ProcessInstance.id == RegisterEntry.held_by)
    statement = statement.where(RegisterEntry.register == register.name)
    if wanted.search.strip():
        statement = statement.where(RegisterEntry.search_text.like(like_pattern(wanted.search), escape="\\"))
    if wanted.status:
        statement = statement.where(RegisterEntry.status == wanted.status)
    for key, value in wanted.fields.items():
        statement = statement.where(RegisterEntry.fields[key].as_string() == value)
    # Days are stored as ISO 8601 texts, whose order is that of time.
    days = [(RegisterEntry.fields[key].as_string(), one) for key, one in wanted.days.items()]
    numbers = [(number_at(RegisterEntry.fields, key), one) for key, one in wanted.numbers.items()]
    for found, (first, last) in (*days, *numbers):
        statement = statement.where(
            *([] if first is None else [found >= first]), *([] if last is None else [found <= last])
        )
    column = {
        "updated": RegisterEntry.updated_at,
        "number": RegisterEntry.number,
        "title": RegisterEntry.title,
        "status": RegisterEntry.status,
    }[wanted.sort.lstrip("-")]
    # Both the same way, as the index goes: it is read forwards or backwards, and nothing is sorted.
    downwards = wanted.sort.startswith("-")
    return statement.order_by(*(one.desc() if downwards else one.asc() for one in (column, RegisterEntry.id)))


def read_entry(register: RegisterView, row: Row[*tuple[Any, ...]]) -> EntryRow:
    """Read a row of ``entries``, personal data masked."""
    values = row._asdict()
    texts = said(register.form, register.veil, values.pop("fields"))
    return EntryRow(**values, texts=texts)


def _ranged(component: Component | None) -> dict[str, Any]:
    """Say whether a field is narrowed by a range: days, and numbers that are stored as numbers."""
    if component is None:
        return {}
    if component.type == "datetime" and component.get("subtype") in {None, "date"}:
        return {"range": "day"}
    if component.type == "number" and component.get("serializeToString") is not True:
        return {"range": "number", "unit": str(component.get("appearance.suffixAdorner") or "")}
    return {}


def _choices(values: object) -> tuple[tuple[str, str], ...]:
    options: Iterable[Any] = values if isinstance(values, (list, tuple)) else ()
    return tuple((str(one["value"]), str(one["label"])) for one in options if isinstance(one, Mapping))


@lru_cache(maxsize=64)
def _form(_sha256: str, body: bytes) -> Form:
    """Read a register's form once: what is under a hash never changes."""
    return forms.load(body, "register")
