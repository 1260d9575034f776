"""Compile literals, names, lists, contexts, intervals, paths and filters."""

from collections import Counter
from decimal import Decimal

from engine.feel import messages, temporal_text
from engine.feel.access import get, get_raw
from engine.feel.adoption import adopt
from engine.feel.calls import name_of
from engine.feel.compiler import ABSENT, DIRECT, Compiler, compiles, read_item, read_local, read_open, read_root, up
from engine.feel.functions import BUILTINS
from engine.feel.ranging import make_range
from engine.feel.state import Evaluator, Frame, Place, State
from engine.feel.syntax import (
    AtLiteral,
    ContextLiteral,
    Definition,
    Filter,
    Interval,
    ListLiteral,
    Literal,
    Name,
    Path,
)
from engine.feel.values import Range

NOTHING: dict[str, object] = {}


@compiles(Literal)
def literal(node: Literal, _: Compiler) -> Evaluator:
    """Give the value itself."""
    value = node.value
    return lambda _: value


@compiles(AtLiteral)
def at_literal(node: AtLiteral, _: Compiler) -> Evaluator:
    """Give the date, time or duration; read once."""
    text, place = node.text, node.place
    value = temporal_text.parse_any(text)
    if value is not None:
        return lambda _: value

    def fail(frame: Frame) -> None:
        frame.state.warn(messages.BAD_LITERAL, place, text=text[:60])

    return fail


@compiles(Name)
def name(node: Name, compiler: Compiler) -> Evaluator:
    """Read a variable."""
    found = compiler.find(node.name)
    if found.where == "root":
        _note(node.name, found.opened, compiler)
        read = read_root(node.name, found.hops, node.place)
    else:
        read = read_item(found.hops) if found.where == "item" else read_local(node.name, found.hops)
    for hop in reversed(found.opened):
        read = read_open(node.name, hop, read)
    return read


def _note(name: str, opened: list[int], compiler: Compiler) -> None:
    """Remember that a variable is read, unless it is a built-in function."""
    if name not in BUILTINS:
        compiler.names.add(name)
        if opened:
            compiler.item_names.add(name)


@compiles(ListLiteral)
def list_literal(node: ListLiteral, compiler: Compiler) -> Evaluator:
    """Make a list."""
    items = compiler.compile_all(node.items)
    return lambda frame: [item(frame) for item in items]


@compiles(ContextLiteral)
def context_literal(node: ContextLiteral, compiler: Compiler) -> Evaluator:
    """Make a context; an entry sees those before it, a function also itself."""
    entries = []
    with compiler.inside(()) as scope:
        for key, value in node.entries:
            if isinstance(value, Definition):
                scope.names.add(key)
            entries.append((key, compiler.compile(value)))
            scope.names.add(key)
    counts = Counter(key for key, _ in entries)
    duplicate = next((key for key, count in counts.items() if count > 1), None)
    place = node.place

    def make(frame: Frame) -> dict[str, object] | None:
        values: dict[str, object] = {}
        inner = Frame(values, frame.state, frame)
        for key, value in entries:
            values[key] = value(inner)
        return values

    def fail(frame: Frame) -> None:
        frame.state.warn(messages.DUPLICATE_KEY, place, name=duplicate)

    return make if duplicate is None else fail


@compiles(Interval)
def interval(node: Interval, compiler: Compiler) -> Evaluator:
    """Make a range."""
    start, end = compiler.compile(node.start), compiler.compile(node.end)
    start_included, end_included, place = node.start_included, node.end_included, node.place
    if isinstance(node.start, Literal) and isinstance(node.end, Literal):
        low, high = node.start.value, node.end.value
        constant = make_range(low, high, start_included=start_included, end_included=end_included)
        if constant is not None:
            return lambda _: constant

    def make(frame: Frame) -> Range | None:
        found = make_range(start(frame), end(frame), start_included=start_included, end_included=end_included)
        if found is None:
            frame.state.warn(messages.BAD_RANGE, place)
        return found

    return make


@compiles(Path)
def path(node: Path, compiler: Compiler) -> Evaluator:
    """Read an entry or property."""
    keys, base = [(node.name, node.place)], node.value
    while isinstance(base, Path):
        keys.insert(0, (base.name, base.place))
        base = base.value
    if isinstance(base, Name):
        found = compiler.find(base.name)
        if found.where == "root" and not found.opened and base.name not in BUILTINS:
            compiler.names.add(base.name)
            return _root_path(base, found.hops, keys)
    start = compiler.compile(base)

    def read(frame: Frame) -> object:
        value = start(frame)
        for name, place in keys:
            value = get(value, name, frame.state, place)
        return value

    return read


def _root_path(base: Name, hops: int, keys: list[tuple[str, Place]]) -> Evaluator:
    """Read a path through the context given, taking in no more of it than the end."""
    climb = up(hops)
    name, where = base.name, base.place

    def read(frame: Frame) -> object:
        state = frame.state
        value = (climb(frame) if hops else frame).values.get(name, ABSENT)
        if value is ABSENT:
            state.warn(messages.UNKNOWN_NAME, where, name=name)
            return None
        for key, place in keys:
            value = value[key] if type(value) is dict and key in value else get_raw(value, key, state, place)
        return value if type(value) in DIRECT else adopt(value, state)

    return read


@compiles(Filter)
def filter_(node: Filter, compiler: Compiler) -> Evaluator:
    """Choose items by number or by condition; a single value counts as a list of one."""
    source = compiler.compile(node.value)
    with compiler.inside((), is_open=True):
        condition, cost = compiler.measured(node.condition)
    constant = isinstance(node.condition, Literal) and isinstance(node.condition.value, Decimal)
    place = node.place

    def choose(frame: Frame) -> object:
        value = source(frame)
        if value is None:
            return None
        items = value if type(value) is list else [value]
        if constant:
            return pick(items, condition(frame))
        return select(items, condition, frame, (cost, place))

    return choose


def pick(items: list[object], index: object) -> object:
    """Give the item at a position that counts from 1, or from the end when negative."""
    if not isinstance(index, Decimal) or abs(index) > len(items):
        return None
    position = int(index)
    return items[position - 1 if position > 0 else position] if position else None


def select(items: list[object], condition: Evaluator, frame: Frame, about: tuple[int, Place]) -> object:
    """Give the items that satisfy a condition, or the one at the position that it turns out to be."""
    state = frame.state
    cost, place = about
    chosen = []
    for item in items or [None]:
        state.spend(cost)
        found = condition(item_frame(item, state, frame))
        if isinstance(found, Decimal):
            return pick(items, found)
        if found is True and items:
            chosen.append(item)
        elif found is not None and not isinstance(found, bool):
            state.warn(messages.NO_FILTER, place, type=name_of(found))
            return None
    return chosen


def item_frame(item: object, state: State, parent: Frame) -> Frame:
    """Give the frame in which a condition looks at one item."""
    return Frame(item if type(item) is dict else NOTHING, state, parent, item)
