"""Declared registers: read from ``forms/registers/<name>.form``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import forms, json_text
from engine.errors import Finding, mark
from engine.model import Register, RegisterEntry
from engine.registers import listed

AT_ONCE = 1_000
"""Entries that are listed anew in one statement."""
REQUIRED = ("title", "number", "statuses", "titleField")


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What a register's form says."""

    name: str
    title: str
    number: str
    statuses: tuple[str, ...]
    title_field: str
    columns: tuple[Mapping[str, object], ...]
    readers: tuple[str, ...]
    importers: tuple[str, ...]
    personal: frozenset[forms.Place]
    """Where its entries hold personal data."""


def is_register(content: bytes) -> bool:
    """Tell whether a form declares a register."""
    return "register" in _properties(content)


def read_register(content: bytes, resource: str) -> Declaration:
    """Read the declaration of a register from a form that passed ``check_register``."""
    properties = _properties(content)
    form = forms.load(content, resource)
    private = forms.personal_places(form)
    columns = tuple(
        {
            "key": component.key,
            "label": component.label,
            "type": component.type,
            **{flag: component.get(f"properties.{flag}") == "true" for flag in ("column", "search", "filter")},
            "personal": any(place[-len(component.local) :] == component.local for place in private),
        }
        for component in form.walk()
        if component.kind.keyed and component.key
    )
    return Declaration(
        name=properties["register"],
        title=properties["title"],
        number=properties["number"],
        statuses=tuple(status.strip() for status in properties["statuses"].split(",") if status.strip()),
        title_field=properties["titleField"],
        columns=columns,
        readers=_names(properties.get("readers", "")),
        importers=_names(properties.get("importGroups", "")),
        personal=private,
    )


def check_register(content: bytes, resource: str) -> Iterator[Finding]:
    """Say what a register's declaration lacks."""
    properties = _properties(content)
    missing = [name for name in REQUIRED if not properties.get(name)]
    if missing:
        yield _finding(
            resource,
            "register_incomplete",
            mark("台账 {register} 的表单缺少属性 {missing}。请在表单的 properties 里补上。"),
            register=properties.get("register", ""),
            missing=", ".join(missing),
        )
        return
    try:
        properties["number"].format(year=2026, sequence=1)
    except (KeyError, ValueError, IndexError):
        yield _finding(
            resource,
            "register_number",
            mark(
                "台账编号规则“{number}”不正确。可用 {{year}} 和 {{sequence:04d}}，例如 QD-{{year}}-{{sequence:04d}}。"
            ),
            number=properties["number"],
        )


def save_register(session: Session, declaration: Declaration, sha256: str) -> None:
    """Declare a register, or replace what was declared: entries keep the fields they were written with.

    What lists show and search of them follows the declaration.
    """
    before = session.get(Register, declaration.name)
    listed_by = before and (before.title_field, before.personal, before.columns)
    row = session.merge(
        Register(
            name=declaration.name,
            title=declaration.title,
            number_pattern=declaration.number,
            statuses=list(declaration.statuses),
            columns=[dict(column) for column in declaration.columns],
            title_field=declaration.title_field,
            readers=list(declaration.readers),
            importers=list(declaration.importers),
            personal=[list(place) for place in sorted(declaration.personal)],
            sha256=sha256,
        )
    )
    session.flush()
    if listed_by and listed_by != (row.title_field, row.personal, row.columns):
        _list_anew(session, row)


def _list_anew(session: Session, register: Register) -> None:
    """Write what lists show and search of every entry anew, some at a time."""
    last = 0
    while True:
        rows = session.execute(
            select(RegisterEntry.id, RegisterEntry.number, RegisterEntry.fields)
            .where(RegisterEntry.register == register.name, RegisterEntry.id > last)
            .order_by(RegisterEntry.id)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        last = rows[-1].id
        session.execute(
            update(RegisterEntry), [{"id": one.id, **listed(register, one.number, one.fields)} for one in rows]
        )


def _properties(content: bytes) -> dict[str, str]:
    try:
        document: Any = json_text.loads(content)
    except ValueError:
        return {}
    found = document.get("properties") if isinstance(document, dict) else None
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _names(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.replace("，", ",").split(",") if one.strip())


def _finding(resource: str, code: str, message: str, **facts: object) -> Finding:
    return Finding(severity="error", code=code, message=message, facts=facts, resource=resource)
