"""Pickers: selects and tag lists whose options are people, departments or entries of a register.

There may be thousands, so that a form doesn't list them: whoever shows or checks a form brings a ``Finder``, which
gives what is chosen and what somebody searches for. form-js knows no such component; to it they are a select
without options, with the property ``picker`` that says what is picked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from engine.clock import Clock
from engine.forms import texts
from engine.forms.options import Option
from engine.forms.schema import Component, Form

SOURCES = ("person", "department", "register")
REGISTER = "register:"


@dataclass(frozen=True, kw_only=True)
class Picker:
    """What a picker offers."""

    source: str
    """One of ``SOURCES``."""
    name: str = ""
    """The register, or for people the group they must be in; empty for everybody."""
    statuses: tuple[str, ...] = ()
    """The statuses an entry may have; empty for any."""
    match: Mapping[str, object] = field(default_factory=dict)
    """Fields of an entry and the values they must have."""
    holds: bool = False
    """The case has the entry for itself while it runs."""


class Finder(Protocol):
    """Knows what there is to pick."""

    @property
    def searches(self) -> Mapping[str, str]:
        """Give what somebody searches for now, by the name of the field."""

    def offer(self, name: str, picker: Picker, chosen: Sequence[str], kept: Sequence[str]) -> tuple[Option, ...]:
        """Give the options of a field: those of what is chosen, and what was searched for.

        ``kept`` are tokens stored already: they stay offered even where nobody could choose them now.
        """


def picked_registers(form: Form) -> frozenset[str]:
    """Name the registers that a form picks from."""
    written = (str(one.get("properties.picker")) for one in form.walk() if is_picker(one))
    return frozenset(one.removeprefix(REGISTER) for one in written if one.startswith(REGISTER))


def is_picker(component: Component) -> bool:
    """Tell whether a component picks from people, departments or a register."""
    return component.kind.chooses and bool(component.get("properties.picker"))


def picker_of(component: Component, context: texts.Context, clock: Clock | None) -> Picker:
    """Read what a picker offers, its condition evaluated."""
    written = str(component.get("properties.picker"))
    match = texts.setting(component.get("properties.match"), context, clock)
    statuses = str(component.get("properties.status") or "")
    is_register = written.startswith(REGISTER)
    return Picker(
        source="register" if is_register else written,
        name=written.removeprefix(REGISTER) if is_register else str(component.get("properties.group") or ""),
        statuses=tuple(one.strip() for one in statuses.split(",") if one.strip()),
        match=match if isinstance(match, Mapping) else {},
        holds=component.get("properties.hold") == "true",
    )


def offered(name: str, picker: Picker, finder: Finder | None, entered: object, stored: object) -> tuple[Option, ...]:
    """Give the options of a picker at one place of a form."""
    kept = tokens(stored)
    if finder is not None:
        return finder.offer(name, picker, (*kept, *(one for one in tokens(entered) if one not in kept)), kept)
    listed = stored if isinstance(stored, list) else [stored]
    return tuple(option_of(one) for one in listed if tokens(one))


def tokens(value: object) -> tuple[str, ...]:
    """Give the tokens of a picked value, or of several: a number or name, or the number of a whole entry."""
    listed = value if isinstance(value, list | tuple) else [value]
    found = (one.get("number") if isinstance(one, Mapping) else one for one in listed)
    return tuple(one for one in found if isinstance(one, str) and one)


def option_of(value: object) -> Option:
    """Give the option of a stored value, as far as it says so itself."""
    (token,) = tokens(value)
    title = value.get("title") if isinstance(value, Mapping) else None
    return Option(value, f"{title}（{token}）" if title else token, key=token)
