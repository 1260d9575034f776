"""Compile signs, arithmetic, comparisons and logic."""

import decimal
from collections.abc import Callable
from decimal import Decimal

from engine.feel import messages
from engine.feel.arithmetic import FAST, POWER_STEPS, negate, operate
from engine.feel.calls import name_of
from engine.feel.compiler import Compiler, compiles
from engine.feel.equality import DIRECT, compare, equal
from engine.feel.state import Evaluator, Frame, Place
from engine.feel.syntax import Arithmetic, Between, Comparison, Logic, Negation

ORDERS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


@compiles(Negation)
def negation(node: Negation, compiler: Compiler) -> Evaluator:
    """Apply the sign ``-``."""
    operand, place = compiler.compile(node.operand), node.place
    return lambda frame: negate(operand(frame), frame.state, place)


@compiles(Arithmetic)
def arithmetic(node: Arithmetic, compiler: Compiler) -> Evaluator:
    """Apply a chain of operators from left to right."""
    first, place = compiler.compile(node.first), node.place
    rest = [(operator, FAST[operator], compiler.compile(operand)) for operator, operand in node.rest]

    def calculate(frame: Frame) -> object:
        value = first(frame)
        for operator, fast, operand in rest:
            right = operand(frame)
            if type(value) is Decimal and type(right) is Decimal:
                if operator == "**":
                    frame.state.spend(POWER_STEPS)
                try:
                    value = fast(value, right)
                except decimal.DecimalException:
                    frame.state.warn(messages.BAD_ARITHMETIC, place, operator=operator)
                    value = None
            else:
                value = operate(operator, value, right, frame.state, place)
        return value

    return calculate


@compiles(Comparison)
def comparison(node: Comparison, compiler: Compiler) -> Evaluator:
    """Compare two values."""
    left, right, place = compiler.compile(node.left), compiler.compile(node.right), node.place
    if node.operator in ORDERS:
        return _order(node.operator, left, right, place)
    wanted = node.operator == "="

    def compare_equal(frame: Frame) -> bool | None:
        first, second = left(frame), right(frame)
        kind = type(first)
        if kind is type(second) and kind in DIRECT:
            return (first == second) is wanted
        return equality(frame, first, second, wanted=wanted, place=place)

    return compare_equal


def equality(frame: Frame, first: object, second: object, *, wanted: bool, place: Place) -> bool | None:
    """Tell whether two values are equal, or not; null and a warning for unlike kinds."""
    found = equal(first, second, frame.state)
    if found is None:
        operator = "=" if wanted else "!="
        frame.state.warn(messages.BAD_OPERANDS, place, operator=operator, left=name_of(first), right=name_of(second))
        return None
    return found is wanted


def _order(operator: str, left: Evaluator, right: Evaluator, place: Place) -> Evaluator:
    holds, fast = ORDERS[operator], _FAST_ORDERS[operator]

    def compare_fast(frame: Frame) -> bool | None:
        first, second = left(frame), right(frame)
        if type(first) is Decimal and type(second) is Decimal:
            return fast(first, second)
        return ordered(frame, operator, holds, (first, second), place)

    return compare_fast


def ordered(
    frame: Frame, operator: str, holds: Callable[[int], bool], pair: tuple[object, object], place: Place
) -> bool | None:
    """Compare two values by order; null and a warning where they have none."""
    order = compare(*pair)
    if order is None:
        left, right = name_of(pair[0]), name_of(pair[1])
        frame.state.warn(messages.BAD_OPERANDS, place, operator=operator, left=left, right=right)
        return None
    return holds(order)


_FAST_ORDERS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": Decimal.__lt__,
    "<=": Decimal.__le__,
    ">": Decimal.__gt__,
    ">=": Decimal.__ge__,
}


@compiles(Between)
def between(node: Between, compiler: Compiler) -> Evaluator:
    """Tell whether a value lies between two others, both included."""
    value, low, high = compiler.compile_all((node.value, node.low, node.high))
    place = node.place

    def check(frame: Frame) -> bool | None:
        tested = value(frame)
        above = ordered(frame, "between", ORDERS[">="], (tested, low(frame)), place)
        below = ordered(frame, "between", ORDERS["<="], (tested, high(frame)), place)
        if above is False or below is False:
            return False
        return None if above is None or below is None else True

    return check


@compiles(Logic)
def logic(node: Logic, compiler: Compiler) -> Evaluator:
    """Apply ``and`` or ``or`` as table 50 has it: null where the outcome isn't certain."""
    parts = compiler.compile_all(node.parts)
    decides = node.operator == "or"
    operator, place = node.operator, node.place

    def decide(frame: Frame) -> bool | None:
        unknown = False
        for part in parts:
            value = part(frame)
            if value is decides:
                return decides
            if value is not (not decides):
                unknown = True
                if value is not None:
                    frame.state.warn(messages.BAD_OPERAND, place, operator=operator, type=name_of(value))
        return None if unknown else not decides

    return decide
