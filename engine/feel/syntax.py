"""The syntax tree. Two trees are equal when they mean the same text; places are left out of that."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.feel.state import Place


@dataclass(frozen=True, kw_only=True)
class Node:
    """One part of an expression; ``place`` is where it begins."""

    place: Place = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Literal(Node):
    """A number, string, boolean or null."""

    value: object


@dataclass(frozen=True)
class AtLiteral(Node):
    """``@"2026-11-24"``: a date, time or duration."""

    text: str


@dataclass(frozen=True)
class Name(Node):
    """A variable; ``?`` is the value under test."""

    name: str


@dataclass(frozen=True)
class ListLiteral(Node):
    """``[1, 2]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class ContextLiteral(Node):
    """``{a: 1}``."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Interval(Node):
    """``[a..b]``, with either end open or closed."""

    start: Node
    end: Node
    start_included: bool
    end_included: bool


@dataclass(frozen=True)
class Test(Node):
    """``>= 10``: a comparison with the value under test, or as a value ``(>= 10)``."""

    operator: str
    endpoint: Node


@dataclass(frozen=True)
class Negation(Node):
    """``-x``."""

    operand: Node


@dataclass(frozen=True)
class Arithmetic(Node):
    """A chain of operators of one rank, from left to right: flat, so that long sums don't nest."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Logic(Node):
    """``and`` or ``or`` over two or more parts."""

    operator: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Comparison(Node):
    """``a < b``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Between(Node):
    """``x between a and b``."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True)
class In(Node):
    """``x in (tests)``."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True)
class InstanceOf(Node):
    """``x instance of type``."""

    value: Node
    type: "TypeName"


@dataclass(frozen=True)
class TypeName(Node):
    """A type by name, with its parts where it has some: ``list<number>``, ``context<a: string>``."""

    name: str
    parts: tuple["TypeName", ...] = ()
    keys: tuple[str, ...] = ()
    result: "TypeName | None" = None


@dataclass(frozen=True)
class If(Node):
    """``if a then b else c``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True)
class Iteration(Node):
    """``name in source``; with ``end`` it is ``name in source..end``."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True)
class For(Node):
    """``for x in xs return body``."""

    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True)
class Quantified(Node):
    """``some`` or ``every`` ``x in xs satisfies condition``."""

    quantifier: str
    iterations: tuple[Iteration, ...]
    condition: Node


@dataclass(frozen=True)
class Definition(Node):
    """``function(a, b: number) body``."""

    parameters: tuple[str, ...]
    types: tuple[TypeName | None, ...]
    body: Node
    external: bool = False


@dataclass(frozen=True)
class Call(Node):
    """``f(a, b)``; ``names`` has the parameter names when it is ``f(x: a, y: b)``."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Path(Node):
    """``x.name``."""

    value: Node
    name: str


@dataclass(frozen=True)
class Filter(Node):
    """``x[condition]``."""

    value: Node
    condition: Node


@dataclass(frozen=True)
class Tests(Node):
    """Unary tests as a decision table's cell has them; ``not(...)`` negates them."""

    tests: tuple[Node, ...]
    negated: bool = False


def walk(node: Node) -> Iterator[Node]:
    """Give a node and all nodes in it."""
    pending: list[object] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, Node):
            yield part
            pending.extend(vars(part).values())
        elif isinstance(part, tuple):
            pending.extend(part)
