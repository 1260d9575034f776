"""Secrets by name: put in at the moment of a call, and taken out again of whatever comes back."""

import base64
import html
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import quote, quote_plus

from engine.connectors.call import RefusedError
from engine.errors import mark

PLACE = re.compile(r"\{\{\s*secrets\.([A-Za-z0-9_]+)\s*\}\}")
"""``{{secrets.NAME}}``, as Camunda writes it."""


class Secrets:
    """The secrets of one call: puts values in, remembers them, and puts the names back into replies and texts."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self._used: dict[str, str] = {}
        """Value as it may stand somewhere → what is shown in its place."""

    def put_in(self, value: object, written: str) -> object:
        """Replace ``{{secrets.NAME}}`` in all texts of a value. Raises RefusedError for a name nobody has set.

        Only names that ``written``, the diagram's own text, holds: what people type into a form names none.
        """
        allowed = set(PLACE.findall(written))
        return self._put(value, allowed) if allowed else value

    def hide(self, value: object) -> object:
        """Put the names back wherever a value that was used stands: in texts, keys and numbers."""
        if isinstance(value, dict):
            return {self.hide_text(str(key)): self.hide(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.hide(item) for item in value]
        if isinstance(value, str):
            return self.hide_text(value)
        if isinstance(value, Decimal):
            text = format(value, "f")
            hidden = self.hide_text(text)
            return value if hidden == text else hidden
        return value

    def hide_text(self, text: str) -> str:
        """Put the names back into a text, and leave out of it what no database takes."""
        text = text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
        for value, shown in sorted(self._used.items(), key=lambda pair: -len(pair[0])):
            text = text.replace(value, shown)
        return text

    def use(self, value: str, shown: str) -> str:
        """Remember a value that must not be seen, in the ways it may be written, and give it."""
        for way in _ways_to_write(value):
            self._used[way] = shown
        return value

    def basic(self, username: str, password: str) -> str:
        """Give the two as HTTP's basic authentication writes them; a server that echoes it tells nothing."""
        encoded = base64.b64encode(f"{username}:{password}".encode()).decode()
        return "Basic " + self.use(encoded, "{{secrets}}")

    def _put(self, value: object, allowed: set[str]) -> object:
        if isinstance(value, str):
            return PLACE.sub(lambda found: self._value(found, allowed), value)
        if isinstance(value, list):
            return [self._put(item, allowed) for item in value]
        if isinstance(value, dict):
            return {str(self._put(key, allowed)): self._put(item, allowed) for key, item in value.items()}
        return value

    def _value(self, found: re.Match[str], allowed: set[str]) -> str:
        name = found[1]
        if name not in allowed:
            return found[0]
        if name not in self._known:
            raise RefusedError(
                mark("没有名为 {name} 的密钥。请系统管理员设置环境变量 QUCHENG_SECRET_{name} 后重试。"), name=name
            )
        return self.use(self._known[name], f"{{{{secrets.{name}}}}}")


def _ways_to_write(value: str) -> set[str]:
    """Give the forms in which servers send back what they were sent."""
    escaped = [json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]]
    return {
        value,
        quote(value),
        quote(value, safe=""),
        # As it stands in an address, whose own signs are left alone (RFC 3986, 3.4).
        quote(value, safe="/?:@!$&'()*+,;="),
        quote_plus(value),
        html.escape(value),
        base64.b64encode(value.encode("utf-8", "replace")).decode(),
        *escaped,
        *(one.replace("/", "\\/") for one in escaped),
    } - {""}
