"""The options of radio buttons, selects, checklists and tag lists."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import orjson

from engine.clock import Clock
from engine.errors import FieldProblem
from engine.forms import texts
from engine.forms.schema import Component

MAX_OPTIONS = 5_000


@dataclass(frozen=True)
class Option:
    """One thing to choose."""

    value: object
    """Any JSON value."""
    label: str
    key: str | None = None
    """Of something picked: its number or name, which stands for it whatever else it says."""
    note: str = ""
    """What helps to tell it from others."""
    refusal: FieldProblem | None = None
    """Why it can't be chosen now."""
    case: int | None = None
    """The case that has it at work."""
    found: bool = False
    """A search has found it."""

    @property
    def token(self) -> str:
        """Write the value as the text that an HTML input carries."""
        return token(self.value) if self.key is None else self.key

    def means(self, value: object) -> bool:
        """Tell whether a value is this one: what is picked is the same by its key, however it has changed since."""
        if self.key is None:
            return same(self.value, value)
        return (value.get("number") if isinstance(value, Mapping) else value) == self.key


def options(
    component: Component,
    context: texts.Context,
    stored: Mapping[str, object],
    clock: Clock | None = None,
) -> tuple[Option, ...]:
    """List what may be chosen.

    The first source that exists counts, in the order of form-js: ``valuesKey`` (a stored variable), ``values``,
    ``valuesExpression``. What is no option (no value, an empty text) is left out.
    """
    source: object = None
    if isinstance(key := component.get("valuesKey"), str):
        source = stored.get(key)
    elif component.get("values") is not None:
        return _written(component)
    elif isinstance(expression := component.get("valuesExpression"), str):
        source = texts.setting(expression, context, clock)
    return _listed(source)


@lru_cache(maxsize=4096)
def _written(component: Component) -> tuple[Option, ...]:
    """Give the options that the form itself lists: always the same."""
    return _listed(component.get("values"))


def _listed(source: object) -> tuple[Option, ...]:
    listed = source if isinstance(source, list | tuple) else ()
    return tuple(_normal(listed[:MAX_OPTIONS]))


def _normal(listed: list[object] | tuple[object, ...]) -> Iterator[Option]:
    for one in listed:
        if _simple(one):
            yield Option(one, texts.show(one))
        elif isinstance(one, Mapping):
            label, value = one.get("label"), one.get("value")
            if isinstance(label, str) and label and (_simple(value) or (value and isinstance(value, Mapping | list))):
                yield Option(value, label)
            elif _simple(value):
                yield Option(value, texts.show(value))


def _simple(value: object) -> bool:
    return isinstance(value, bool | int | float | Decimal) or (isinstance(value, str) and value != "")


def find(offered: tuple[Option, ...], wanted: object) -> Option | None:
    """Find the option that a submission means: by its value, or by its value written as text."""
    for one in offered:
        if one.means(wanted):
            return one
    if isinstance(wanted, str):
        return next((one for one in offered if one.token == wanted), None)
    return None


def same(one: object, other: object) -> bool:
    """Compare two values as JSON does: true isn't 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


def token(value: object) -> str:
    """Write any JSON value as a text, the same text for the same value."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal | float) or (isinstance(value, int) and not isinstance(value, bool)):
        return texts.number(value)
    return orjson.dumps(value, default=texts.show, option=orjson.OPT_SORT_KEYS).decode()
