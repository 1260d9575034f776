"""What kind of value a Python object is to FEEL, and its name for people."""

import datetime as dt
from decimal import Decimal

from engine.feel.functions import Builtin
from engine.feel.temporal import WideDate, WideDateTime, WideTime
from engine.feel.values import DaysTime, Function, HostFunction, Range, YearsMonths

KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    dt.date: "date",
    WideDate: "date",
    dt.time: "time",
    WideTime: "time",
    dt.datetime: "date and time",
    WideDateTime: "date and time",
    YearsMonths: "years and months duration",
    DaysTime: "days and time duration",
    Range: "range",
    Function: "function",
    HostFunction: "function",
    Builtin: "function",
}
"""The kind of each exact type; FEEL values are never of a subclass."""

CONTAINERS = frozenset({list, dict})
SCALARS = frozenset(KINDS) - CONTAINERS
NAMES = {
    "null": "空值",
    "boolean": "真假值",
    "number": "数字",
    "string": "文字",
    "list": "列表",
    "context": "上下文",
    "date": "日期",
    "time": "时间",
    "date and time": "日期时间",
    "years and months duration": "年月时长",
    "days and time duration": "日时时长",
    "range": "区间",
    "function": "函数",
}


def kind(value: object) -> str:
    """Give the FEEL name of a value's kind."""
    return KINDS[type(value)]


def kind_name(value: object) -> str:
    """Give the Chinese name of a value's kind."""
    return NAMES[KINDS[type(value)]]
