"""What lists of numbers, or of other ordered values, come to."""

import functools
from decimal import Decimal

from engine.feel import messages
from engine.feel.equality import compare
from engine.feel.functions import RejectedError, builtin
from engine.feel.numbers import CONTEXT
from engine.feel.state import State

LIST, SEVERAL = "list: list", "list...: any"
Items = list[object]
SORTING = 3
"""Steps that each number counts for when numbers are sorted."""


def numbers(state: State, items: Items) -> list[Decimal]:
    """Give the items when all are numbers, else raise RejectedError."""
    state.spend(len(items))
    found = [item for item in items if isinstance(item, Decimal)]
    if len(found) < len(items):
        raise RejectedError(messages.ONLY_NUMBERS)
    return found


def _extreme(state: State, items: Items, sign: int) -> object:
    """Give the item that no other exceeds in a direction; null for an empty list."""
    state.spend(len(items))
    found = items[0] if items else None
    for item in items:
        order = compare(item, found)
        if order is None:
            raise RejectedError(messages.NO_ORDER)
        if order * sign > 0:
            found = item
    return found


@builtin("min", LIST, SEVERAL, summary="最小的值;空列表得空值")
def min_(state: State, items: Items) -> object:
    """Give the least item."""
    return _extreme(state, items, -1)


@builtin("max", LIST, SEVERAL, summary="最大的值;空列表得空值")
def max_(state: State, items: Items) -> object:
    """Give the greatest item."""
    return _extreme(state, items, 1)


def total(state: State, items: Items) -> Decimal:
    """Add numbers up."""
    return functools.reduce(CONTEXT.add, numbers(state, items), Decimal(0))


@builtin("sum", LIST, SEVERAL, summary="合计;空列表得空值")
def sum_(state: State, items: Items) -> Decimal | None:
    """Add numbers up."""
    return total(state, items) if items else None


@builtin("product", LIST, SEVERAL, summary="乘积;空列表得空值")
def product(state: State, items: Items) -> Decimal | None:
    """Multiply numbers."""
    return functools.reduce(CONTEXT.multiply, numbers(state, items)) if items else None


@builtin("mean", LIST, SEVERAL, summary="平均数;空列表得空值")
def mean(state: State, items: Items) -> Decimal | None:
    """Give the arithmetic mean."""
    return CONTEXT.divide(total(state, items), len(items)) if items else None


@builtin("median", LIST, SEVERAL, summary="中位数;空列表得空值")
def median(state: State, items: Items) -> Decimal | None:
    """Give the middle number, or the mean of the two in the middle."""
    state.spend(SORTING * len(items))
    found = sorted(numbers(state, items))
    if not found:
        return None
    half = len(found) // 2
    return found[half] if len(found) % 2 else CONTEXT.divide(CONTEXT.add(found[half - 1], found[half]), 2)


@builtin("stddev", LIST, SEVERAL, summary="样本标准差;少于两项得空值")
def stddev(state: State, items: Items) -> Decimal | None:
    """Give the standard deviation of a sample."""
    if len(items) < 2:
        return None
    middle = CONTEXT.divide(total(state, items), len(items))
    squares = (CONTEXT.power(CONTEXT.subtract(number, middle), 2) for number in numbers(state, items))
    return CONTEXT.sqrt(CONTEXT.divide(functools.reduce(CONTEXT.add, squares), len(items) - 1))


@builtin("mode", LIST, SEVERAL, summary="出现最多的数,从小到大")
def mode(state: State, items: Items) -> Items:
    """Give the most frequent numbers in ascending order."""
    state.spend(SORTING * len(items))
    counts: dict[Decimal, int] = {}
    for number in numbers(state, items):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)  # type: ignore[return-value]
