"""A form as it was deployed: read once, then shared and never changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from engine.forms import texts
from engine.forms.kinds import CONDITIONS, EXPRESSIONS, KINDS, TEMPLATES, Kind

Path = tuple[str | int, ...]
"""Where a value lives: names of contexts and positions in lists."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Component:
    """One component of a form."""

    type: str
    id: str
    local: tuple[str, ...] = ()
    """The names that lead from the enclosing container to the value."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """Everything the schema says about it."""
    components: tuple["Component", ...] = ()

    @cached_property
    def kind(self) -> Kind:
        """Say what this type does with data."""
        return KINDS[self.type]

    @property
    def key(self) -> str:
        """Give the key as the schema writes it, with dots."""
        return ".".join(self.local)

    @cached_property
    def label(self) -> str:
        """Give the label as the schema writes it: it may hold an expression."""
        written = self.get("label") or self.get("dateLabel") or self.get("timeLabel")
        return written if isinstance(written, str) else ""

    def get(self, dotted: str) -> object:
        """Give a setting such as ``validate.min``, or None."""
        return self._flat.get(dotted)

    @cached_property
    def _flat(self) -> dict[str, object]:
        flat = dict(self.settings)
        for name, inner in self.settings.items():
            if isinstance(inner, Mapping):
                flat.update((f"{name}.{below}", value) for below, value in inner.items())
        return flat

    def written(self) -> Iterator[tuple[str, str]]:
        """Give the settings that are evaluated, by name."""
        for name in (*CONDITIONS, *EXPRESSIONS):
            if texts.is_expression(value := self.get(name)):
                yield name, str(value)
        for name in TEMPLATES:
            if texts.is_template(value := self.get(name)):
                yield name, str(value)

    def walk(self) -> Iterator["Component"]:
        """Give this component and all below it, in the order of the schema."""
        yield self
        for child in self.components:
            yield from child.walk()


@dataclass(frozen=True, kw_only=True)
class Field:
    """A component that holds a value, for lists of what a form asks."""

    key: str
    """Where the value lives; the rows of a list are written ``contacts[].phone``."""
    label: str
    type: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Form:
    """A form-js schema, checked for its shape."""

    id: str
    components: tuple[Component, ...]

    def walk(self) -> Iterator[Component]:
        """Give every component, in the order of the schema."""
        for component in self.components:
            yield from component.walk()

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """List every component that holds a value, flattened."""
        return tuple(_fields(self.components, ""))

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Map each key to its label."""
        return MappingProxyType({one.key: one.label for one in self.fields})

    @cached_property
    def live(self) -> frozenset[str]:
        """Name the values that conditions, options, limits or texts of the form may depend on.

        Found by the spelling of names, so that it may be too many and never too few.
        """
        written = "\n".join(text for one in self.walk() for _, text in one.written())
        names = {name for one in self.walk() for name in one.local}
        return frozenset(name for name in names if name in written)

    @cached_property
    def hides(self) -> bool:
        """Say whether any component has a condition."""
        return any(one.get("conditional.hide") for one in self.walk())

    @cached_property
    def settles(self) -> bool:
        """Say whether values may depend on other values, so that they must be worked out repeatedly."""
        between = {"conditional.hide", "readonly", "valuesExpression", "expression", "defaultValue"}
        return any(name in between for one in self.walk() for name, _ in one.written())

    @cached_property
    def submits(self) -> bool:
        """Say whether the form brings its own button for submission."""
        return any(one.type == "button" and one.get("action") in {None, "submit"} for one in self.walk())


def _fields(components: tuple[Component, ...], prefix: str) -> Iterator[Field]:
    for one in components:
        key = ".".join(filter(None, (prefix, one.key)))
        if one.kind.keyed:
            yield Field(key=key, label=one.label or key, type=one.type)
        yield from _fields(one.components, key + "[]" if one.kind.repeats else key)
