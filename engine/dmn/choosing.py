"""Compile boxed conditionals, filters and iterators (DMN 1.5 sections 10.2.2.7 to 10.2.2.11)."""

from collections.abc import Iterable
from decimal import Decimal

from engine.dmn import messages
from engine.dmn.building import Builder, compiles
from engine.dmn.running import Evaluate, Run, Scope
from engine.dmn.syntax import Conditional, FilterOf, Iterator, Variable
from engine.feel.iteration import items_of

ITEM = "item"
PARTIAL = "partial"
COPIED = 16
"""Variables copied into a new scope for the price of one step."""


@compiles(Conditional)
def conditional(node: Conditional, builder: Builder) -> Evaluate:
    """Choose by a condition; what is not true counts as false."""
    condition, yes, no = builder.compile(node.condition), builder.compile(node.yes), builder.compile(node.no)

    def choose(run: Run, scope: Scope) -> object:
        value = condition(run, scope)
        if value is not None and not isinstance(value, bool):
            run.note(messages.NO_CONDITION)
        return (yes if value is True else no)(run, scope)

    return choose


@compiles(FilterOf)
def filter_of(node: FilterOf, builder: Builder) -> Evaluate:
    """Keep what matches; a number picks the item at that position."""
    source = builder.compile(node.source)
    match = builder.inside([Variable(name=ITEM)]).compile(node.match)

    def keep(run: Run, scope: Scope) -> object:
        value = source(run, scope)
        items = [] if value is None else value if type(value) is list else [value]
        kept = []
        for item in items:
            found = match(run, _item_scope(run, scope, item))
            if isinstance(found, Decimal):
                return _at(items, found)
            if found is True:
                kept.append(item)
            elif found is not None and found is not False:
                run.note(messages.NO_CONDITION)
                return None
        return kept

    return keep


def _item_scope(run: Run, scope: Scope, item: object) -> Scope:
    entries = item if isinstance(item, dict) else {}
    run.spend((len(scope) + len(entries)) // COPIED + 1)
    # An entry named "item" hides the item itself, as in FEEL.
    return {**scope, ITEM: item, **entries}


def _at(items: list[object], position: Decimal) -> object:
    """Give the item at a position, counted from 1, or from the end with a negative one."""
    if position != position.to_integral_value() or not 0 < abs(position) <= len(items):
        return None
    return items[int(position) - (1 if position > 0 else 0)]


@compiles(Iterator)
def iterator(node: Iterator, builder: Builder) -> Evaluate:
    """Go through the items of a list or range."""
    source = builder.compile(node.source)
    names = [node.variable, *([PARTIAL] if node.kind == "for" else [])]
    before = len(builder.seen.expressions)
    body = builder.inside(Variable(name=name) for name in names).compile(node.body)
    reads_partial = any(PARTIAL in one.expression.names for one in builder.seen.expressions[before:])
    walk = _results_so_far if node.kind == "for" and reads_partial else WALKS[node.kind]

    def iterate(run: Run, scope: Scope) -> object:
        items = items_of(source(run, scope))
        if items is None:
            run.note(messages.NO_LIST)
            return None
        return walk(run, scope, node.variable, items, body)

    return iterate


def _results(run: Run, scope: Scope, name: str, items: Iterable[object], body: Evaluate) -> list[object]:
    results: list[object] = []
    for item in items:
        run.spend(len(scope) // COPIED + 1)
        results.append(body(run, {**scope, name: item}))
    return results


def _results_so_far(run: Run, scope: Scope, name: str, items: Iterable[object], body: Evaluate) -> list[object]:
    results: list[object] = []
    for item in items:
        run.spend((len(scope) + len(results)) // COPIED + 1)
        # A copy, so that no result can hold the list it is in.
        results.append(body(run, {**scope, PARTIAL: list(results), name: item}))
    return results


def _some(run: Run, scope: Scope, name: str, items: Iterable[object], body: Evaluate) -> bool | None:
    return _decided(run, scope, name, items, body, decides=True)


def _every(run: Run, scope: Scope, name: str, items: Iterable[object], body: Evaluate) -> bool | None:
    return _decided(run, scope, name, items, body, decides=False)


def _decided(
    run: Run, scope: Scope, name: str, items: Iterable[object], body: Evaluate, *, decides: bool
) -> bool | None:
    """Look for an item that decides; null where there is none and one is uncertain."""
    unknown = False
    for item in items:
        run.spend(len(scope) // COPIED + 1)
        found = body(run, {**scope, name: item})
        if found is decides:
            return decides
        unknown = unknown or found is not (not decides)
    return None if unknown else not decides


WALKS = {"for": _results, "some": _some, "every": _every}
