"""JSON read and written so that nothing is lost and nothing explodes: decimals stay decimal, depth is bounded."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import orjson
from flask import Request, Response
from pydantic import BaseModel
from werkzeug.exceptions import UnsupportedMediaType

from engine.errors import InvalidError, mark
from web.storable import is_storable

DEPTH = 100
"""Objects and lists inside each other."""
DIGITS = 400
"""Digits of a number when it is written out; a short ``1e999999999`` would fill the memory."""


def read_body(request: Request) -> object:
    """Give the JSON a request carries; an empty body and ``null`` are an empty object.

    Integers stay int, all other numbers become Decimal. Raises InvalidError, UnsupportedMediaType.
    """
    data = request.get_data()
    if not data.strip():
        return {}
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        value = _loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidError(mark("请求正文不是可用的 JSON：{reason}"), where="body", reason=str(error)) from None
    return {} if value is None else value


def read_text(text: str) -> object:
    """Read JSON that somebody typed, all numbers as Decimal. Raises ValueError."""
    try:
        return exact(_loads(text))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def exact(value: Any) -> Any:  # noqa: ANN401 - JSON is any value
    """Turn all integers of a value into Decimal, the one kind of number the engine knows."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, list):
        return [exact(item) for item in value]
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    return value


def write_exactly(answer: BaseModel) -> Response:
    """Write an answer whose variables hold Decimals: each becomes a number with all its digits."""
    return Response(orjson.dumps(answer.model_dump(by_alias=True), default=_number), mimetype="application/json")


def _number(value: object) -> orjson.Fragment:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no JSON form")
    # A fragment, because orjson's own numbers are binary floats or 64-bit integers.
    return orjson.Fragment(format(value, "f").encode())


def _loads(data: str | bytes) -> object:
    value: object = json.loads(data, parse_float=Decimal, parse_constant=_refuse)
    _check(value, 0)
    return value


def _check(value: object, depth: int) -> None:
    """Refuse what would fail later, where nobody could say which input was the cause. Raises ValueError."""
    if depth > DEPTH:
        raise ValueError(f"nested deeper than {DEPTH}")
    if isinstance(value, str) and not is_storable(value):
        raise ValueError("text with U+0000 or half a surrogate pair")
    if isinstance(value, Decimal) and abs(value.adjusted()) + len(value.as_tuple().digits) > DIGITS:
        raise ValueError(f"number with more than {DIGITS} digits")
    for part in _parts(value):
        _check(part, depth + 1)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict):
        yield from value.keys()
        yield from value.values()


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
