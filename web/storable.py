"""What is sent reaches the engine as text that a database can keep: no U+0000, no half of a surrogate pair."""

import string
from collections.abc import Iterable
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


class UnstorableFormError(InvalidError):
    """A field or file name of a form is nothing that a database can keep."""


def is_storable(text: str) -> bool:
    """Tell whether a text can be kept: no database takes U+0000, and half a surrogate pair is no character."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def require_storable_address(request: flask.Request) -> None:
    """Refuse a path or query with a text that can't be kept. Raises InvalidError."""
    if not all(map(is_storable, (request.path, *request.args))):
        raise InvalidError(mark("地址里有不能使用的字符（如 U+0000）。请删去它再试。"), where="path")
    name = _not_storable(request.args.items(multi=True))
    if name is not None:
        raise InvalidError(
            mark("地址里的“{name}”有不能使用的字符（如 U+0000）。请删去它再试。"), where=name, name=name[:_LONGEST]
        )


def require_storable_form(request: flask.Request) -> None:
    """Refuse a form with a text or the name of a file that can't be kept. Raises UnstorableFormError."""
    sent = [*request.form.items(multi=True), *((name, file.filename or "") for name, file in request.files.items())]
    if not all(is_storable(name) for name, _text in sent) or _not_storable(sent) is not None:
        raise UnstorableFormError(mark("填写的内容或文件名里有不能使用的字符（如 U+0000）。请删去它再提交。"))


def _not_storable(texts: Iterable[tuple[str, str]]) -> str | None:
    return next((name for name, text in texts if not is_storable(text)), None)
