"""The kinds that parts of an expression must have, as far as its text and the declared types say."""

from collections.abc import Iterator, Mapping

from engine.dmn.constants import UNKNOWN, constant
from engine.dmn.types import kind_of, resolved
from engine.feel.kinds import NAMES, kind
from engine.feel.syntax import (
    Arithmetic,
    AtLiteral,
    Between,
    Comparison,
    If,
    In,
    InstanceOf,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    Quantified,
    walk,
)
from engine.feel.types import ContextType, Type

TRUTHS = (Comparison, Logic, Between, In, Quantified, InstanceOf)
COUNTED = frozenset({"number", "string", "boolean"})
"""Kinds whose arithmetic needs both sides to be of one kind."""


class Kinds:
    """Finds kinds where the variables in scope have these types."""

    def __init__(self, variables: Mapping[str, Type]) -> None:
        self._variables = variables

    def of(self, node: Node) -> str | None:
        """Give the kind an expression has unless it is null; None where that isn't known."""
        if isinstance(node, Literal | AtLiteral | Negation):
            return self._constant(node)
        if isinstance(node, TRUTHS):
            return "boolean"
        if isinstance(node, Name | Path):
            found = self._type(node)
            return None if found is None else kind_of(found)
        if isinstance(node, If):
            kinds = {self.of(node.yes), self.of(node.no)}
            return kinds.pop() if len(kinds) == 1 else None
        return self._arithmetic(node) if isinstance(node, Arithmetic) else None

    def clashes(self, tree: Node) -> Iterator[tuple[str, str, str]]:
        """Give the operators of a tree that get values they can't use, with the kinds of both sides."""
        for node in walk(tree):
            if isinstance(node, Arithmetic):
                yield from self._arithmetic_clashes(node)
            elif isinstance(node, Comparison):
                left, right = self.of(node.left), self.of(node.right)
                if left and right and left != right:
                    yield node.operator, left, right

    def _constant(self, node: Node) -> str | None:
        value = constant(node)
        if value is not UNKNOWN:
            return None if value is None else kind(value)
        return self.of(node.operand) if isinstance(node, Negation) else None

    def _type(self, node: Node) -> Type | None:
        if isinstance(node, Name):
            return self._variables.get(node.name)
        inner = self._type(node.value) if isinstance(node, Path) else None
        plain = None if inner is None else resolved(inner)
        return plain.entries.get(node.name) if isinstance(plain, ContextType) and isinstance(node, Path) else None

    def _arithmetic(self, node: Arithmetic) -> str | None:
        kinds = {self.of(part) for part in (node.first, *(part for _, part in node.rest))}
        return kinds.pop() if len(kinds) == 1 and kinds <= {"number", "string"} else None

    def _arithmetic_clashes(self, node: Arithmetic) -> Iterator[tuple[str, str, str]]:
        left = self.of(node.first)
        for operator, part in node.rest:
            right = self.of(part)
            if left in COUNTED and right in COUNTED and not _fits(operator, left, right):
                yield operator, left, right
            left = left if left == right else None


def _fits(operator: str, left: str, right: str) -> bool:
    return left == right and (left == "number" or (left == "string" and operator == "+"))


def chinese(kind_name: str) -> str:
    """Give the name of a kind for people."""
    return NAMES.get(kind_name, kind_name)
