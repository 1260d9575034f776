"""FEEL values as JSON and back: how variables are stored and shown to other programs.

JSON has one kind of number and no dates. So a date, time, duration or range becomes its text and comes back
as text (``date(x)`` reads it), as it does in Camunda. Numbers keep their value:

- ``to_json`` gives a tree for any JSON writer: an ``int`` or ``float`` where that has exactly the decimal's
  value (all numbers of up to 15 digits), else the number as text.
- ``dump_json`` gives the text itself, with every number written out in full; ``load_json`` reads it exactly.
"""

import json
from decimal import Decimal
from typing import NoReturn

from engine.feel import limits, messages, numbers, temporal_text
from engine.feel.adoption import adopt
from engine.feel.calls import name_of
from engine.feel.errors import FeelError, FeelLimitError
from engine.feel.kinds import KINDS
from engine.feel.state import State
from engine.feel.values import Range
from engine.feel.writing import write

MAX_SAFE_INTEGER = 2**53 - 1
MAX_NODES = 500_000


def to_json(value: object) -> object:
    """Give a tree of dict, list, str, int, float, bool and None; raise FeelError for a function.

    Python's own values (int, tuple, timedelta, ...) are taken too.
    """
    state = _state()
    return _tree(adopt(value, state), state, exact=False, depth=0)


def from_json(tree: object) -> object:
    """Give the FEEL value of a JSON tree: every number becomes a Decimal; a float is taken as it prints."""
    return adopt(tree, _state())


def dump_json(value: object) -> str:
    """Write a value as JSON text with exact numbers; raise FeelError for a function."""
    state = _state()
    return _text(_tree(adopt(value, state), state, exact=True, depth=0))


def load_json(text: str | bytes) -> object:
    """Read JSON text, its numbers as they are written; raise FeelError when it is no JSON."""
    try:
        tree = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise FeelError(messages.BAD_JSON) from error
    return from_json(tree)


def _state() -> State:
    state = State(_no_clock)
    state.steps = MAX_NODES
    return state


def _no_clock() -> NoReturn:
    raise AssertionError("interchange asks for no time")


def _tree(value: object, state: State, *, exact: bool, depth: int) -> object:
    state.spend(1)
    if depth > limits.MAX_DEPTH:
        raise FeelLimitError(messages.TOO_DEEP, limit=limits.MAX_DEPTH)
    if isinstance(value, list):
        return [_tree(item, state, exact=exact, depth=depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: _tree(item, state, exact=exact, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, Decimal):
        return value if exact else number_tree(value)
    if value is None or isinstance(value, bool | str):
        return value
    return _scalar_text(value, state)


def _scalar_text(value: object, state: State) -> str:
    if KINDS[type(value)] == "function":
        raise FeelError(messages.NOT_JSON, type=name_of(value))
    if isinstance(value, Range):
        return write(value, state)
    if KINDS[type(value)] == "date and time":
        return temporal_text.iso_text(value)  # type: ignore[arg-type]  # the kind says so
    return temporal_text.to_text(value) or ""


def number_tree(number: Decimal) -> int | float | str:
    """Give the JSON number that has exactly this value, else its text."""
    if number == number.to_integral_value() and abs(number) <= MAX_SAFE_INTEGER:
        return int(number)
    text = numbers.to_text(number)
    binary = float(text)
    return binary if Decimal(repr(binary)) == number else text


def _text(tree: object) -> str:
    if isinstance(tree, list):
        return "[" + ",".join(_text(item) for item in tree) + "]"
    if isinstance(tree, dict):
        return "{" + ",".join(f"{_quoted(key)}:{_text(item)}" for key, item in tree.items()) + "}"
    if isinstance(tree, Decimal):
        return numbers.to_text(tree)
    return _quoted(tree)


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
