"""What stands in an address reaches the database only if a database can keep it."""

import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import flask

from engine.errors import InvalidError, mark

_LONGEST = 50
"""Characters of a name that are shown to whoever sent it."""


class Request(flask.Request):
    """A request whose query string is always text: old programs send raw bytes, often in GBK."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the base class's own
        super().__init__(*arguments, **options)
        # Encoded as it should have been sent, so that everybody who reads it later can decode it.
        self.query_string = quote(self.query_string, safe=string.printable).encode()


def is_storable(text: str) -> bool:
    """Tell whether a text can be kept: no database takes U+0000, and half a surrogate pair is no character."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def require_storable(request: flask.Request) -> None:
    """Refuse an address with a text that no database takes, in its path or its query. Raises InvalidError."""
    if not all(map(is_storable, _unnamed(request))):
        raise InvalidError(mark("地址里有不能使用的字符（如 U+0000）。请删去它再试。"), where="path")
    for name, text in request.args.items(multi=True):
        if not is_storable(text):
            raise InvalidError(
                mark("地址里的“{name}”有不能使用的字符（如 U+0000）。请删去它再试。"), where=name, name=name[:_LONGEST]
            )


def _unnamed(request: flask.Request) -> Iterator[str]:
    yield request.path
    yield from request.args
