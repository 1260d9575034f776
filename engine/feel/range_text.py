"""Read a range from text: its ends are literals, nothing is computed (DMN 1.5 section 10.3.4.1)."""

from decimal import Decimal

from engine.feel import temporal_text
from engine.feel.errors import FeelError
from engine.feel.numbers import CONTEXT
from engine.feel.parser import parse
from engine.feel.ranging import make_range
from engine.feel.syntax import AtLiteral, Call, Interval, Literal, Name, Negation, Node
from engine.feel.values import Range

READERS = {
    "date": temporal_text.parse_date,
    "time": temporal_text.parse_time,
    "date and time": temporal_text.parse_date_time,
    "duration": temporal_text.parse_duration,
}


def parse_range(text: str) -> Range | None:
    """Give the range that a text writes out, or None."""
    try:
        node = parse(text)
    except FeelError:
        return None
    if not isinstance(node, Interval):
        return None
    start, end = endpoint(node.start), endpoint(node.end)
    if start is None or end is None:
        return None
    return make_range(start, end, start_included=node.start_included, end_included=node.end_included)


def endpoint(node: Node) -> object:
    """Give the value of a literal, or None for anything else."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, AtLiteral):
        return temporal_text.parse_any(node.text)
    if isinstance(node, Negation) and isinstance(node.operand, Literal) and isinstance(node.operand.value, Decimal):
        return CONTEXT.minus(node.operand.value)
    if isinstance(node, Call) and isinstance(node.function, Name) and len(node.arguments) == 1:
        argument = node.arguments[0]
        reader = READERS.get(node.function.name)
        if reader and isinstance(argument, Literal) and isinstance(argument.value, str):
            return reader(argument.value)
    return None
