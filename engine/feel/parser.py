"""Read expressions (DMN 1.5 section 10.3.1.2): operators by rank, and the long forms."""

from collections.abc import Iterable

from engine.feel.messages import Text
from engine.feel.naming import KEYWORD_NAMES, KnownNames
from engine.feel.operands import TESTS, OperandReader
from engine.feel.syntax import (
    Arithmetic,
    Between,
    Comparison,
    Definition,
    For,
    If,
    In,
    InstanceOf,
    Iteration,
    Logic,
    Negation,
    Node,
    Quantified,
    TypeName,
)

OR, AND, COMPARISON, ADDITIVE, MULTIPLICATIVE, POWER, INSTANCE = range(1, 8)
RANKS = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("<", "<=", ">", ">=", "=", "!=", "between", "in"), COMPARISON),
    "+": ADDITIVE,
    "-": ADDITIVE,
    "*": MULTIPLICATIVE,
    "/": MULTIPLICATIVE,
    "**": POWER,
    "instance": INSTANCE,
}
STANDARD_NAMES = KnownNames(KEYWORD_NAMES)
_GENERIC = frozenset({"list", "range", "context", "function"})


class Parser(OperandReader):
    """Reads one source from its beginning."""

    ADDITIVE = ADDITIVE
    forms = frozenset({"if", "for", "some", "every", "function"})

    def expression(self, rank: int) -> Node:
        """Read an expression whose operators have at least this rank."""
        depth = self.depth
        self.deepen()
        left = self.operand()
        while True:
            found = RANKS.get(self.text, 0)
            if found == 0 or found < rank:
                break
            left = self.operation(left, found)
            self.deepen()
        self.depth = depth
        return left

    def operand(self) -> Node:
        """Read an operand with its signs before and its paths, filters and calls after it."""
        where = self.place
        if self.accept("-"):
            depth = self.depth
            self.deepen()
            operand = self.expression(INSTANCE)
            self.depth = depth
            return Negation(operand, place=where)
        return self.postfix(self.primary())

    def operation(self, left: Node, rank: int) -> Node:
        """Read what follows a left side."""
        if rank in {OR, AND}:
            return self.logic(left, rank)
        if rank == COMPARISON:
            return self.comparison(left)
        if rank == INSTANCE:
            where = self.place
            self.take()
            self.expect("of")
            return InstanceOf(left, self.type(), place=where)
        return self.arithmetic(left, rank)

    def logic(self, left: Node, rank: int) -> Node:
        """Read a chain of ``and`` or of ``or``."""
        where, operator = self.place, self.text
        parts = [left]
        while self.accept(operator):
            parts.append(self.expression(rank + 1))
        return Logic(operator, tuple(parts), place=where)

    def arithmetic(self, left: Node, rank: int) -> Node:
        """Read a chain of operators of one rank."""
        where = self.place
        rest = []
        while RANKS.get(self.text) == rank:
            operator = self.take().text
            rest.append((operator, self.expression(rank + 1)))
        return Arithmetic(left, tuple(rest), place=where)

    def comparison(self, left: Node) -> Node:
        """Read a comparison, ``between`` or ``in``."""
        where, operator = self.place, self.take().text
        if operator == "between":
            low = self.expression(ADDITIVE)
            self.expect("and")
            return Between(left, low, self.expression(ADDITIVE), place=where)
        if operator == "in":
            return In(left, self.in_tests(), place=where)
        return Comparison(operator, left, self.expression(ADDITIVE), place=where)

    def in_tests(self) -> tuple[Node, ...]:
        """Read what follows ``in``: one test, or several in parentheses."""
        start = self.index
        if self.accept("("):
            found = [self.test()]
            while self.accept(","):
                found.append(self.test())
            if self.accept(")") and self.text not in {".", "[", "(", "+", "-", "*", "/", "**"}:
                return tuple(found)
            self.index = start
        if self.text in TESTS:
            return (self.test(),)
        return (self.expression(ADDITIVE),)

    def form(self) -> Node:
        """Read ``if``, ``for``, ``some``, ``every`` or ``function``."""
        word = self.text
        if word == "if":
            return self.conditional()
        if word == "function":
            return self.definition()
        return self.loop()

    def conditional(self) -> Node:
        """Read ``if a then b else c``."""
        where = self.place
        self.expect("if")
        condition = self.expression(0)
        self.expect("then")
        yes = self.expression(0)
        self.expect("else")
        return If(condition, yes, self.expression(0), place=where)

    def loop(self) -> Node:
        """Read ``for``, ``some`` or ``every``."""
        where, word, known = self.place, self.take().text, self.known
        iterations = [self.iteration()]
        while self.accept(","):
            iterations.append(self.iteration())
        self.expect("return" if word == "for" else "satisfies")
        body = self.expression(0)
        self.known = known
        if word == "for":
            return For(tuple(iterations), body, place=where)
        return Quantified(word, tuple(iterations), body, place=where)

    def iteration(self) -> Iteration:
        """Read ``name in source`` or ``name in from..to``."""
        where = self.place
        name = self.declared("in")
        self.expect("in")
        source = self.expression(0)
        end = self.expression(0) if self.accept("..") else None
        self.known = self.known.plus([name])
        return Iteration(name, source, end, place=where)

    def definition(self) -> Node:
        """Read ``function(a, b: number) body``."""
        where, known = self.place, self.known
        self.expect("function")
        self.expect("(")
        names: list[str] = []
        types: list[TypeName | None] = []
        while not self.accept(")"):
            names.append(self.declared(",", ")", ":"))
            types.append(self.type() if self.accept(":") else None)
            if not self.accept(",") and self.text != ")":
                self.fail(Text("“,”或“)”", '"," or ")"'))
        external = self.accept("external")
        self.known = known.plus(names)
        body = self.expression(0)
        self.known = known
        return Definition(tuple(names), tuple(types), body, external, place=where)

    def type(self) -> TypeName:
        """Read a type."""
        depth, where = self.depth, self.place
        self.deepen()
        name = self.name()
        while self.accept("."):
            name = f"{name}.{self.name()}"
        parts: list[TypeName] = []
        keys: list[str] = []
        # Only these have types in them (DMN 1.5, grammar rule 54); behind any other type it compares.
        if name in _GENERIC and self.accept("<"):
            while not self.accept(">"):
                if name == "context":
                    keys.append(self.key())
                    self.expect(":")
                parts.append(self.type())
                if not self.accept(",") and self.text != ">":
                    self.fail(Text("“,”或“>”", '"," or ">"'))
        result = None
        if name == "function" and self.accept("->"):
            result = self.type()
        self.depth = depth
        return TypeName(name, tuple(parts), tuple(keys), result, place=where)


def parse(source: str, known: Iterable[str] = ()) -> Node:
    """Read an expression; raise FeelSyntaxError or FeelLimitError. ``known`` names need knowing."""
    parser = Parser(source, STANDARD_NAMES.plus(known))
    found = parser.expression(0)
    parser.finish()
    return found
