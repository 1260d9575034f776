"""Lists; positions count from 1, negative ones from the end."""

import functools
from decimal import Decimal

from engine.feel import messages
from engine.feel.builtins.strings import position
from engine.feel.calls import invoke
from engine.feel.equality import Distinct, compare, equal
from engine.feel.functions import RejectedError, builtin
from engine.feel.state import State

NOWHERE = (0, 0)
"""The place of calls that no text makes."""
LIST = "list: list"
Items = list[object]


def index(items: Items, number: Decimal) -> int:
    """Give the index of a position; raise RejectedError where the list has none."""
    found = position(number)
    if found == 0 or abs(found) > len(items):
        raise RejectedError(messages.NO_POSITION)
    return found - 1 if found > 0 else len(items) + found


@builtin("list contains", "list: list, element: any", summary="列表里是否有这个值")
def list_contains(state: State, items: Items, element: object) -> bool:
    """Tell whether an item equals the element."""
    state.spend(len(items))
    return any(equal(item, element, state) for item in items)


@builtin("count", LIST, summary="项数")
def count(_: State, items: Items) -> Decimal:
    """Count the items."""
    return Decimal(len(items))


@builtin("append", "list: list, item...: any", "list: list, items: any", summary="在末尾加上几项")
def append(state: State, items: Items, more: object) -> Items:
    """Add items at the end."""
    added = more if isinstance(more, list) else [more]
    state.spend(len(items) + len(added))
    return [*items, *added]


@builtin("concatenate", "list...: any", "lists: list", summary="把几个列表接成一个")
def concatenate(state: State, lists: Items) -> Items | None:
    """Put lists one after the other; null when one is null."""
    if None in lists:
        return None
    state.spend(sum(len(part) if isinstance(part, list) else 1 for part in lists))
    return [item for part in lists for item in (part if isinstance(part, list) else [part])]


@builtin("insert before", "list: list, position: number, newItem: any", summary="在某个位置前插入一项")
def insert_before(state: State, items: Items, number: Decimal, item: object) -> Items:
    """Insert an item before a position."""
    state.spend(len(items))
    found = index(items, number)
    return [*items[:found], item, *items[found:]]


@builtin("remove", "list: list, position: number", summary="去掉某个位置的一项")
def remove(state: State, items: Items, number: Decimal) -> Items:
    """Take the item at a position away."""
    state.spend(len(items))
    found = index(items, number)
    return [*items[:found], *items[found + 1 :]]


@builtin("list replace", "list: list, position: number, newItem: any", summary="替换某个位置的一项,或所有符合条件的项")
def list_replace(state: State, items: Items, number: Decimal, item: object) -> Items:
    """Replace the item at a position."""
    state.spend(len(items))
    found = index(items, number)
    return [*items[:found], item, *items[found + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any")
def list_replace_matching(state: State, items: Items, match: object, item: object) -> Items:
    """Replace all items for which a function of item and new item is true."""
    replaced: Items = []
    for old in items:
        replaced.append(item if decide(state, match, old, item) else old)
    return replaced


def decide(state: State, function: object, first: object, second: object) -> bool:
    """Ask a function of two values; raise RejectedError when it gives no boolean."""
    found = invoke(state, NOWHERE, function, [first, second])
    if not isinstance(found, bool):
        raise RejectedError(messages.NO_BOOLEAN)
    return found


@builtin("sublist", "list: list, start position: number, length?: number|null", summary="从某个位置起的几项")
def sublist(state: State, items: Items, start: Decimal, length: Decimal | None = None) -> Items | None:
    """Give the part from a position on."""
    first = index(items, start)
    if length is not None and length < 1:
        return None
    last = len(items) if length is None else first + position(length)
    state.spend(max(min(last, len(items)) - first, 0))
    return items[first:last]


@builtin("reverse", LIST, summary="倒过来")
def reverse(state: State, items: Items) -> Items:
    """Turn the order around."""
    state.spend(len(items))
    return items[::-1]


@builtin("index of", "list: list, match: any", summary="这个值的所有位置")
def index_of(state: State, items: Items, match: object) -> Items:
    """Give the positions of all items equal to the match."""
    state.spend(len(items))
    return [Decimal(number) for number, item in enumerate(items, 1) if equal(item, match, state)]


@builtin("union", "list...: any", "lists: list", summary="合并几个列表,重复的只留一个")
def union(state: State, lists: Items) -> Items | None:
    """Put lists together without duplicates."""
    joined = concatenate(state, lists)
    return None if joined is None else distinct_values(state, joined)


@builtin("distinct values", LIST, summary="重复的只留一个")
def distinct_values(state: State, items: Items) -> Items:
    """Keep the first of equal items."""
    seen = Distinct(state)
    return [item for item in items if seen.add(item)]


@builtin("duplicate values", LIST, summary="出现不止一次的值", standard=False)
def duplicate_values(state: State, items: Items) -> Items:
    """Give each item that occurs more than once, once."""
    seen, repeated = Distinct(state), Distinct(state)
    return [item for item in items if not seen.add(item) and repeated.add(item)]


@builtin("flatten", LIST, summary="把嵌套的列表摊平")
def flatten(state: State, items: Items) -> Items:
    """Give all items of nested lists as one list."""
    flat: Items = []
    pending = items[::-1]
    state.spend(len(items) + 1)
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            state.spend(len(item) + 1)
            pending.extend(reversed(item))
        else:
            flat.append(item)
    return flat


@builtin("sort", "list: list, precedes?: function|null", summary="按“谁在前”的函数排序;不给函数则从小到大")
def sort(state: State, items: Items, precedes: object = None) -> Items:
    """Sort by a function that tells whether its first argument comes first; else in natural order."""

    def order(left: object, right: object) -> int:
        state.spend(1)
        if precedes is None:
            return _natural(left, right)
        if decide(state, precedes, left, right):
            return -1
        return 1 if decide(state, precedes, right, left) else 0

    return sorted(items, key=functools.cmp_to_key(order))


def _natural(left: object, right: object) -> int:
    order = compare(left, right)
    if order is None:
        raise RejectedError(messages.NO_ORDER)
    return order


@builtin("is empty", LIST, summary="是否没有任何项", standard=False)
def is_empty(_: State, items: Items) -> bool:
    """Tell whether there is no item."""
    return not items


@builtin("partition", "list: list, size: number", summary="每几项分成一组", standard=False)
def partition(state: State, items: Items, size: Decimal) -> Items | None:
    """Cut a list into lists of a size, the last one shorter."""
    state.spend(len(items) * 2)
    step = position(size)
    return [items[first : first + step] for first in range(0, len(items), step)] if step >= 1 else None
