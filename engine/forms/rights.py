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


_RULES = frozenset({"conditional", "defaultValue"})


def _names(listed: str) -> frozenset[str]:
    return frozenset(filter(None, (name.strip() for name in listed.replace("，", ",").split(","))))


EVERYTHING = Rights()


@lru_cache(maxsize=256)
def restricted(form: Form, rights: Rights, *, keeping: bool = False) -> Form:
    """Give a form as a task with these rights has it: hidden fields are not there, those it reads are read-only.

    ``keeping`` is for what is handed in: hidden fields of a group or list that has others, too, are read-only in it,
    so that what is stored of them stays where the whole of it is written.
    """
    if rights == EVERYTHING:
        return form
    inner = _restricted(form.components, rights, editable=rights.edit is None, kept=False if keeping else None)
    return replace(form, components=tuple(inner))


@lru_cache(maxsize=256)
def only_read(form: Form) -> frozenset[str]:
    """Give the variables that a form only reads, be there several fields in one."""
    fields = tuple(_below(form.components))
    return frozenset(name for name, _ in fields) - {name for name, one in fields if not _is_fixed(one)}


def unknown_fields(form: Form, rights: Rights) -> list[str]:
    """Give the names that no field or group of the form has."""
    known = {name for one in form.walk() for name in (one.key, one.id)}
    return sorted(rights.named - known)


def _restricted(
    components: tuple[Component, ...], rights: Rights, *, editable: bool, kept: bool | None
) -> Iterator[Component]:
    """``kept`` tells whether what is hidden here is part of something; None where it is not to be kept at all."""
    for one in components:
        names = {one.key, one.id}
        hidden, part = bool(names & rights.hide), kept is not None and (kept or len(one.local) > 1)
        if hidden and not part:
            continue
        may_edit = (editable or bool(names & (rights.edit or frozenset()))) and not hidden and not names & rights.read
        inner_kept = None if kept is None else part or bool(one.kind.container and one.local)
        inner = tuple(_restricted(one.components, rights, editable=may_edit, kept=inner_kept))
        # Whoever may edit something of a list may add to it, too.
        may_edit = may_edit or (one.kind.repeats and any(not _is_fixed(each) for _, each in _below(inner)))
        settings = one.settings if may_edit else _fixed(one, hidden=hidden)
        yield replace(one, settings=settings, components=inner)


def _fixed(one: Component, *, hidden: bool) -> Mapping[str, object]:
    """Give the settings of what is not to be changed: a field, or the number of rows in a list."""
    more: dict[str, object] = {}
    if one.kind.repeats:
        more = {"allowAddRemove": False, "defaultRepetitions": 0}
    elif one.kind.keyed:
        more = {"readonly": True}
    # What nobody sees appears and begins by no rule either.
    known = {name: value for name, value in one.settings.items() if not (hidden and name in _RULES)}
    return {**known, **more}


def _below(components: tuple[Component, ...], around: str = "") -> Iterator[tuple[str, Component]]:
    """Give the fields and lists below, each with the variable that it is, or is a part of."""
    for one in components:
        name = around or (one.local[0] if one.local else "")
        if one.kind.keyed or one.kind.repeats:
            yield name, one
        yield from _below(one.components, name)


def _is_fixed(one: Component) -> bool:
    return one.get("readonly") is True if one.kind.keyed else one.get("allowAddRemove") is False
