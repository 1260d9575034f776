"""Personal data: which values of a form they are, and how they look to whoever may not read them.

A component with the property ``personal`` holds them, and so does everything inside such a container.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine import json_text
from engine.forms.schema import Component, Form

Place = tuple[str, ...]
"""The names that lead to a value; ``EACH`` stands for every row of a list."""

EACH = "[]"
HIDDEN = "●●●"
SHORTEST = 2
"""Characters of a text that is looked for inside other texts: a single one is everywhere."""

_CHINESE_NAME = re.compile(r"[\u3400-\u9fff·]{2,4}")
_NUMBER = re.compile(r"\+?[0-9][0-9 -]{5,}[0-9Xx]")
_LONG, _HEAD, _TAIL = 11, 3, 4


class Masked(str):
    """What stands in place of a value that is kept from its reader."""

    __slots__ = ()


def personal_places(form: Form) -> frozenset[Place]:
    """Give where a form holds personal data."""
    return frozenset(place for one in form.components for place in _places(one, (), personal=False))


def _places(component: Component, prefix: Place, *, personal: bool) -> Iterator[Place]:
    own = personal or component.get("properties.personal") == "true"
    place = (*prefix, *component.local)
    if own and component.kind.keyed:
        yield place
    for child in component.components:
        yield from _places(child, (*place, EACH) if component.kind.repeats else place, personal=own)


def mask(value: object) -> Masked:
    """Write what others read: 王** for a name in Chinese, 138****5678 for a long number, else ``HIDDEN``."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if _CHINESE_NAME.fullmatch(text):
        return Masked(f"{text[0]}**")
    digits = text.replace(" ", "").replace("-", "")
    if _NUMBER.fullmatch(text) and len(digits) >= _LONG:
        return Masked(f"{digits[:_HEAD]}****{digits[-_TAIL:]}")
    return Masked(HIDDEN)


def unmask(entered: object, stored: object) -> object:
    """Give what somebody means who hands back what was masked for them: the masks stand for what is stored."""
    if isinstance(entered, dict) and isinstance(stored, Mapping):
        return {name: unmask(one, stored.get(name)) for name, one in entered.items()}
    if isinstance(entered, list) and isinstance(stored, list) and len(entered) == len(stored):
        return [unmask(one, other) for one, other in zip(entered, stored, strict=True)]
    return stored if isinstance(entered, str) and _is_something(stored) and entered == mask(stored) else entered


@dataclass(frozen=True, kw_only=True)
class Veil:
    """What is kept from a reader of some values: those at the places, and their words wherever else they stand."""

    places: frozenset[Place] = frozenset()
    registers: Mapping[str, frozenset[Place]] = field(default_factory=dict)
    """Register → where its entries hold them; an entry is known by its shape wherever it stands."""
    secrets: tuple[str, ...] = ()
    """Texts at the places, the longest first."""

    @property
    def hides(self) -> bool:
        """Tell whether anything is kept."""
        return bool(self.places or self.registers)

    def over(self, *known: Mapping[str, object]) -> "Veil":
        """Give the same veil with the words of some more values, so that their copies are kept too."""
        if not self.hides:
            return self
        words = {word for values in known for one in self._kept(values, self.places) for word in _words(one)}
        return replace(self, secrets=tuple(sorted({*self.secrets, *words}, key=lambda word: (-len(word), word))))

    def concerns(self, values: Mapping[str, object]) -> bool:
        """Tell whether some values hold anything that is kept."""
        return any(_is_something(one) for one in self._kept(values, self.places))

    def values(self, values: Mapping[str, object]) -> dict[str, Any]:
        """Give values as the reader may see them; what is empty stays empty."""
        if not self.hides:
            return dict(values)
        return {name: self._value(one, tuple(_below(self.places, name))) for name, one in values.items()}

    def value(self, value: object) -> object:
        """Give a value that stands at no known place, as the reader may see it."""
        return self._value(value, ())

    def text(self, text: str) -> str:
        """Give a text without the words that are kept."""
        for secret in self.secrets:
            if secret in text:
                text = text.replace(secret, mask(secret))
        return text

    def _value(self, value: object, places: tuple[Place, ...]) -> object:
        if () in places:
            return mask(value) if _is_something(value) else value
        if isinstance(value, Mapping):
            places = (*places, *self._of_entry(value))
            return {name: self._value(one, tuple(_below(places, name))) for name, one in value.items()}
        if isinstance(value, list | tuple):
            inside = tuple(_below(places, EACH))
            return [self._value(one, inside) for one in value]
        if isinstance(value, str):
            shown = self.text(value)
            return Masked(shown) if shown != value else value
        return mask(value) if not isinstance(value, bool) and str(value) in self.secrets else value

    def _kept(self, value: object, places: Iterable[Place]) -> Iterator[object]:
        """Give everything in a value that is kept."""
        here = tuple(places)
        if () in here:
            yield value
        elif isinstance(value, Mapping):
            here = (*here, *self._of_entry(value))
            for name, one in value.items():
                yield from self._kept(one, _below(here, name))
        elif isinstance(value, list | tuple):
            for one in value:
                yield from self._kept(one, _below(here, EACH))

    def _of_entry(self, value: Mapping[str, object]) -> tuple[Place, ...]:
        """Give where a picked or found entry of a register holds them."""
        register = value.get("register")
        found = self.registers.get(register, ()) if isinstance(register, str) and "values" in value else ()
        return tuple(("values", *place) for place in found)


NOTHING_HIDDEN = Veil()


def _below(places: Iterable[Place], name: str) -> Iterator[Place]:
    return (place[1:] for place in places if place and place[0] == name)


def _words(value: object) -> Iterator[str]:
    """Give the texts and numbers in a value that are long enough to be recognised elsewhere."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _words(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _words(one)
    elif value is not None and not isinstance(value, bool):
        text = value if isinstance(value, str) else json_text.dump_text(value)
        if len(text.strip()) >= SHORTEST:
            yield text


def _is_something(value: object) -> bool:
    return value is not None and value not in ("", [], {})
