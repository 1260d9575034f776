"""Take in values from outside: what Python and JSON have becomes what FEEL computes with."""

import datetime as dt
import decimal
import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal

from engine.feel import limits, messages
from engine.feel.errors import FeelLimitError
from engine.feel.kinds import CONTAINERS, SCALARS
from engine.feel.numbers import CONTEXT
from engine.feel.state import State
from engine.feel.values import DaysTime

TEXT_KEYS = frozenset({str})


def adopt(value: object, state: State, depth: int = 0) -> object:
    """Give the FEEL value of a Python one; what has none becomes null and a warning.

    Lists and contexts that need no change are not copied: FEEL never changes a value.
    """
    kind = type(value)
    if isinstance(value, Decimal) and not value.is_finite():
        state.warn(messages.NOT_FINITE, (0, 0))
        return None
    if kind in SCALARS:
        return value
    if kind in CONTAINERS and is_native(value, state, depth):
        return value
    if depth > limits.MAX_DEPTH:
        raise FeelLimitError(messages.TOO_DEEP, limit=limits.MAX_DEPTH)
    if isinstance(value, Mapping):
        state.spend(len(value) + 1)
        return {str(key): adopt(item, state, depth + 1) for key, item in value.items()}
    if kind is list:
        return adopt_items(value, state, depth)  # type: ignore[arg-type]  # it is a list
    return adopt_other(value, state, depth)


def is_native(value: object, state: State, depth: int) -> bool:
    """Tell whether a list or dict holds nothing but FEEL values."""
    if depth > limits.MAX_DEPTH:
        raise FeelLimitError(messages.TOO_DEEP, limit=limits.MAX_DEPTH)
    items = value.values() if isinstance(value, dict) else value
    state.spend(len(items) // 8 + 1)  # type: ignore[arg-type]  # a list or dict has a length
    if isinstance(value, dict) and not set(map(type, value)) <= TEXT_KEYS:
        return False
    for item in items:  # type: ignore[attr-defined]  # and items
        kind = type(item)
        if kind is Decimal:
            if not item.is_finite():
                return False
        elif kind not in SCALARS and not (kind in CONTAINERS and is_native(item, state, depth + 1)):
            return False
    return True


def adopt_items(value: Iterable[object], state: State, depth: int) -> list[object]:
    """Give the list of the FEEL values of items."""
    items = list(value)
    state.spend(len(items) + 1)
    return [adopt(item, state, depth + 1) for item in items]


def adopt_other(value: object, state: State, depth: int) -> object:
    """Give the value of a number, of a subclass, or of another collection."""
    if isinstance(value, int | float | Decimal):
        number = adopt_number(value)
        if number is None:
            state.warn(messages.NOT_FINITE, (0, 0))
        return number
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dt.timedelta):
        return DaysTime.of(value)
    if isinstance(value, dt.datetime):
        return dt.datetime.combine(value.date(), value.timetz())
    if isinstance(value, Sequence | AbstractSet) and not isinstance(value, bytes | bytearray | memoryview):
        return adopt_items(value, state, depth)
    state.warn(messages.HOST_VALUE, (0, 0), type=type(value).__name__)
    return None


def adopt_number(value: float | Decimal) -> Decimal | None:
    """Give a decimal of at most 34 digits; a binary float is taken as it prints."""
    if isinstance(value, float):
        return adopt_number(Decimal(repr(value))) if math.isfinite(value) else None
    try:
        number = CONTEXT.create_decimal(value)
    except decimal.DecimalException:
        return None
    return number if number.is_finite() else None
