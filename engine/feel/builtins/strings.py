"""Strings; positions count characters from 1, negative ones from the end."""

import base64
import uuid
from decimal import Decimal

from engine.feel import messages
from engine.feel.functions import RejectedError, builtin
from engine.feel.state import State

SEARCHED = 500
"""Characters looked through in one step."""
BOTH = "string: string, match: string"


def position(number: Decimal) -> int:
    """Give a position or a length as a whole number, far outside every string when it is huge."""
    if number.adjusted() < 12:
        return int(number)
    return 10**12 if number > 0 else -(10**12)


@builtin("substring", "string: string, start position: number, length?: number|null", summary="从某个位置起的一段文字")
def substring(state: State, string: str, start: Decimal, length: Decimal | None = None) -> str | None:
    """Give the part from a position on; null outside the string."""
    first = position(start)
    first = first - 1 if first > 0 else len(string) + first
    if first not in range(len(string)):
        return None
    if length is not None and length < 1:
        return None
    last = len(string) if length is None else first + position(length)
    state.spend_text(max(min(last, len(string)) - first, 0))
    return string[first:last]


@builtin("string length", "string: string", summary="字数")
def string_length(_: State, string: str) -> Decimal:
    """Count the characters."""
    return Decimal(len(string))


@builtin("upper case", "string: string", summary="转成大写")
def upper_case(state: State, string: str) -> str:
    """Write in capital letters."""
    state.spend_text(len(string))
    return string.upper()


@builtin("lower case", "string: string", summary="转成小写")
def lower_case(state: State, string: str) -> str:
    """Write in small letters."""
    state.spend_text(len(string))
    return string.lower()


@builtin("substring before", BOTH, summary="第一处匹配之前的文字;没有匹配得空文字")
def substring_before(state: State, string: str, match: str) -> str:
    """Give what stands before the first match."""
    state.spend_text(len(string))
    before, found, _after = string.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", BOTH, summary="第一处匹配之后的文字;没有匹配得空文字")
def substring_after(state: State, string: str, match: str) -> str:
    """Give what stands after the first match."""
    state.spend_text(len(string))
    return string.partition(match)[2] if match else string


@builtin("contains", BOTH, summary="是否含有这段文字")
def contains(state: State, string: str, match: str) -> bool:
    """Tell whether a string has another in it."""
    state.spend(len(string) // SEARCHED)
    return match in string


@builtin("starts with", BOTH, summary="是否以这段文字开头")
def starts_with(_: State, string: str, match: str) -> bool:
    """Tell whether a string begins with another."""
    return string.startswith(match)


@builtin("ends with", BOTH, summary="是否以这段文字结尾")
def ends_with(_: State, string: str, match: str) -> bool:
    """Tell whether a string ends with another."""
    return string.endswith(match)


@builtin(
    "string join",
    "list: list, delimiter?: string|null",
    "list: list, delimiter: string|null, prefix: string|null, suffix: string|null",
    summary="把几段文字连成一段,空值跳过",
)
def string_join(
    state: State,
    items: list[object],
    delimiter: str | None = None,
    prefix: str | None = None,
    suffix: str | None = None,
) -> str:
    """Join strings; nulls are left out. Prefix and suffix are Camunda's."""
    parts = [item for item in items if isinstance(item, str)]
    if len(parts) < sum(item is not None for item in items):
        raise RejectedError(messages.ONLY_STRINGS)
    between = delimiter or ""
    around = (prefix or "", suffix or "")
    state.spend(len(items))
    state.spend_text(sum(map(len, parts)) + len(between) * len(parts) + len(around[0]) + len(around[1]))
    return around[0] + between.join(parts) + around[1]


@builtin("trim", "string: string", summary="去掉两端空白", standard=False)
def trim(state: State, string: str) -> str:
    """Take away white space at both ends."""
    state.spend_text(len(string))
    return string.strip()


@builtin("is blank", "string: string", summary="是否空文字或只有空白", standard=False)
def is_blank(state: State, string: str) -> bool:
    """Tell whether it is empty or only white space."""
    state.spend_text(len(string))
    return not string.strip()


@builtin("money", "n: number", summary="金额的写法：千分位和两位小数，如 `1,200.50`；更多的小数位都写出", own=True)
def money(state: State, n: Decimal) -> str:
    """Write an amount as forms show it: thousands apart, at least two digits behind the point."""
    plain = format(n, "f").rstrip("0") if n.as_tuple().exponent else format(n, "f")
    written = format(n, f",.{max(2, len(plain.partition('.')[2]))}f")
    state.spend_text(len(written))
    return written


@builtin("uuid", "", summary="新的唯一编号;每次不同,重放时也不同", standard=False)
def uuid_(_: State) -> str:
    """Give a new random identifier."""
    return str(uuid.uuid4())


@builtin("to base64", "value: string", summary="把文字编成 Base64", standard=False)
def to_base64(state: State, value: str) -> str:
    """Encode a string's UTF-8 as Base64."""
    state.spend_text(len(value) * 4)
    return base64.b64encode(value.encode()).decode()


@builtin("from base64", "value: string", summary="把 Base64 解成文字", standard=False)
def from_base64(state: State, value: str) -> str:
    """Decode Base64 of UTF-8."""
    state.spend_text(len(value))
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError as error:
        raise RejectedError(messages.NO_BASE64) from error
