"""Read what stands between operators: literals, names, lists, contexts, intervals, calls, paths, filters."""

import decimal
from collections.abc import Callable
from typing import ClassVar

from engine.feel import messages, numbers
from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import unescape
from engine.feel.messages import Text
from engine.feel.naming import RESERVED
from engine.feel.reader import Reader, sign
from engine.feel.state import Place
from engine.feel.syntax import (
    AtLiteral,
    Call,
    ContextLiteral,
    Filter,
    Interval,
    ListLiteral,
    Literal,
    Name,
    Node,
    Path,
    Test,
)

OPERAND = Text("一个值、名称或“(”", 'a value, a name or "("')
RANGE_NUMBER = Text("绝对值小于 1E+6145 的数", "a number below 1E+6145")
CLOSERS = {"]": True, ")": False, "[": False}
TESTS = frozenset({"<", "<=", ">", ">=", "=", "!="})
CONSTANTS = {"true": True, "false": False, "null": None}


class OperandReader(Reader):
    """Reads operands; ``expression`` is given by the class that reads operators."""

    expression: Callable[[int], Node]
    form: Callable[[], Node]
    forms: frozenset[str]
    ADDITIVE: int

    def primary(self) -> Node:
        """Read one operand without what follows it."""
        token = self.token
        reader = self._by_kind.get(token.kind) or self._by_sign.get(token.text)
        if reader is None:
            self.fail(OPERAND)
        return reader(self)

    def number(self) -> Node:
        """Read a number."""
        where, text = self.place, self.take().text
        try:
            return Literal(numbers.from_text(text), place=where)
        except decimal.DecimalException as error:
            raise FeelSyntaxError(
                messages.BAD_NUMBER, line=where[0], column=where[1], expected=RANGE_NUMBER, found=text[:40]
            ) from error

    def string(self) -> Node:
        """Read a string."""
        where = self.place
        return Literal(unescape(self.take().text[1:-1]), place=where)

    def word(self) -> Node:
        """Read a name, a constant, or a form such as ``if``."""
        where, text = self.place, self.text
        if self.known.match(self.source, self.tokens, self.index) is None:
            if text in self.forms and (text != "function" or self.peek().text == "("):
                return self.form()
            if text in CONSTANTS:
                self.take()
                return Literal(CONSTANTS[text], place=where)
            if text in RESERVED:
                self.fail(OPERAND)
        return Name(self.name(), place=where)

    def at_literal(self) -> Node:
        """Read ``@"..."``."""
        where = self.place
        self.expect("@")
        if self.token.kind != "string":
            self.fail(Text("引号中的日期、时间或时长", "a date, time or duration in quotation marks"))
        return AtLiteral(unescape(self.take().text[1:-1]), place=where)

    def bracket(self) -> Node:
        """Read a list or an interval that begins with ``[``."""
        where = self.place
        self.expect("[")
        if self.accept("]"):
            return ListLiteral((), place=where)
        first = self.expression(0)
        if self.accept(".."):
            return self.interval(first, where, start_included=True)
        items = [first]
        while self.accept(","):
            items.append(self.expression(0))
        self.expect("]")
        return ListLiteral(tuple(items), place=where)

    def reversed_bracket(self) -> Node:
        """Read an interval that begins with ``]``."""
        where = self.place
        self.expect("]")
        first = self.expression(self.ADDITIVE)
        self.expect("..")
        return self.interval(first, where, start_included=False)

    def interval(self, start: Node, where: Place, *, start_included: bool) -> Node:
        """Read the end of an interval after its two dots."""
        end = self.expression(self.ADDITIVE)
        if self.text not in CLOSERS:
            self.fail(Text("“]”或“)”", '"]" or ")"'))
        return Interval(start, end, start_included, CLOSERS[self.take().text], place=where)

    def parenthesis(self) -> Node:
        """Read ``(x)``, ``(a..b)`` or a test as a value such as ``(>= 10)``."""
        where = self.place
        self.expect("(")
        inner = self.test()
        if self.accept(".."):
            return self.interval(inner, where, start_included=False)
        self.expect(")")
        return inner

    def test(self) -> Node:
        """Read a comparison with the value under test, or an expression."""
        where = self.place
        if self.text in TESTS:
            operator = self.take().text
            return Test(operator, self.expression(self.ADDITIVE), place=where)
        return self.expression(0)

    def context(self) -> Node:
        """Read a context; its keys are known to the entries after them."""
        where, known = self.place, self.known
        self.expect("{")
        entries: list[tuple[str, Node]] = []
        while not self.accept("}"):
            key = self.key()
            self.expect(":")
            self.known = self.known.plus([key])
            entries.append((key, self.expression(0)))
            if not self.accept(",") and self.text != "}":
                self.fail(Text("“,”或“}”", '"," or "}"'))
        self.known = known
        return ContextLiteral(tuple(entries), place=where)

    def key(self) -> str:
        """Read the key of a context entry, a name or a string."""
        if self.token.kind == "string":
            return unescape(self.take().text[1:-1])
        return self.declared(":")

    def postfix(self, value: Node) -> Node:
        """Read the paths, filters and calls after an operand."""
        depth = self.depth
        known = self.known
        if isinstance(value, ContextLiteral):
            self.known = known.plus(key for key, _ in value.entries)
        while True:
            where = self.place
            if self.accept("."):
                value = Path(value, self.name(), place=where)
            elif self.text == "[" and self.at_operand(1):
                self.take()
                value = Filter(value, self.expression(0), place=where)
                self.expect("]")
            elif self.text == "(":
                value = self.call(value)
            else:
                break
            self.deepen()
        self.depth, self.known = depth, known
        return value

    def call(self, function: Node) -> Node:
        """Read the arguments of a call, all by position or all by name."""
        where = function.place
        self.expect("(")
        names, arguments = [], []
        while not self.accept(")"):
            if self.at_parameter():
                names.append(self.declared(":"))
                self.expect(":")
            arguments.append(self.expression(0))
            if not self.accept(",") and self.text != ")":
                self.fail(Text("“,”或“)”", '"," or ")"'))
        if names and len(names) != len(arguments):
            self.fail(sign(":"))
        return Call(function, tuple(arguments), tuple(names), place=where)

    def at_parameter(self) -> bool:
        """Tell whether the name of a parameter comes next."""
        ahead = 0
        while self.peek(ahead).kind in {"name", "number", "quoted"} or self.peek(ahead).text in {
            "-",
            "+",
            "*",
            "/",
            ".",
        }:
            ahead += 1
        return ahead > 0 and self.peek(ahead).text == ":"

    _by_kind: ClassVar[dict[str, Callable[["OperandReader"], Node]]] = {
        "number": number,
        "string": string,
        "name": word,
        "quoted": word,
    }
    _by_sign: ClassVar[dict[str, Callable[["OperandReader"], Node]]] = {
        "@": at_literal,
        "[": bracket,
        "]": reversed_bracket,
        "(": parenthesis,
        "{": context,
    }
