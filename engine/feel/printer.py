"""Write a syntax tree as text that reads back as the same tree."""

import re
from collections.abc import Callable
from decimal import Decimal

from engine.feel import parser
from engine.feel.lexer import NAME_START
from engine.feel.naming import FORMS, KEYWORD_NAMES, RESERVED
from engine.feel.syntax import (
    Arithmetic,
    AtLiteral,
    Between,
    Call,
    Comparison,
    ContextLiteral,
    Definition,
    Filter,
    For,
    If,
    In,
    InstanceOf,
    Interval,
    Iteration,
    ListLiteral,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    Quantified,
    Test,
    Tests,
    TypeName,
)
from engine.feel.writing import quote

POSTFIX = parser.INSTANCE + 1
NAME = re.compile(rf"[{NAME_START}][{NAME_START}0-9' ]*")
CLOSED, OPEN = ("[", "]"), ("(", ")")


def to_text(node: Node) -> str:
    """Write a tree."""
    return PRINTERS[type(node)](node)


def ranked(node: Node, rank: int) -> str:
    """Write a tree as an operand of an operator of a rank, in parentheses where it needs them."""
    return to_text(node) if rank_of(node) >= rank else f"({to_text(node)})"


def rank_of(node: Node) -> int:
    """Give the rank of the operator at the top of a tree."""
    if isinstance(node, Logic):
        return parser.RANKS[node.operator]
    if isinstance(node, Comparison | Between | In):
        return parser.COMPARISON
    if isinstance(node, Arithmetic):
        return parser.RANKS[node.rest[0][0]]
    if isinstance(node, InstanceOf):
        return parser.INSTANCE
    if isinstance(node, If | For | Quantified | Definition | Negation):
        return 0
    return POSTFIX


def name_text(name: str) -> str:
    """Write a name, in back-quotes where it would not be recognised."""
    words = name.split(" ")
    plain = NAME.fullmatch(name) and not any(word in RESERVED for word in words) and words[0] not in FORMS
    return name if name == "?" or (plain and "" not in words) else f"`{name}`"


def key_text(key: str) -> str:
    """Write the key of a context."""
    return quote(key)


def _literal(node: Literal) -> str:
    value = node.value
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Decimal):
        return format(value, "f") if -50 < value.adjusted() < 50 else str(value)
    return "null" if value is None else str(value).lower()


def _interval(node: Interval) -> str:
    start, end = ranked(node.start, parser.ADDITIVE), ranked(node.end, parser.ADDITIVE)
    return f"{'[' if node.start_included else '('}{start}..{end}{']' if node.end_included else ')'}"


def _test(node: Test) -> str:
    return f"({node.operator} {ranked(node.endpoint, parser.ADDITIVE)})"


def _bare_test(node: Node) -> str:
    return _test(node)[1:-1] if isinstance(node, Test) else to_text(node)


def _arithmetic(node: Arithmetic) -> str:
    rank = rank_of(node)
    rest = "".join(f" {operator} {ranked(operand, rank + 1)}" for operator, operand in node.rest)
    return ranked(node.first, rank + 1) + rest


def _logic(node: Logic) -> str:
    rank = rank_of(node)
    return f" {node.operator} ".join(ranked(part, rank + 1) for part in node.parts)


def _comparison(node: Comparison) -> str:
    return f"{ranked(node.left, parser.ADDITIVE)} {node.operator} {ranked(node.right, parser.ADDITIVE)}"


def _between(node: Between) -> str:
    value, low, high = (ranked(part, parser.ADDITIVE) for part in (node.value, node.low, node.high))
    return f"{value} between {low} and {high}"


def _in(node: In) -> str:
    return f"{ranked(node.value, parser.ADDITIVE)} in ({', '.join(map(_bare_test, node.tests))})"


def _iterations(iterations: tuple[Iteration, ...]) -> str:
    return ", ".join(
        f"{name_text(part.name)} in {_source(part.source)}" + (f"..{_source(part.end)}" if part.end else "")
        for part in iterations
    )


def _source(node: Node) -> str:
    return ranked(node, parser.ADDITIVE)


def _for(node: For) -> str:
    return f"for {_iterations(node.iterations)} return {to_text(node.body)}"


def _quantified(node: Quantified) -> str:
    return f"{node.quantifier} {_iterations(node.iterations)} satisfies {to_text(node.condition)}"


def _definition(node: Definition) -> str:
    parameters = (
        name_text(name) + (f": {_type(type_)}" if type_ else "")
        for name, type_ in zip(node.parameters, node.types, strict=True)
    )
    return f"function({', '.join(parameters)}){' external' if node.external else ''} {to_text(node.body)}"


def _type(node: TypeName) -> str:
    parts = [_type(part) for part in node.parts]
    if node.keys:
        parts = [f"{key_text(key)}: {part}" for key, part in zip(node.keys, parts, strict=True)]
    arguments = f"<{', '.join(parts)}>" if parts or node.result else ""
    return node.name + arguments + (f" -> {_type(node.result)}" if node.result else "")


def _call(node: Call) -> str:
    arguments = [to_text(argument) for argument in node.arguments]
    if node.names:
        arguments = [f"{name_text(name)}: {text}" for name, text in zip(node.names, arguments, strict=True)]
    return f"{ranked(node.function, POSTFIX)}({', '.join(arguments)})"


def _tests(node: Tests) -> str:
    if not node.tests:
        return "-"
    text = ", ".join(map(_bare_test, node.tests))
    return f"not({text})" if node.negated else text


PRINTERS: dict[type[Node], Callable[..., str]] = {
    Literal: _literal,
    AtLiteral: lambda node: f"@{quote(node.text)}",
    Name: lambda node: node.name if node.name in KEYWORD_NAMES else name_text(node.name),
    ListLiteral: lambda node: f"[{', '.join(map(to_text, node.items))}]",
    ContextLiteral: lambda node: "{" + ", ".join(f"{key_text(k)}: {to_text(v)}" for k, v in node.entries) + "}",
    Interval: _interval,
    Test: _test,
    Negation: lambda node: f"-{ranked(node.operand, parser.INSTANCE)}",
    Arithmetic: _arithmetic,
    Logic: _logic,
    Comparison: _comparison,
    Between: _between,
    In: _in,
    InstanceOf: lambda node: f"{ranked(node.value, POSTFIX)} instance of {_type(node.type)}",
    If: lambda node: f"if {to_text(node.condition)} then {to_text(node.yes)} else {to_text(node.no)}",
    For: _for,
    Quantified: _quantified,
    Definition: _definition,
    Call: _call,
    Path: lambda node: f"{ranked(node.value, POSTFIX)}.{name_text(node.name)}",
    Filter: lambda node: f"{ranked(node.value, POSTFIX)}[{to_text(node.condition)}]",
    Tests: _tests,
}
