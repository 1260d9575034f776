"""Turn a syntax tree into closures: resolve every name once, so that running it costs little.

Each frame at run time belongs to one scope here, so a name becomes "so many frames up". Only a filter's
scope is open: what its item holds is known no sooner than then.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from engine.feel import messages
from engine.feel.adoption import adopt
from engine.feel.functions import BUILTINS
from engine.feel.kinds import SCALARS
from engine.feel.state import Evaluator, Frame, Place
from engine.feel.syntax import Node
from engine.feel.types import Type

ABSENT = object()
ITEM = "item"
DIRECT = SCALARS - {Decimal}
"""Kinds that need no look when they come in; a decimal from outside may be infinite."""
NodeCompiler = Callable[[object, "Compiler"], Evaluator]
COMPILERS: dict[type[Node], Callable[..., Evaluator]] = {}


def compiles(kind: type[Node]) -> Callable[[Callable[..., Evaluator]], Callable[..., Evaluator]]:
    """Register the compiler of one kind of node."""

    def register(function: Callable[..., Evaluator]) -> Callable[..., Evaluator]:
        COMPILERS[kind] = function
        return function

    return register


@dataclass
class Scope:
    """The names of one frame; an open scope also has whatever its item holds."""

    names: set[str]
    parent: "Scope | None" = None
    is_open: bool = False


@dataclass(frozen=True)
class Found:
    """Where a name is."""

    where: Literal["root", "bound", "item"]
    """In the context given, bound by FEEL itself, or the item that a filter looks at."""
    hops: int
    """How many frames up."""
    opened: list[int]
    """And how many frames up the open scopes on the way are, which may have the name too."""


@dataclass
class Compiler:
    """The scopes around the node being compiled, and what was found out on the way."""

    types: Mapping[str, Type] = field(default_factory=dict)
    scope: Scope = field(default_factory=lambda: Scope(set()))
    names: set[str] = field(default_factory=set)
    """Variables read from the context given."""
    item_names: set[str] = field(default_factory=set)
    """Those of them that may be entries of a filtered item instead."""
    sizes: int = 0
    """Nodes compiled so far: what one pass through them costs."""

    depth: int = 0
    deepest: int = 0
    """The deepest nesting since it was last set back."""

    def compile(self, node: Node) -> Evaluator:
        """Compile one node in the present scope."""
        self.sizes += 1
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        compiled = COMPILERS[type(node)](node, self)
        self.depth -= 1
        return compiled

    def compile_all(self, nodes: Iterable[Node]) -> list[Evaluator]:
        """Compile several nodes in the present scope."""
        return [self.compile(node) for node in nodes]

    def inside(self, names: Iterable[str], *, is_open: bool = False) -> "Inside":
        """Open a scope around what is compiled in the ``with`` block."""
        return Inside(self, Scope(set(names), self.scope, is_open))

    def measured(self, node: Node) -> tuple[Evaluator, int]:
        """Compile a node and count its parts."""
        before = self.sizes
        return self.compile(node), self.sizes - before

    def measured_with_depth(self, node: Node) -> tuple[Evaluator, int, int]:
        """Compile a node, count its parts and its levels."""
        outside, self.deepest = self.deepest, self.depth
        compiled, cost = self.measured(node)
        depth = self.deepest - self.depth
        self.deepest = max(outside, self.deepest)
        return compiled, cost, depth

    def find(self, name: str) -> Found:
        """Find the scope that a name belongs to, seen from the present one."""
        scope, hops = self.scope, 0
        opened: list[int] = []
        while scope.parent is not None:
            if scope.is_open:
                opened.append(hops)
            if name == ITEM and scope.is_open:
                return Found("item", hops, opened)
            if name in scope.names:
                return Found("bound", hops, opened)
            scope, hops = scope.parent, hops + 1
        return Found("root", hops, opened)


@dataclass
class Inside:
    """A scope while it is being compiled."""

    compiler: Compiler
    scope: Scope

    def __enter__(self) -> Scope:
        self.compiler.scope = self.scope
        return self.scope

    def __exit__(self, *_: object) -> None:
        self.compiler.scope = self.scope.parent or Scope(set())


def up(hops: int) -> Callable[[Frame], Frame]:
    """Give the function that goes so many frames up."""

    def climb(frame: Frame) -> Frame:
        for _ in range(hops):
            frame = frame.parent  # type: ignore[assignment]  # scopes and frames correspond
        return frame

    return climb


def read_local(name: str, hops: int) -> Evaluator:
    """Read a variable that FEEL itself has bound."""
    if hops == 0:
        return lambda frame: frame.values[name]
    if hops == 1:
        return lambda frame: frame.parent.values[name]  # type: ignore[union-attr]  # as in ``up``
    climb = up(hops)
    return lambda frame: climb(frame).values[name]


def read_item(hops: int) -> Evaluator:
    """Read the item that a filter looks at."""
    climb = up(hops)
    return lambda frame: climb(frame).item


def read_root(name: str, hops: int, place: Place) -> Evaluator:
    """Read a variable of the context given, else a built-in function of that name."""
    climb = up(hops)
    function = BUILTINS.get(name)

    def read(frame: Frame) -> object:
        value = (climb(frame) if hops else frame).values.get(name, ABSENT)
        if type(value) in DIRECT:
            return value
        if type(value) is Decimal and value.is_finite():
            return value
        if value is not ABSENT:
            return adopt(value, frame.state)
        if function is None:
            frame.state.warn(messages.UNKNOWN_NAME, place, name=name)
        return function

    return read


def read_open(name: str, hops: int, otherwise: Evaluator) -> Evaluator:
    """Read an entry of the item a filter looks at, else what the name means outside."""
    climb = up(hops)

    def read(frame: Frame) -> object:
        values = climb(frame).values
        return values[name] if name in values else otherwise(frame)

    return read
