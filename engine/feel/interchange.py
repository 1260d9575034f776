"""FEEL values as JSON and back: how variables are stored and shown to other programs.

JSON has one kind of number and no dates. So a date, time, duration or range becomes its text and comes back
as text (``date(x)`` reads it), as it does in Camunda. Numbers keep their value:

- ``to_json`` gives a tree whose numbers are ``Decimal`` in their one canonical form, for a writer that keeps them;
  ``from_json`` takes any tree back.
- ``dump_json`` gives the text itself, with every number written out in full; ``load_json`` reads it exactly.
"""

import json
from decimal import Decimal

from engine.feel import limits, messages, numbers, temporal_text
from engine.feel.adoption import adopt, adopt_number
from engine.feel.calls import name_of
from engine.feel.errors import FeelError, FeelLimitError
from engine.feel.kinds import KINDS
from engine.feel.state import State
from engine.feel.values import Range
from engine.feel.writing import write

MAX_NODES = 500_000


def to_json(value: object) -> object:
    """Give a tree of dict, list, str, Decimal, bool and None; raise FeelError for a function.

    Python's own values (int, tuple, timedelta, ...) are taken too.
    """
    state = _state()
    return _tree(adopt(value, state), state)


def from_json(tree: object) -> object:
    """Give the FEEL value of a JSON tree: every number becomes a Decimal; a float is taken as it prints."""
    return adopt(tree, _state())


def dump_json(value: object) -> str:
    """Write a value as JSON text with exact numbers; raise FeelError for a function."""
    state = _state()
    return write_json(adopt(value, state), state)


def load_json(text: str | bytes) -> object:
    """Read JSON text, its numbers as they are written; raise FeelError when it is no JSON."""
    return read_json(text, _state())


def write_json(value: object, state: State) -> str:
    """Write a FEEL value within the budget of an evaluation."""
    return _text(_tree(value, state))


def read_json(text: str | bytes, state: State) -> object:
    """Read JSON within the budget of an evaluation."""
    try:
        tree = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise FeelError(messages.BAD_JSON) from error
    return adopt_numbers(tree, state)


def adopt_numbers(tree: object, state: State, depth: int = 0) -> object:
    """Round the numbers of a JSON tree to 34 digits; null stands for one that is out of range."""
    state.spend(1)
    if depth > limits.MAX_DEPTH:
        raise FeelLimitError(messages.TOO_DEEP, limit=limits.MAX_DEPTH)
    if isinstance(tree, list):
        return [adopt_numbers(item, state, depth + 1) for item in tree]
    if isinstance(tree, dict):
        return {key: adopt_numbers(item, state, depth + 1) for key, item in tree.items()}
    return adopt_number(tree) if isinstance(tree, Decimal) else tree


def _state() -> State:
    state = State(None)
    state.steps = MAX_NODES
    return state


def _tree(value: object, state: State, depth: int = 0) -> object:
    state.spend(1)
    if depth > limits.MAX_DEPTH:
        raise FeelLimitError(messages.TOO_DEEP, limit=limits.MAX_DEPTH)
    if isinstance(value, list):
        return [_tree(item, state, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: _tree(item, state, depth + 1) for key, item in value.items()}
    if isinstance(value, Decimal):
        return Decimal(numbers.to_text(value))
    return value if value is None or isinstance(value, bool | str) else _scalar_text(value, state)


def _scalar_text(value: object, state: State) -> str:
    if KINDS[type(value)] == "function":
        raise FeelError(messages.NOT_JSON, type=name_of(value))
    if isinstance(value, Range):
        return write(value, state)
    if KINDS[type(value)] == "date and time":
        return temporal_text.iso_text(value)  # type: ignore[arg-type]  # the kind says so
    return temporal_text.to_text(value) or ""


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
