"""The operators + - * / ** on numbers, strings, dates, times and durations (DMN 1.5 tables 57 to 61)."""

import decimal
from collections.abc import Callable
from decimal import Decimal

from engine.feel import messages
from engine.feel.calls import name_of
from engine.feel.kinds import KINDS
from engine.feel.numbers import CONTEXT
from engine.feel.state import Place, State
from engine.feel.temporal_math import between_moments, between_times, date_plus, date_time_plus, time_plus
from engine.feel.values import DaysTime, YearsMonths

MAX_DURATION = 10**30
"""Nanoseconds or months: far beyond any calendar."""
Operation = Callable[..., object]
DATE, TIME, MOMENT, MONTHS, DAYS, NUMBER, STRING = (
    "date",
    "time",
    "date and time",
    "years and months duration",
    "days and time duration",
    "number",
    "string",
)


def _swapped(operation: Operation) -> Operation:
    return lambda left, right: operation(right, left)


def _minus(operation: Operation) -> Operation:
    return lambda left, right: operation(left, negated(right))


def negated(duration: YearsMonths | DaysTime) -> YearsMonths | DaysTime:
    """Give the duration the other way."""
    return YearsMonths(-duration.months) if isinstance(duration, YearsMonths) else DaysTime(-duration.nanoseconds)


def _months(count: int) -> YearsMonths | None:
    return YearsMonths(count) if abs(count) <= MAX_DURATION else None


def _days(count: int) -> DaysTime | None:
    return DaysTime(count) if abs(count) <= MAX_DURATION else None


def _times_months(left: YearsMonths, right: Decimal) -> YearsMonths | None:
    return _months(_whole(CONTEXT.multiply(left.months, right)))


def _times_days(left: DaysTime, right: Decimal) -> DaysTime | None:
    return _days(_whole(CONTEXT.multiply(left.nanoseconds, right)))


def _whole(number: Decimal) -> int:
    """Cut off the fraction; a number beyond any duration stays beyond it without being written out."""
    return int(number) if number.adjusted() < 40 else MAX_DURATION + 1


_ADD: dict[tuple[str, str], Operation] = {
    (NUMBER, NUMBER): CONTEXT.add,
    (MONTHS, MONTHS): lambda left, right: _months(left.months + right.months),
    (DAYS, DAYS): lambda left, right: _days(left.nanoseconds + right.nanoseconds),
    (DATE, MONTHS): date_plus,
    (DATE, DAYS): date_plus,
    (MOMENT, MONTHS): date_time_plus,
    (MOMENT, DAYS): date_time_plus,
    (TIME, DAYS): time_plus,
}
_ADD.update({(b, a): _swapped(operation) for (a, b), operation in list(_ADD.items()) if a != b})
_SUBTRACT: dict[tuple[str, str], Operation] = {
    (NUMBER, NUMBER): CONTEXT.subtract,
    (TIME, TIME): between_times,
    **dict.fromkeys([(DATE, DATE), (DATE, MOMENT), (MOMENT, DATE), (MOMENT, MOMENT)], between_moments),
    **{
        (left, right): _minus(_ADD[left, right])
        for left, right in _ADD
        if right in {MONTHS, DAYS} and left != NUMBER and (left == right or left not in {MONTHS, DAYS})
    },
}
_MULTIPLY: dict[tuple[str, str], Operation] = {
    (NUMBER, NUMBER): CONTEXT.multiply,
    (MONTHS, NUMBER): _times_months,
    (DAYS, NUMBER): _times_days,
    (NUMBER, MONTHS): _swapped(_times_months),
    (NUMBER, DAYS): _swapped(_times_days),
}
_DIVIDE: dict[tuple[str, str], Operation] = {
    (NUMBER, NUMBER): CONTEXT.divide,
    (MONTHS, NUMBER): lambda left, right: _months(_whole(CONTEXT.divide(left.months, right))),
    (DAYS, NUMBER): lambda left, right: _days(_whole(CONTEXT.divide(left.nanoseconds, right))),
    (MONTHS, MONTHS): lambda left, right: CONTEXT.divide(left.months, right.months),
    (DAYS, DAYS): lambda left, right: CONTEXT.divide(left.nanoseconds, right.nanoseconds),
}
_POWER: dict[tuple[str, str], Operation] = {(NUMBER, NUMBER): CONTEXT.power}
OPERATIONS = {"+": _ADD, "-": _SUBTRACT, "*": _MULTIPLY, "/": _DIVIDE, "**": _POWER}
POWER_STEPS = 50
OTHER_STEPS = 8
"""What an operation on other values than numbers counts for."""
FAST: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": CONTEXT.divide,
    "**": CONTEXT.power,
}


def operate(operator: str, left: object, right: object, state: State, place: Place) -> object:
    """Apply an operator; null and a warning where it has no meaning or no result."""
    kinds = KINDS[type(left)], KINDS[type(right)]
    if operator == "+" and kinds == (STRING, STRING):
        state.spend_text(len(left) + len(right))  # type: ignore[arg-type]
        return left + right  # type: ignore[operator]
    state.spend(OTHER_STEPS)
    operation = OPERATIONS[operator].get(kinds)
    if operation is None:
        state.warn(messages.BAD_OPERANDS, place, operator=operator, left=name_of(left), right=name_of(right))
        return None
    try:
        result = operation(left, right)
    except (decimal.DecimalException, OverflowError):
        result = None
    if result is None:
        state.warn(messages.BAD_ARITHMETIC, place, operator=operator)
    return result


def negate(value: object, state: State, place: Place) -> object:
    """Apply the sign ``-``."""
    if isinstance(value, Decimal):
        return CONTEXT.minus(value)
    if isinstance(value, YearsMonths | DaysTime):
        return negated(value)
    state.warn(messages.BAD_OPERAND, place, operator="-", type=name_of(value))
    return None
