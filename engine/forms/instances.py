"""A component at one place of a filled form, and what its expressions see there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from engine.errors import FieldProblem
from engine.forms import texts
from engine.forms.data import ABSENT, get, name_of, put
from engine.forms.options import Option
from engine.forms.schema import Component, Path


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One component at one place, as it stands now."""

    component: Component
    path: Path
    context: texts.Context
    """What its expressions see."""
    readonly: bool = False
    raw: object = None
    """What was entered, to be shown again if it can't be read."""
    value: object = None
    """The typed value."""
    given: bool = True
    """False for a readonly field of which nothing is stored: it has no value, not an empty one."""
    options: tuple[Option, ...] = ()
    problem: FieldProblem | None = None
    children: tuple["Instance", ...] = ()
    rows: tuple["Row", ...] = ()

    @property
    def name(self) -> str:
        """Give the name of its input."""
        return name_of(self.path)

    @property
    def disabled(self) -> bool:
        """Say whether it is shown but left out of the result."""
        return self.component.get("disabled") is True

    def walk(self) -> Iterator["Instance"]:
        """Give this instance and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()
        for row in self.rows:
            for child in row.children:
                yield from child.walk()


@dataclass(frozen=True)
class Row:
    """One row of a dynamic list."""

    origin: int | None
    """Its position in the stored list."""
    children: tuple[Instance, ...]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What surrounds a component."""

    data: Mapping[str, object]
    """All values, without hidden fields."""
    this: object
    """The row, or all values outside of a list."""
    parent: object = None
    """The row around the row."""
    indexes: tuple[int, ...] = ()
    """The number of each row around, from 1."""
    path: Path = ()
    """Where the values of the surrounding container are."""
    origin: Path | None = ()
    """Where they are in what is stored; None in a new row."""

    @cached_property
    def context(self) -> texts.Context:
        """Give what FEEL sees: all values, and the words of form-js for the row."""
        special = {"this": self.this, "parent": self.parent, "i": list(self.indexes)}
        return {**special, **self.data, **{f"_{name}_": value for name, value in special.items()}}

    def below(self, component: Component) -> "Scope":
        """Go into a group."""
        origin = None if self.origin is None else (*self.origin, *component.local)
        return replace(self, path=(*self.path, *component.local), origin=origin) if component.local else self

    def inside(self, component: Component, index: int, origin: int | None) -> "Scope":
        """Go into a row of a dynamic list; ``origin`` is its position in the stored list."""
        path = (*self.path, *component.local, index)
        row = get(self.data, path)
        return Scope(
            data=self.data,
            this={} if row is ABSENT else row,
            parent=self.this,
            indexes=(*self.indexes, index + 1),
            path=path,
            origin=None if self.origin is None or origin is None else (*self.origin, *component.local, origin),
        )


def collect(instance: Instance, found: dict[str, object], *, disabled: bool = True) -> None:
    """Write the values of an instance and of all below it into nested data, those of disabled fields if wanted."""
    if instance.component.kind.keyed:
        if instance.given and (disabled or not instance.disabled):
            put(found, instance.path, instance.value)
    elif instance.component.kind.repeats:
        put(found, instance.path, [{} for _ in instance.rows])
    for child in (*instance.children, *(child for row in instance.rows for child in row.children)):
        collect(child, found, disabled=disabled)
