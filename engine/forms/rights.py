"""What one task may do with the fields of a form that several tasks share: read, edit, or not see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.forms.schema import Component, Form

READ, EDIT, HIDE = "fields.read", "fields.edit", "fields.hide"
"""Properties of a user task; each lists fields by their keys, or groups by their ids, separated by commas."""


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What a task may do with the fields of its form; without properties it edits whatever the form lets it."""

    read: frozenset[str] = frozenset()
    edit: frozenset[str] | None = None
    """Where it is told, all other fields are only read."""
    hide: frozenset[str] = frozenset()

    @classmethod
    def of(cls, properties: Mapping[str, str]) -> "Rights":
        """Read the rights of a task from its properties."""
        edit = _names(properties[EDIT]) if properties.get(EDIT, "").strip() else None
        return cls(read=_names(properties.get(READ, "")), edit=edit, hide=_names(properties.get(HIDE, "")))

    @property
    def named(self) -> frozenset[str]:
        """Give every field that is named."""
        return self.read | (self.edit or frozenset()) | self.hide


def _names(listed: str) -> frozenset[str]:
    return frozenset(filter(None, (name.strip() for name in listed.replace("，", ",").split(","))))


EVERYTHING = Rights()


@lru_cache(maxsize=256)
def restricted(form: Form, rights: Rights) -> Form:
    """Give a form as a task with these rights has it: hidden fields are not there, those it reads are read-only."""
    if rights == EVERYTHING:
        return form
    return replace(form, components=tuple(_restricted(form.components, rights, editable=rights.edit is None)))


def unknown_fields(form: Form, rights: Rights) -> list[str]:
    """Give the names that no field or group of the form has."""
    known = {name for one in form.walk() for name in (one.key, one.id)}
    return sorted(rights.named - known)


def _restricted(components: tuple[Component, ...], rights: Rights, *, editable: bool) -> Iterator[Component]:
    for one in components:
        names = {one.key, one.id}
        if names & rights.hide:
            continue
        may_edit = (editable or bool(names & (rights.edit or frozenset()))) and not names & rights.read
        settings = one.settings if may_edit or not one.kind.keyed else {**one.settings, "readonly": True}
        inner = tuple(_restricted(one.components, rights, editable=may_edit))
        yield replace(one, settings=settings, components=inner)
