"""Fields that Chinese offices write their own way: money, ID numbers, mobile numbers.

The custom property ``format`` declares one. form-js knows no such fields; to it they are a number and texts.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.clock import Clock
from engine.errors import FieldProblem
from engine.forms import identity, texts
from engine.forms.capitals import capitals
from engine.forms.schema import Component

MONEY = "money"
MONEY_DIGITS = 2
"""Digits behind the point where the form doesn't say."""
SIGN = "¥"
"""Stands before an amount whose form names no unit."""

_BLANKS = re.compile(r"[\s\-]")
_UNITS = re.compile(r"^(?:人民币|RMB|CNY|¥)?\s*(\S.*?)\s*元?$", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_BEFORE_MOBILE = re.compile(r"^(\+|00)?86(?=1\d{10}$)")


@dataclass(frozen=True)
class Format:
    """One way of writing."""

    types: frozenset[str]
    """The component types it is for."""
    keyboard: str = ""
    """The HTML inputmode."""
    clean: Callable[[str], str] = str
    """Brings what people type into the one form that is kept."""
    problem: Callable[[str, Clock | None], FieldProblem | None] | None = None
    """Says what is wrong with a clean text."""
    show: Callable[[str], str] = str
    """Writes a clean text for reading."""
    mask: Callable[[str], str] = str
    """Writes it for those whom it doesn't concern."""


def _amount(text: str) -> str:
    found = _UNITS.match(unicodedata.normalize("NFKC", text).strip())
    return found[1] if found else text


def _identity(text: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper()


def _mobile(text: str) -> str:
    return _BEFORE_MOBILE.sub("", _BLANKS.sub("", unicodedata.normalize("NFKC", text)))


def _hide(before: int, after: int) -> Callable[[str], str]:
    def mask(text: str) -> str:
        hidden = len(text) - before - after
        return text[:before] + "*" * hidden + text[-after:] if hidden > 0 else "*" * len(text)

    return mask


FORMATS = {
    MONEY: Format(frozenset({"number"}), keyboard="decimal", clean=_amount),
    "id_number": Format(
        frozenset({"textfield"}),
        clean=_identity,
        problem=identity.id_number_problem,
        mask=_hide(6, 4),
    ),
    "mobile": Format(
        frozenset({"textfield"}),
        keyboard="tel",
        clean=_mobile,
        problem=lambda text, _: identity.mobile_problem(text),
        show=lambda text: f"{text[:3]} {text[3:7]} {text[7:]}" if len(text) == identity.MOBILE_DIGITS else text,
        mask=_hide(3, 4),
    ),
}


def format_of(component: Component) -> Format | None:
    """Give the format that a component declares, or None."""
    found = FORMATS.get(str(component.get("properties.format")))
    return found if found and component.type in found.types else None


def is_money(component: Component) -> bool:
    """Tell whether a component asks for an amount of money."""
    return component.type == "number" and component.get("properties.format") == MONEY


def clean(component: Component, text: str) -> str:
    """Bring what was typed into the form that is kept; texts of no format stay."""
    own = format_of(component)
    return own.clean(text) if own else text


def digits(component: Component) -> int | None:
    """Give how many digits behind the point a number has, or None where the form doesn't say."""
    written = component.get("decimalDigits")
    if isinstance(written, int) and not isinstance(written, bool) and written >= 0:
        return written
    return MONEY_DIGITS if is_money(component) else None


def show(component: Component, value: object, *, masked: bool = False) -> str:
    """Write a value for reading: numbers with all their digits, money in groups of three, a mobile number in parts."""
    own = format_of(component)
    if component.type == "number":
        return _number(component, value)
    if own and isinstance(value, str):
        return own.mask(value) if masked else own.show(value)
    return texts.show(value)


def _number(component: Component, value: object) -> str:
    wanted = digits(component)
    written = texts.show(value)
    if wanted is None or not _is_number(value):
        return written
    found = len(written.partition(".")[2])
    grouping = "," if is_money(component) else ""
    # More digits than the form now allows may be stored: all of them are shown.
    return format(Decimal(written), f"{grouping}.{max(wanted, found)}f")


def sign(component: Component, before: str, after: str) -> str:
    """Give what stands before a value: an amount of money without a unit has the sign of the yuan."""
    return SIGN if is_money(component) and not before and not after else before


def with_unit(component: Component, written: str, before: str, after: str) -> str:
    """Write a value with what stands before and behind it."""
    before = sign(component, before, after)
    if before == SIGN:
        before, written = "", SIGN + written
    return " ".join(filter(None, (before, written, after)))


def in_capitals(component: Component, value: object, after: str) -> str:
    """Write an amount in Chinese capitals where the property ``capitals`` asks for it and its unit is the yuan."""
    wanted = is_money(component) and component.get("properties.capitals") == "true" and after in ("", "元")
    return capitals(Decimal(texts.show(value))) if wanted and _is_number(value) else ""


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and bool(_NUMBER.fullmatch(texts.show(value)))
