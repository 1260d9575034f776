"""The address of a list: what is searched, sorted and shown stands in it, so that it can be kept and sent to others."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlencode

from flask import request

Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True)
class Query:
    """The parameters of the present address."""

    path: str
    parameters: dict[str, str]

    def with_(self, **changes: object) -> str:
        """Give this address with some parameters changed; None or "" leaves one out."""
        return self.path + self.suffix(**changes)

    def suffix(self, **changes: object) -> str:
        """Give only the part from the question mark on, for another address with the same parameters."""
        merged = self.parameters | {key: str(value) for key, value in changes.items() if value is not None}
        kept = {key: value for key, value in merged.items() if value and changes.get(key, "kept") is not None}
        return f"?{urlencode(kept)}" if kept else ""

    def get(self, name: str, default: str = "") -> str:
        """Give a parameter."""
        return self.parameters.get(name, default)

    def any(self, names: Iterable[str], *prefixes: str) -> bool:
        """Tell whether any of some parameters is given, whose names begin with any of the prefixes."""
        return any(prefix + name in self.parameters for name in names for prefix in prefixes)


def current_query() -> Query:
    """Read the parameters of this request."""
    return Query(request.path, {key: value.strip() for key, value in request.args.items() if value.strip()})


def page_number() -> int:
    """Read which page is asked for; anything else than a number is the first."""
    text = request.args.get("page", "1")
    return int(text) if text.isdecimal() and len(text) < 8 else 1


def one_of(name: str, choices: tuple[Choice, ...]) -> Choice:
    """Read a parameter that has fixed choices; anything else is the first."""
    value = request.args.get(name, "")
    return next((choice for choice in choices if choice == value), choices[0])


_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?")


def number_of(text: str) -> Decimal | None:
    """Read a number as people write it, such as ``1,200`` or ``￥１２００元``; None for anything else."""
    plain = re.sub(r"[,¥元\s]", "", unicodedata.normalize("NFKC", text))
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def day_of(text: str) -> str | None:
    """Read a day in ISO 8601; None for anything else."""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return None
