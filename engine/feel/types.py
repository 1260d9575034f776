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
    """Functions; ``parameters`` counts theirs where the function is one defined in FEEL."""

    parameters: int | None = None

    def contains(self, value: object) -> bool:
        """Tell whether a value is such a function."""
        if KINDS[type(value)] != "function":
            return False
        return self.parameters is None or not isinstance(value, Function) or len(value.parameters) == self.parameters


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
