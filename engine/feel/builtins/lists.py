"""Lists; positions count from 1, negative ones from the end."""

from decimal import Decimal

from engine.feel.equality import equal
from engine.feel.functions import builtin
from engine.feel.numbers import CONTEXT
from engine.feel.state import State


@builtin("list contains", "list: list, element: any")
def list_contains(state: State, items: list[object], element: object) -> bool:
    """Whether an item equals the element."""
    state.spend(len(items))
    return any(equal(item, element, state) for item in items)


@builtin("count", "list: list")
def count(_: State, items: list[object]) -> Decimal:
    """The number of items."""
    return Decimal(len(items))


def numbers(items: list[object]) -> list[Decimal] | None:
    """Give the items when all are numbers and there are some."""
    found = [item for item in items if isinstance(item, Decimal)]
    return found if len(found) == len(items) and found else None


@builtin("sum", "list: list", "n...: any")
def sum_(state: State, items: list[object]) -> Decimal | None:
    """The sum of numbers; null when one is none, or for an empty list."""
    state.spend(len(items))
    total = Decimal(0)
    for number in numbers(items) or ():
        total = CONTEXT.add(total, number)
    return total if numbers(items) else None


@builtin("append", "list: list, item...: any")
def append(state: State, items: list[object], more: list[object]) -> list[object]:
    """With items added at the end."""
    state.spend(len(items) + len(more))
    return [*items, *more]


@builtin("concatenate", "list...: any")
def concatenate(state: State, lists: list[object]) -> list[object]:
    """Several lists one after the other."""
    found = [item for part in lists for item in (part if isinstance(part, list) else [part])]
    state.spend(len(found))
    return found


@builtin("is empty", "list: list")
def is_empty(_: State, items: list[object]) -> bool:
    """Whether there is no item."""
    return not items
