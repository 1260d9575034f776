"""Numbers."""

import decimal
from decimal import Decimal

from engine.feel.functions import builtin
from engine.feel.numbers import CONTEXT
from engine.feel.state import State
from engine.feel.values import DaysTime, YearsMonths

MIN_SCALE, MAX_SCALE = -6111, 6176
NUMBER = "n: number"
SCALED = "n: number, scale: number"


def rounded(number: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    """Round to so many places after the point; null beyond what a number can have."""
    places = int(scale) if scale.adjusted() < 6 else MAX_SCALE + 1
    if not MIN_SCALE <= places <= MAX_SCALE:
        return None
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return number
    wide = decimal.Context(prec=7_000, Emin=-7_000, Emax=7_000, rounding=rounding)
    return CONTEXT.plus(number.quantize(Decimal(1).scaleb(-places, wide), context=wide))


@builtin("decimal", SCALED)
def decimal_(_: State, n: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded to so many places, halves to the even neighbour."""
    return rounded(n, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor", NUMBER, SCALED)
def floor(_: State, n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    """Rounded down, to so many places."""
    return rounded(n, scale, decimal.ROUND_FLOOR)


@builtin("ceiling", NUMBER, SCALED)
def ceiling(_: State, n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    """Rounded up, to so many places."""
    return rounded(n, scale, decimal.ROUND_CEILING)


@builtin("round up", SCALED)
def round_up(_: State, n: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded away from zero."""
    return rounded(n, scale, decimal.ROUND_UP)


@builtin("round down", SCALED)
def round_down(_: State, n: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded towards zero."""
    return rounded(n, scale, decimal.ROUND_DOWN)


@builtin("round half up", SCALED)
def round_half_up(_: State, n: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded to the nearest, halves away from zero (四舍五入)."""
    return rounded(n, scale, decimal.ROUND_HALF_UP)


@builtin("round half down", SCALED)
def round_half_down(_: State, n: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded to the nearest, halves towards zero."""
    return rounded(n, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs", "n: number|days and time duration|years and months duration")
def abs_(_: State, n: Decimal | DaysTime | YearsMonths) -> object:
    """Without its sign; also of durations."""
    if isinstance(n, Decimal):
        return CONTEXT.abs(n)
    return DaysTime(abs(n.nanoseconds)) if isinstance(n, DaysTime) else YearsMonths(abs(n.months))


@builtin("modulo", "dividend: number, divisor: number")
def modulo(_: State, dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """The remainder, with the sign of the divisor."""
    if not divisor:
        raise ZeroDivisionError
    wide = decimal.Context(prec=13_000, Emin=-13_000, Emax=13_000)
    rest = wide.remainder(dividend, divisor)
    return CONTEXT.plus(rest + divisor if rest and (rest < 0) != (divisor < 0) else rest)


@builtin("sqrt", "number: number")
def sqrt(_: State, number: Decimal) -> Decimal:
    """The square root; null below zero."""
    return CONTEXT.sqrt(number)


@builtin("log", "number: number")
def log(state: State, number: Decimal) -> Decimal | None:
    """The natural logarithm; null for zero and below."""
    state.spend(50)
    return CONTEXT.ln(number) if number > 0 else None


@builtin("exp", "number: number")
def exp(state: State, number: Decimal) -> Decimal:
    """Euler's number to the power of this."""
    state.spend(50)
    return CONTEXT.exp(number)


@builtin("odd", "number: number")
def odd(_: State, number: Decimal) -> bool:
    """Whether it is an odd whole number."""
    return abs(modulo(_, number, Decimal(2)) or 0) == 1


@builtin("even", "number: number")
def even(_: State, number: Decimal) -> bool:
    """Whether it is an even whole number."""
    return modulo(_, number, Decimal(2)) == 0
