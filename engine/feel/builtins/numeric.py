"""Numbers."""

import decimal
import secrets
from decimal import Decimal

from engine.feel.functions import builtin
from engine.feel.numbers import CONTEXT
from engine.feel.state import State
from engine.feel.values import DaysTime, YearsMonths

MIN_SCALE, MAX_SCALE = -6111, 6176
NUMBER = "n: number"
SCALED = "n: number, scale: number"
WIDE = 13_000
"""Digits that hold the exact remainder of any two numbers of FEEL."""
COSTLY = 50
"""Steps that a logarithm counts for."""


def rounded(number: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    """Round to so many places after the point; null beyond what a number can have."""
    places = int(scale) if scale.adjusted() < 6 else MAX_SCALE + 1
    if not MIN_SCALE <= places <= MAX_SCALE:
        return None
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return number
    wide = decimal.Context(prec=WIDE, Emin=-WIDE, Emax=WIDE, rounding=rounding)
    return CONTEXT.plus(number.quantize(Decimal(1).scaleb(-places, wide), context=wide))


@builtin("decimal", SCALED, summary="保留几位小数,五取偶")
def decimal_(_: State, n: Decimal, scale: Decimal) -> Decimal | None:
    """Round halves to the even neighbour."""
    return rounded(n, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor", NUMBER, SCALED, summary="向下取整,或向下保留几位小数")
def floor(_: State, n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    """Round down."""
    return rounded(n, scale, decimal.ROUND_FLOOR)


@builtin("ceiling", NUMBER, SCALED, summary="向上取整,或向上保留几位小数")
def ceiling(_: State, n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    """Round up."""
    return rounded(n, scale, decimal.ROUND_CEILING)


@builtin("round up", SCALED, summary="保留几位小数,有余就进(远离零)")
def round_up(_: State, n: Decimal, scale: Decimal) -> Decimal | None:
    """Round away from zero."""
    return rounded(n, scale, decimal.ROUND_UP)


@builtin("round down", SCALED, summary="保留几位小数,其余舍去(趋向零)")
def round_down(_: State, n: Decimal, scale: Decimal) -> Decimal | None:
    """Round towards zero."""
    return rounded(n, scale, decimal.ROUND_DOWN)


@builtin("round half up", SCALED, summary="保留几位小数,四舍五入")
def round_half_up(_: State, n: Decimal, scale: Decimal) -> Decimal | None:
    """Round to the nearest, halves away from zero."""
    return rounded(n, scale, decimal.ROUND_HALF_UP)


@builtin("round half down", SCALED, summary="保留几位小数,五舍六入")
def round_half_down(_: State, n: Decimal, scale: Decimal) -> Decimal | None:
    """Round to the nearest, halves towards zero."""
    return rounded(n, scale, decimal.ROUND_HALF_DOWN)


DURATIONS = "days and time duration|years and months duration"


@builtin("abs", f"n: number|{DURATIONS}", summary="绝对值;时长也可以")
def abs_(_: State, n: Decimal | DaysTime | YearsMonths) -> object:
    """Take the sign away."""
    if isinstance(n, Decimal):
        return CONTEXT.abs(n)
    return DaysTime(abs(n.nanoseconds)) if isinstance(n, DaysTime) else YearsMonths(abs(n.months))


def remainder(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Give the exact remainder with the sign of the divisor; raise ZeroDivisionError."""
    if not divisor:
        raise ZeroDivisionError
    rest = decimal.Context(prec=WIDE, Emin=-WIDE, Emax=WIDE).remainder(dividend, divisor)
    return CONTEXT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else CONTEXT.plus(rest)


@builtin("modulo", "dividend: number, divisor: number", summary="余数,符号与除数相同")
def modulo(state: State, dividend: Decimal, divisor: Decimal) -> Decimal:
    """Give the remainder with the sign of the divisor."""
    state.spend(COSTLY)
    return remainder(dividend, divisor)


@builtin("sqrt", "number: number", summary="平方根;负数得空值")
def sqrt(state: State, number: Decimal) -> Decimal:
    """Give the square root."""
    state.spend(COSTLY)
    return CONTEXT.sqrt(number)


@builtin("log", "number: number", summary="自然对数;零和负数得空值")
def log(state: State, number: Decimal) -> Decimal | None:
    """Give the natural logarithm."""
    state.spend(COSTLY)
    return CONTEXT.ln(number) if number > 0 else None


@builtin("exp", "number: number", summary="e 的几次方")
def exp(state: State, number: Decimal) -> Decimal:
    """Give Euler's number to a power."""
    state.spend(COSTLY)
    return CONTEXT.exp(number)


@builtin("odd", "number: number", summary="是否奇数")
def odd(state: State, number: Decimal) -> bool:
    """Tell whether it is an odd whole number."""
    return modulo(state, number, Decimal(2)) == 1


@builtin("even", "number: number", summary="是否偶数")
def even(state: State, number: Decimal) -> bool:
    """Tell whether it is an even whole number."""
    return modulo(state, number, Decimal(2)) == 0


@builtin("random number", "", summary="0 到 1 之间的随机数;每次不同,重放时也不同", standard=False)
def random_number(_: State) -> Decimal:
    """Give a random number from 0 up to, not including, 1."""
    return CONTEXT.divide(secrets.randbelow(10**16), 10**16)
