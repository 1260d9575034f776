"""Conversions from one kind of value to another."""

from decimal import Decimal

from engine.feel import numbers
from engine.feel.functions import builtin
from engine.feel.state import State
from engine.feel.writing import write


@builtin("string", "from: any")
def string(state: State, value: object) -> str | None:
    """As text."""
    return None if value is None else write(value, state)


@builtin("number", "from: string", "from: number")
def number(_: State, text: object) -> Decimal | None:
    """Read from text."""
    return numbers.from_text(text) if isinstance(text, str) else text  # type: ignore[return-value]
