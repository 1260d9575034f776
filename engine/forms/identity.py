"""Numbers that name a person in China: ID numbers (GB 11643-1999) and mobile numbers."""

import datetime as dt
import re

from engine.clock import Clock
from engine.errors import FieldProblem, mark
from engine.forms import moments

MOBILE_DIGITS = 11

_SHAPE = re.compile(r"(?P<region>[1-9]\d{5})(?:(?P<old>\d{6})\d{3}|(?P<new>\d{8})\d{3}[\dX])")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCES = frozenset(
    str(ten + one)
    for ten, ones in ((10, 5), (20, 3), (30, 7), (40, 6), (50, 4), (60, 5), (70, 1), (80, 3))
    for one in range(0 if ten == 50 else 1, ones + 1)
)

NOT_ID_NUMBER = FieldProblem(mark("请填 18 位身份证号（末位可以是 X），或 15 位的旧号。"))
NO_REGION = FieldProblem(mark("身份证号的前两位不是省份代码，请核对。"))
NO_BIRTHDAY = FieldProblem(mark("身份证号里的出生日期不对，请核对。"))
WRONG_CHECK = FieldProblem(mark("身份证号的末位校验不符，请核对有没有抄错。"))
NOT_MOBILE = FieldProblem(mark("请填 11 位手机号，例如 138 0013 8000。"))


def id_number_problem(written: str, clock: Clock | None = None) -> FieldProblem | None:
    """Say what is wrong with an ID number of 18 characters, or of 15 as they were given out before 1999."""
    found = _SHAPE.fullmatch(written)
    if not found:
        return NOT_ID_NUMBER
    if found["region"][:2] not in _PROVINCES:
        return NO_REGION
    birthday = _birthday(found["new"] or "19" + found["old"])
    if birthday is None or birthday > moments.today(clock):
        return NO_BIRTHDAY
    return WRONG_CHECK if found["new"] and written[-1] != check_character(written) else None


def check_character(written: str) -> str:
    """Give the last character of an ID number from its first 17 digits (ISO 7064, MOD 11-2)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(written[:17], _WEIGHTS, strict=True)) % 11]


def _birthday(digits: str) -> dt.date | None:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def mobile_problem(written: str) -> FieldProblem | None:
    """Say what is wrong with a mobile number of the Chinese mainland."""
    return None if _MOBILE.fullmatch(written) else NOT_MOBILE
