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


class UnreadableError(ValueError):
    """A value is not what it should be; ``sentence`` says so to whoever sent it."""

    def __init__(self, message: str, **facts: object) -> None:
        self.sentence = InvalidError(message, where=None, **facts)
        super().__init__(str(self.sentence))


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
    except UnreadableError as error:
        reason = error.sentence
        raise InvalidError(mark("请求正文不是可用的 JSON：{reason}"), where="body", reason=reason) from None
    return {} if value is None else value


def read_text(text: str) -> object:
    """Read JSON that somebody typed, all numbers as Decimal. Raises UnreadableError."""
    return exact(_loads(text))


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
    try:
        value: object = json.loads(data, parse_int=_whole, parse_float=Decimal, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        message = mark("从第 {line} 行第 {column} 个字符起读不下去")
        raise UnreadableError(message, line=error.lineno, column=error.colno) from None
    except UnicodeDecodeError:
        raise UnreadableError(mark("正文应为 UTF-8 编码")) from None
    except RecursionError:
        raise _too_deep() from None
    _check(value, 0)
    return value


def _check(value: object, depth: int) -> None:
    """Refuse what would fail later, where nobody could say which input was the cause. Raises UnreadableError."""
    if depth > DEPTH:
        raise _too_deep()
    if isinstance(value, str) and not is_storable(value):
        raise UnreadableError(mark("有不能使用的字符（如 U+0000）"))
    if isinstance(value, Decimal) and abs(value.adjusted()) + len(value.as_tuple().digits) > DIGITS:
        raise _too_long()
    for part in _parts(value):
        _check(part, depth + 1)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict):
        yield from value.keys()
        yield from value.values()


def _refuse(name: str) -> None:
    raise UnreadableError(mark("{name} 不是 JSON 的数"), name=name)


def _whole(digits: str) -> int:
    if len(digits.removeprefix("-")) > DIGITS:
        raise _too_long()
    return int(digits)


def _too_deep() -> UnreadableError:
    return UnreadableError(mark("嵌套超过 {depth} 层"), depth=DEPTH)


def _too_long() -> UnreadableError:
    return UnreadableError(mark("有超过 {digits} 位的数"), digits=DIGITS)
