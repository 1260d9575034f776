"""Take in values from outside: what Python and JSON have becomes what FEEL computes with."""

import datetime as dt
import decimal
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal

from engine.feel import limits, messages
from engine.feel.errors import FeelLimitError
from engine.feel.kinds import SCALARS
from engine.feel.numbers import CONTEXT
from engine.feel.state import State
from engine.feel.values import DaysTime


def adopt(value: object, state: State, depth: int = 0) -> object:
    """Give the FEEL value of a Python one; what has none becomes null and a warning.

    Lists and contexts that need no change are not copied: FEEL never changes a value.
    """
    kind = type(value)
    if isinstance(value, Decimal) and kind is Decimal:
        return value if value.is_finite() else None
    if kind in SCALARS:
        return value
    if depth > limits.MAX_DEPTH:
        raise FeelLimitError(messages.TOO_DEEP, limit=limits.MAX_DEPTH)
    if kind is list:
        return adopt_list(value, state, depth)  # type: ignore[arg-type]
    if isinstance(value, Mapping):
        return adopt_context(value, state, depth)
    return adopt_other(value, state, depth)


def adopt_list(value: Sequence[object], state: State, depth: int) -> list[object]:
    """Give the list, itself when nothing in it needs a change."""
    state.spend(len(value) // 8 + 1)
    adopted = [adopt(item, state, depth + 1) for item in value]
    same = type(value) is list and all(new is old for new, old in zip(adopted, value, strict=True))
    return value if same else adopted  # type: ignore[return-value]


def adopt_context(value: Mapping[object, object], state: State, depth: int) -> dict[str, object]:
    """Give the context, itself when nothing in it needs a change."""
    state.spend(len(value) // 8 + 1)
    adopted = {str(key): adopt(item, state, depth + 1) for key, item in value.items()}
    same = type(value) is dict and all(adopted.get(key) is item for key, item in value.items())  # type: ignore[call-overload]
    return value if same else adopted  # type: ignore[return-value]


def adopt_other(value: object, state: State, depth: int) -> object:
    """Give the value of a number, of a subclass, or of another collection."""
    if isinstance(value, int | float | Decimal):
        return adopt_number(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dt.timedelta):
        return DaysTime.of(value)
    if isinstance(value, dt.datetime):
        return dt.datetime.combine(value.date(), value.timetz())
    if isinstance(value, Sequence | AbstractSet) and not isinstance(value, bytes | bytearray | memoryview):
        return adopt_list(list(value), state, depth)
    state.warn(messages.HOST_VALUE, (0, 0), type=type(value).__name__)
    return None


def adopt_number(value: float | Decimal) -> Decimal | None:
    """Give a decimal of at most 34 digits; a binary float is taken as it prints."""
    if isinstance(value, float):
        return CONTEXT.create_decimal(repr(value)) if math.isfinite(value) else None
    try:
        number = CONTEXT.create_decimal(value)
    except decimal.DecimalException:
        return None
    return number if number.is_finite() else None
