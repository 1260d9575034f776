"""Item definitions: named types with constraints, and how values are made to fit them (DMN 1.5 section 7.3.3)."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.dmn import messages
from engine.dmn.expressions import Tests
from engine.dmn.running import Run
from engine.feel.types import ANY, ContextType, ListType, SimpleType, Type

ALIASES = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "integer": "number",
    "long": "number",
    "double": "number",
    "any": "Any",
}
"""Names of older versions and of Camunda's modeler."""
MOMENT = "date and time"


@dataclass(frozen=True)
class Constrained(Type):
    """The values of another type that pass tests."""

    base: Type
    tests: Tests

    def contains(self, value: object) -> bool:
        """Tell whether a value is of this type; its tests get a budget of their own."""
        return value is not None and accepts(self, value, Run(None))


class Reference(Type):
    """A type that is still being defined: item definitions may name each other in any order."""

    def __init__(self, known: Mapping[str, Type], name: str) -> None:
        self._known = known
        self.name = name

    @property
    def target(self) -> Type:
        """Give the type."""
        return self._known.get(self.name, ANY)

    def contains(self, value: object) -> bool:
        """Tell whether a value is of that type."""
        return self.target.contains(value)


def accepts(type_: Type, value: object, run: Run) -> bool:
    """Tell whether a value conforms to a type; null conforms to all."""
    run.spend(1)
    if value is None or type_ is ANY:
        return True
    if isinstance(type_, Reference):
        return type_.target is not type_ and accepts(type_.target, value, run)
    if isinstance(type_, Constrained):
        return accepts(type_.base, value, run) and type_.tests.passes(value, run)
    if isinstance(type_, ListType):
        return type(value) is list and all(accepts(type_.item, item, run) for item in value)
    if isinstance(type_, ContextType):
        return type(value) is dict and all(
            key in value and accepts(entry, value[key], run) for key, entry in type_.entries.items()
        )
    return type_.contains(value)


MISFIT = object()


def convert(type_: Type, value: object, run: Run) -> object:
    """Give the value made to fit a type, MISFIT where it can't be (section 10.3.2.9.4).

    A list of one becomes its item and the other way round; a date becomes its midnight in UTC.
    """
    if accepts(type_, value, run):
        return value
    if type(value) is list and len(value) == 1 and accepts(type_, value[0], run):
        return value[0]
    if type(value) is not list and accepts(type_, [value], run):
        return [value]
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime) and kind_of(type_) == MOMENT:
        moment = dt.datetime.combine(value, dt.time(tzinfo=dt.UTC))
        return moment if accepts(type_, moment, run) else MISFIT
    return MISFIT


def fit(type_: Type, value: object, run: Run, name: str, type_name: str) -> object:
    """Give the value made to fit a type; null and a warning where it can't be."""
    if type_ is ANY:
        return value
    found = convert(type_, value, run)
    if found is MISFIT:
        run.note(messages.WRONG_TYPE, name=name, type=type_name)
        return None
    return found


def completed(type_: Type, value: object) -> object:
    """Give a value from outside with null for the components it leaves out."""
    type_ = resolved(type_)
    if isinstance(type_, ListType) and type(value) is list:
        return [completed(type_.item, item) for item in value]
    if not isinstance(type_, ContextType) or not isinstance(value, Mapping):
        return value
    missing = {key: None for key in type_.entries if key not in value}
    known = {key: completed(type_.entries[key], item) for key, item in value.items() if key in type_.entries}
    return {**value, **known, **missing}


def resolved(type_: Type) -> Type:
    """Give what a type is without its constraints and references."""
    for _ in range(100):
        if isinstance(type_, Constrained):
            type_ = type_.base
        elif isinstance(type_, Reference):
            type_ = type_.target
        else:
            return type_
    return ANY


def kind_of(type_: Type) -> str | None:
    """Give the kind of a simple type, such as ``number``; None for another."""
    plain = resolved(type_)
    return plain.kind if isinstance(plain, SimpleType) else None


def constraints(type_: Type) -> Iterator[Tests]:
    """Give the tests that values of a type pass."""
    for _ in range(100):
        if isinstance(type_, Constrained):
            yield type_.tests
            type_ = type_.base
        elif isinstance(type_, Reference):
            type_ = type_.target
        else:
            return


def component_names(type_: Type, depth: int = 0) -> Iterator[str]:
    """Give the names of all components, so that special ones are recognised after a dot."""
    type_ = resolved(type_)
    if depth > 10:
        return
    if isinstance(type_, ListType):
        yield from component_names(type_.item, depth + 1)
    if isinstance(type_, ContextType):
        for name, entry in type_.entries.items():
            yield name
            yield from component_names(entry, depth + 1)
