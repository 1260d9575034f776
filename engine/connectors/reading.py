"""Reading the inputs of a task: a wrong one is refused with the name of the input."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine import feel
from engine.connectors.call import RefusedError
from engine.errors import mark

CENTURY = 36_525 * 86_400 * 1_000_000_000
"""Nanoseconds."""


def text(inputs: Mapping[str, object], name: str, default: str | None = None) -> str:
    """Give a text. Raises RefusedError where there is none and no default, or something else stands there."""
    value = inputs.get(name)
    if (value is None or value == "") and default is not None:
        return default
    if isinstance(value, Decimal):
        return format(value, "f")
    if not isinstance(value, str) or not value.strip():
        raise RefusedError(mark("输入 {name} 应为文字，现在没有值或不是文字。"), where=name, name=name)
    return value


def texts(inputs: Mapping[str, object], name: str) -> list[str]:
    """Give the texts of a list, or of one text with commas; none where the input is missing."""
    value = inputs.get(name)
    parts = value.replace("，", ",").split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return list(dict.fromkeys(part.strip() for part in parts if isinstance(part, str) and part.strip()))


def context(inputs: Mapping[str, object], name: str) -> dict[str, Any]:
    """Give a context; an empty one where the input is missing. Raises RefusedError for anything else."""
    value = inputs.get(name)
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise RefusedError(
            mark("输入 {name} 应为一组名称和值，如 ={{channel_name: channel_name}}。"), where=name, name=name
        )
    return value


def whole_number(inputs: Mapping[str, object], name: str, default: int, *, most: int) -> int:
    """Give a whole number from 1 to ``most``. Raises RefusedError."""
    value = inputs.get(name)
    if value is None or value == "":
        return default
    number = Decimal(value) if isinstance(value, str) and value.isdecimal() else value
    if isinstance(number, bool) or not isinstance(number, (int, Decimal)) or not 1 <= number <= most:
        raise RefusedError(mark("输入 {name} 应为 1 到 {most} 的整数。"), where=name, name=name, most=most)
    return int(number)


def duration(inputs: Mapping[str, object], name: str, default: dt.timedelta) -> dt.timedelta:
    """Give a length of time written as ISO 8601, such as ``PT1H``. Raises RefusedError."""
    value = inputs.get(name)
    if value is None or value == "":
        return default
    found = seconds(value)
    if found is None:
        raise RefusedError(
            mark("输入 {name} 应为时长，如 PT10M（10 分钟）、PT1H、P1D，现在是“{value}”。"),
            where=name,
            name=name,
            value=str(value),
        )
    return found


def seconds(value: object) -> dt.timedelta | None:
    """Read a length of time such as ``PT1H``; None for what is none, is negative or goes beyond a century."""
    if isinstance(value, str):
        value = feel.duration(value.strip()) if len(value) <= 100 else None
    if not isinstance(value, feel.DaysTime) or not 0 <= value.nanoseconds <= CENTURY:
        return None
    return value.timedelta
