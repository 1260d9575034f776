"""Types: what ``instance of`` asks, and what item definitions of a decision model give names to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.feel.kinds import KINDS
from engine.feel.values import Function, Range

SIMPLE = frozenset(KINDS.values()) - {"null", "list", "context", "range", "function"}


@dataclass(frozen=True)
class Type:
    """Any value but null."""

    def contains(self, value: object) -> bool:
        """Tell whether a value is of this type."""
        return value is not None

    def effort(self, _: object) -> int:
        """Count the steps that ``contains`` takes."""
        return 1


@dataclass(frozen=True)
class NullType(Type):
    """Only null."""

    def contains(self, value: object) -> bool:
        """Tell whether a value is null."""
        return value is None


@dataclass(frozen=True)
class SimpleType(Type):
    """All values of one kind."""

    kind: str

    def contains(self, value: object) -> bool:
        """Tell whether a value is of this kind."""
        return KINDS[type(value)] == self.kind


@dataclass(frozen=True)
class ListType(Type):
    """Lists whose items are all of one type; null may stand anywhere."""

    item: Type

    def contains(self, value: object) -> bool:
        """Tell whether a value is such a list."""
        return type(value) is list and all(item is None or self.item.contains(item) for item in value)

    def effort(self, value: object) -> int:
        """Count the steps that ``contains`` takes."""
        return 1 + sum(self.item.effort(item) for item in value) if type(value) is list else 1


@dataclass(frozen=True)
class ContextType(Type):
    """Contexts that have at least these entries; each may be null."""

    entries: Mapping[str, Type] = field(default_factory=dict)

    def contains(self, value: object) -> bool:
        """Tell whether a value is such a context."""
        return type(value) is dict and all(
            key in value and (value[key] is None or kind.contains(value[key])) for key, kind in self.entries.items()
        )

    def effort(self, value: object) -> int:
        """Count the steps that ``contains`` takes."""
        if type(value) is not dict:
            return 1
        return 1 + sum(kind.effort(value.get(key)) for key, kind in self.entries.items())


@dataclass(frozen=True)
class RangeType(Type):
    """Ranges whose ends are of one type."""

    end: Type

    def contains(self, value: object) -> bool:
        """Tell whether a value is such a range."""
        return isinstance(value, Range) and all(
            end is None or self.end.contains(end) for end in (value.start, value.end)
        )


@dataclass(frozen=True)
class FunctionType(Type):
    """Functions; those defined in FEEL must take these parameters. What they give is not known before they run."""

    parameters: tuple[Type, ...] | None = None

    def contains(self, value: object) -> bool:
        """Tell whether a value is such a function."""
        if KINDS[type(value)] != "function":
            return False
        if self.parameters is None or not isinstance(value, Function):
            return True
        if len(value.types) != len(self.parameters):
            return False
        return all(own is None or conforms(given, own) for given, own in zip(self.parameters, value.types, strict=True))


def conforms(special: Type, general: Type) -> bool:
    """Tell whether every value of one type is of another (DMN 1.5 section 10.3.2.9.3)."""
    if type(general) is Type or special == general or isinstance(special, NullType):
        return True
    if isinstance(special, ListType) and isinstance(general, ListType):
        return conforms(special.item, general.item)
    if isinstance(special, RangeType) and isinstance(general, RangeType):
        return conforms(special.end, general.end)
    if isinstance(special, ContextType) and isinstance(general, ContextType):
        entries = special.entries
        return all(key in entries and conforms(entries[key], kind) for key, kind in general.entries.items())
    return isinstance(special, FunctionType) and isinstance(general, FunctionType) and general.parameters is None


ANY = Type()
NAMED: Mapping[str, Type] = {
    "Any": ANY,
    "Null": NullType(),
    **{kind: SimpleType(kind) for kind in SIMPLE},
    "list": ListType(ANY),
    "context": ContextType(),
    "range": RangeType(ANY),
    "function": FunctionType(),
}
"""The types of the standard."""
