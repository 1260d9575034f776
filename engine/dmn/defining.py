"""Make types of item definitions, and find the type that a name means."""

from collections.abc import Iterable

from engine.dmn.expressions import Tests
from engine.dmn.reporting import Report, Spot
from engine.dmn.syntax import ItemDefinition
from engine.dmn.types import ALIASES, Constrained, Reference
from engine.errors import mark
from engine.feel.naming import normalize
from engine.feel.types import ANY, NAMED, ContextType, FunctionType, ListType, Type


class Types:
    """The types of one file, and those of imported ones under their import's name."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._pending: set[str] = set()
        self.known: dict[str, Type] = {}

    def define(self, items: Iterable[ItemDefinition]) -> None:
        """Add item definitions, which may name each other in any order."""
        items = list(items)
        self._pending = {item.name for item in items}
        for item in items:
            self.known[item.name] = self._make(item)
        self._pending = set()

    def adopt(self, prefix: str, other: "Types") -> None:
        """Add the types of an imported file."""
        self.known.update({f"{prefix}.{name}" if prefix else name: found for name, found in other.known.items()})

    def find(self, name: str | None, spot: Spot) -> Type:
        """Give the type of that name; one that nobody knows is reported and takes any value."""
        if not name:
            return ANY
        found = self.known_as(name)
        if found is not None:
            return found
        self._report.error(
            "unknown_type",
            mark("“{name}”（编号 {id}，第 {line} 行）的类型 {type} 没有定义。请改用已有的类型，或先定义它。"),
            spot,
            type=name,
        )
        return ANY

    def known_as(self, name: str | None) -> Type | None:
        """Give the type of that name, None for one that nobody knows."""
        plain = normalize(name or "")
        for candidate in (plain, plain.rpartition(":")[2]):
            if candidate in self._pending:
                return Reference(self.known, candidate)
            found = self.known.get(candidate) or NAMED.get(ALIASES.get(candidate, candidate))
            if found is not None:
                return found
        return None

    def _make(self, item: ItemDefinition) -> Type:
        spot = Spot(id=item.id, name=item.name, line=item.line)
        if item.parameters is not None:
            found: Type = FunctionType(tuple(self.find(name, spot) for name in item.parameters))
        elif item.components:
            found = ContextType({component.name: self._make(component) for component in item.components})
        else:
            found = self.find(item.type_ref, spot)
        found = self._constrained(found, item.allowed, spot)
        if item.is_collection:
            found = ListType(found)
        return self._constrained(found, item.constraint, spot)

    def _constrained(self, base: Type, text: str | None, spot: Spot) -> Type:
        if text is None:
            return base
        tests = Tests(text, (), self.known)
        if tests.error is not None:
            self._report.error(
                "expression_malformed",
                mark("类型“{name}”（第 {line} 行）允许的值写错了：{detail}"),
                spot,
                detail=tests.error,
            )
        return Constrained(base, tests)
