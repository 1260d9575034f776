"""FEEL numbers: decimals of 34 digits, IEEE 754-2008 decimal128 (DMN 1.5 section 10.3.2.3.1)."""

import decimal
from decimal import Decimal

CONTEXT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
"""Always passed on explicitly: an operator such as ``a + b`` would use the thread's own 28 digits."""

PLAIN_EXPONENT = 40


def from_text(text: str) -> Decimal:
    """Read a number, rounded to 34 digits; raise ``decimal.Overflow`` when it is too large."""
    return CONTEXT.create_decimal(text)


def to_text(number: Decimal) -> str:
    """Write a number the one canonical way: no trailing zeros, no exponent unless it is very long.

    >>> to_text(Decimal("1.50")), to_text(Decimal("1E+3")), to_text(Decimal("-0.0"))
    ('1.5', '1000', '0')
    """
    if not number:
        return "0"
    short = number.normalize(CONTEXT)
    if -PLAIN_EXPONENT <= short.adjusted() <= PLAIN_EXPONENT:
        return format(short, "f")
    return str(short)
