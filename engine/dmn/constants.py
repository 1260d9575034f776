"""Values that a text gives without any variable: what cells can be compared by before anything runs."""

from engine.feel import FeelError
from engine.feel.compiler import Compiler
from engine.feel.expression import run as guarded
from engine.feel.state import Frame, State
from engine.feel.syntax import (
    Arithmetic,
    AtLiteral,
    Call,
    ListLiteral,
    Literal,
    Name,
    Negation,
    Node,
    walk,
)
from engine.feel.writing import write

UNKNOWN = object()
"""No constant."""
PLAIN = (Literal, AtLiteral, Negation, Arithmetic, ListLiteral)
PURE = frozenset({"date", "time", "date and time", "duration", "years and months duration", "number", "string"})
"""Functions that give the same for the same arguments, as people write them in cells."""


def constant(node: Node) -> object:
    """Give the value of a constant expression, UNKNOWN for any other and for one that fails."""
    if not all(_is_plain(part) for part in walk(node)):
        return UNKNOWN
    state = State(None)
    try:
        value = guarded(Compiler().compile(node), Frame({}, state))
    except FeelError:
        return UNKNOWN
    return UNKNOWN if state.warnings else value


def _is_plain(node: Node) -> bool:
    if isinstance(node, Name):
        return node.name in PURE
    return isinstance(node, PLAIN) or (isinstance(node, Call) and isinstance(node.function, Name))


def literal_text(value: object) -> str:
    """Write a value as a FEEL literal."""
    return write(value, State(None), nested=True)
