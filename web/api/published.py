"""Calls of the published interface that are not supported here are told apart from addresses that never existed."""

import json
import re
from functools import cache
from pathlib import Path
from typing import NoReturn

from flask import request
from werkzeug import exceptions

from web.api.blueprint import blueprint
from web.auth import allow

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"]


@blueprint.route("/", defaults={"path": ""}, methods=_METHODS)
@blueprint.route("/<path:path>", methods=_METHODS)
@allow("anyone", database=False)
@blueprint.doc(hide=True)
def not_supported(path: str) -> NoReturn:
    """Answer every call that no other view of this interface takes."""
    methods = published_methods("/" + path)
    if request.method in methods:
        raise exceptions.NotImplemented
    if methods:
        raise exceptions.MethodNotAllowed(valid_methods=sorted(methods))
    raise exceptions.NotFound


def published_methods(path: str) -> frozenset[str]:
    """Give the methods that the published interface has at a path, in its version 8.10 or before."""
    return frozenset(
        method for pattern, methods in _published() if pattern.fullmatch(path) is not None for method in methods
    )


@cache
def _published() -> list[tuple[re.Pattern[str], list[str]]]:
    table: dict[str, str] = json.loads(Path(__file__).with_name("published.json").read_text(encoding="utf-8"))
    # A star stands for one key or name in the path.
    return [(re.compile(re.escape(path).replace(r"\*", "[^/]+")), methods.split()) for path, methods in table.items()]
