"""Conversions from one kind of value to another."""

import re
from decimal import Decimal

from engine.feel import interchange, messages, numbers
from engine.feel.errors import FeelError, FeelLimitError
from engine.feel.functions import RejectedError, builtin
from engine.feel.state import State
from engine.feel.writing import write

NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,5})?", re.ASCII)
GROUPING = frozenset({" ", ",", "."})
POINTS = frozenset({",", "."})


@builtin("string", "from: any", summary="转成文字")
def string(state: State, value: object) -> str | None:
    """Write a value as text."""
    return None if value is None else write(value, state)


@builtin(
    "number",
    "from: string, grouping separator?: string|null, decimal separator?: string|null",
    summary="把文字读成数字,可说明千分位符和小数点",
)
def number(state: State, text: str, grouping: str | None = None, point: str | None = None) -> Decimal:
    """Read a number, with the separators that were used."""
    state.spend_text(len(text))
    if grouping == (point or ".") or grouping not in {None, *GROUPING} or point not in {None, *POINTS}:
        raise RejectedError(messages.NO_SEPARATOR)
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(point, ".") if point else plain
    if not NUMBER.fullmatch(plain):
        raise RejectedError(messages.NO_NUMBER)
    return numbers.from_text(plain)


@builtin("number", "from: number")
def number_of(_: State, value: Decimal) -> Decimal:
    """Give a number itself."""
    return value


@builtin("to json", "value: any", summary="写成 JSON 文字", standard=False)
def to_json(state: State, value: object) -> str:
    """Write JSON text."""
    try:
        text = interchange.write_json(value, state)
    except FeelLimitError:
        raise
    except FeelError as error:
        raise RejectedError(messages.NO_JSON) from error
    state.spend_text(len(text))
    return text


@builtin("from json", "value: string", summary="读 JSON 文字", standard=False)
def from_json(state: State, value: str) -> object:
    """Read JSON text."""
    state.spend(len(value) // 10)
    state.spend_text(len(value))
    try:
        return interchange.read_json(value, state)
    except FeelLimitError:
        raise
    except FeelError as error:
        raise RejectedError(messages.NO_JSON) from error
