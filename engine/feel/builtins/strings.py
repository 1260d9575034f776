"""Strings; positions count characters from 1, negative ones from the end."""

from decimal import Decimal

from engine.feel.functions import builtin
from engine.feel.state import State


def position(number: Decimal) -> int:
    """Give a position as a whole number."""
    return int(number) if number.adjusted() < 12 else 10**12


@builtin("substring", "string: string, start position: number, length?: number|null")
def substring(_: State, string: str, start: Decimal, length: Decimal | None = None) -> str | None:
    """The part from a position on, of so many characters."""
    first = position(start)
    first = first - 1 if first > 0 else len(string) + first
    if not 0 <= first <= len(string) or position(start) == 0:
        return "" if first > len(string) else None
    if length is None:
        return string[first:]
    return string[first : first + position(length)] if length >= 1 else None


@builtin("string length", "string: string")
def string_length(_: State, string: str) -> Decimal:
    """The number of characters."""
    return Decimal(len(string))


@builtin("upper case", "string: string")
def upper_case(state: State, string: str) -> str:
    """In capital letters."""
    state.spend_text(len(string))
    return string.upper()


@builtin("lower case", "string: string")
def lower_case(state: State, string: str) -> str:
    """In small letters."""
    state.spend_text(len(string))
    return string.lower()


@builtin("substring before", "string: string, match: string")
def substring_before(_: State, string: str, match: str) -> str:
    """What stands before the first match; empty without one."""
    before, found, _after = string.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string")
def substring_after(_: State, string: str, match: str) -> str:
    """What stands after the first match; empty without one."""
    return string.partition(match)[2] if match else string


@builtin("contains", "string: string, match: string")
def contains(_: State, string: str, match: str) -> bool:
    """Whether it has the match in it."""
    return match in string


@builtin("starts with", "string: string, match: string")
def starts_with(_: State, string: str, match: str) -> bool:
    """Whether it begins with the match."""
    return string.startswith(match)


@builtin("ends with", "string: string, match: string")
def ends_with(_: State, string: str, match: str) -> bool:
    """Whether it ends with the match."""
    return string.endswith(match)


@builtin("trim", "string: string")
def trim(_: State, string: str) -> str:
    """Without white space at both ends."""
    return string.strip()


@builtin("is blank", "string: string")
def is_blank(_: State, string: str) -> bool:
    """Whether it is empty or only white space."""
    return not string.strip()
