"""The models of Camunda's public Python client, held against every answer that these tests get."""

import re
from functools import cache
from importlib import import_module
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import camunda_orchestration_sdk
import httpx
from camunda_orchestration_sdk.errors import UnexpectedStatus

_CALL = re.compile(r'"method": "(\w+)",\s*"url": "([^"]+)"')
_STRICT = SimpleNamespace(raise_on_unexpected_status=True)
"""What the client's functions ask of a client when they read an answer."""


def read_by_the_sdk(method: str, path: str, status: int, content: bytes) -> object:
    """Read an answer as the client would, and give its model; None where the client has no such call.

    Raises what the client raises: KeyError for a field that is missing, ValueError for a word that is not known,
    UnexpectedStatus for a success it does not expect. A problem it does not expect is read by its status alone.
    """
    module = _module(method.lower(), path.partition("?")[0])
    if module is None:
        return None
    response = httpx.Response(status, content=content)
    try:
        return import_module(module)._parse_response(client=_STRICT, response=response)
    except UnexpectedStatus:
        if status < 400:
            raise
        return None


def _module(method: str, path: str) -> str | None:
    return next((name for verb, pattern, name in _calls() if verb == method and pattern.fullmatch(path)), None)


@cache
def _calls() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Give each call of the client: its method, the pattern of its path, the module that makes it."""
    found: list[tuple[str, str, str]] = []
    for folder in (files(camunda_orchestration_sdk) / "api").iterdir():
        for file in folder.iterdir() if folder.is_dir() else ():
            said: Any = _CALL.search(file.read_text(encoding="utf-8")) if file.name.endswith(".py") else None
            if said is not None:
                name = f"camunda_orchestration_sdk.api.{folder.name}.{file.name.removesuffix('.py')}"
                found.append((said[1], said[2], name))
    # A path with a word where another has a key comes first: /user-tasks/search before /user-tasks/{key}.
    found.sort(key=lambda call: call[1].count("{"))
    return tuple((verb, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), name) for verb, path, name in found)
