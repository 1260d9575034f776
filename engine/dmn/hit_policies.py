"""What a table gives when rules match: the hit policies (DMN 1.5 section 8.2.8)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.dmn import messages
from engine.dmn.running import Run
from engine.feel.calls import invoke
from engine.feel.equality import equal
from engine.feel.functions import BUILTINS

NOWHERE = (0, 0)
LISTS = frozenset({"COLLECT", "RULE ORDER", "OUTPUT ORDER"})
ORDERED = frozenset({"PRIORITY", "OUTPUT ORDER"})
AGGREGATIONS = {"SUM": "sum", "MIN": "min", "MAX": "max"}
COUNT = "COUNT"


@dataclass(frozen=True)
class Hit:
    """The outputs of one rule that matched, in the order of the columns."""

    number: int
    outputs: tuple[object, ...]


Choose = Callable[[Run, Sequence[Hit]], list[Hit] | None]
"""Gives the hits whose outputs are the result; None where the table has no result."""


def unique(run: Run, hits: Sequence[Hit]) -> list[Hit] | None:
    """Take the only hit."""
    if len(hits) == 1:
        return list(hits)
    run.note(messages.SEVERAL_MATCH, rules=_numbers(hits))
    return None


def any_of(run: Run, hits: Sequence[Hit]) -> list[Hit] | None:
    """Take one of hits that agree."""
    first = hits[0]
    for hit in hits[1:]:
        if any(equal(a, b, run) is not True for a, b in zip(first.outputs, hit.outputs, strict=True)):
            run.note(messages.OUTPUTS_DIFFER, rules=_numbers(hits))
            return None
    return [first]


def all_of(_: Run, hits: Sequence[Hit]) -> list[Hit]:
    """Take all hits in the order of the rules."""
    return list(hits)


def first_of(_: Run, hits: Sequence[Hit]) -> list[Hit]:
    """Take the first hit."""
    return list(hits[:1])


class ByPriority:
    """Orders hits by where their outputs stand among the allowed ones, the first column first."""

    def __init__(self, priorities: Callable[[Run], list[list[object] | None]], *, only_first: bool) -> None:
        self._priorities = priorities
        self._only_first = only_first

    def __call__(self, run: Run, hits: Sequence[Hit]) -> list[Hit] | None:
        """Sort the hits; rules of equal outputs keep their order."""
        priorities = self._priorities(run)
        if all(values is None for values in priorities):
            run.note(messages.NO_PRIORITY)
            return None
        ranked = sorted(hits, key=lambda hit: _ranks(run, hit, priorities))
        return ranked[:1] if self._only_first else ranked


def _ranks(run: Run, hit: Hit, priorities: list[list[object] | None]) -> list[int]:
    pairs = zip(hit.outputs, priorities, strict=True)
    return [_rank(run, output, values) for output, values in pairs if values is not None]


def _rank(run: Run, output: object, values: list[object]) -> int:
    run.spend(len(values))
    return next((place for place, value in enumerate(values) if equal(output, value, run) is True), len(values))


CHOOSERS: dict[str, Choose] = {
    "UNIQUE": unique,
    "ANY": any_of,
    "FIRST": first_of,
    "COLLECT": all_of,
    "RULE ORDER": all_of,
}


def aggregated(run: Run, aggregation: str, values: list[object]) -> object:
    """Give the sum, least, greatest or number of the outputs; none at all have the number 0 and else null."""
    if aggregation == COUNT:
        return invoke(run, NOWHERE, BUILTINS["count"], [values])
    return invoke(run, NOWHERE, BUILTINS[AGGREGATIONS[aggregation]], [values]) if values else None


def _numbers(hits: Sequence[Hit]) -> str:
    return "、".join(str(hit.number) for hit in hits)
