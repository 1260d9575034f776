"""JSON in which numbers stay decimal: what variables, drafts and history are stored as."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import orjson

_DECODER = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal)
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def dumps(value: object) -> bytes:
    """Write a value as JSON with sorted keys; a Decimal becomes a number with all its digits.

    Temporal values become ISO 8601 text. Raises TypeError for anything JSON has no form for.
    """
    return orjson.dumps(value, default=_default, option=_OPTIONS)


def dump_text(value: object) -> str:
    """Write a value as JSON text, see ``dumps``."""
    return dumps(value).decode()


def as_it_is(text: bytes) -> object:
    """Give a text that is JSON already a place in a value to be written."""
    return orjson.Fragment(text)


def loads(text: bytes | str) -> Any:  # noqa: ANN401 - JSON is any value
    """Read JSON; every number becomes a Decimal, so that money never passes through a binary float."""
    return _DECODER.decode(text if isinstance(text, str) else text.decode())


def _default(value: object) -> object:
    if isinstance(value, Decimal):
        # A fragment, because orjson's own numbers are binary floats or 64-bit integers.
        return orjson.Fragment(format(value, "f").encode())
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
