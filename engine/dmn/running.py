"""One evaluation of a model: its budget, its warnings with their places, and what its tables saw."""

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.dmn.reporting import Spot
from engine.feel import limits
from engine.feel.errors import FeelError, FeelWarning
from engine.feel.interchange import to_json
from engine.feel.messages import Text
from engine.feel.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_STEPS = 200_000
"""Cells tested, parts evaluated or items touched in one evaluation of a model."""
MAX_TABLES = 1_000
"""Tables whose trace is kept; a function in a loop may run one very often."""
LEVELS = 12
"""Python's own levels of calls for one boxed expression inside another, and a reserve."""

Scope = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Why a part of a model became null, and where."""

    element: str | None
    """The id of the decision, business knowledge model or table."""
    name: str | None
    rule: int | None
    """The number of the rule, counted from 1."""
    line: int | None
    """The line in the file."""
    warning: FeelWarning

    def __str__(self) -> str:
        return str(self.warning)


@dataclass(frozen=True, kw_only=True)
class Match:
    """One rule that matched."""

    number: int
    """As the modeler shows it, counted from 1."""
    id: str | None
    outputs: Mapping[str, object]
    """By the name or label of the column."""
    annotations: Mapping[str, str]
    """By the name of the column; ``description`` is the one that Camunda's modeler writes."""


@dataclass(frozen=True, kw_only=True)
class TableTrace:
    """What one table saw and which of its rules matched: the answer to "why?"."""

    id: str | None
    name: str | None
    """The decision or business knowledge model it stands in."""
    hit_policy: str
    inputs: Mapping[str, object]
    """The value of each column by its label."""
    matched: tuple[Match, ...]

    def as_json(self) -> dict[str, object]:
        """Give it as it is kept with a case."""
        rules = [
            {
                "number": match.number,
                "id": match.id,
                "outputs": json_value(match.outputs),
                "annotations": dict(match.annotations),
            }
            for match in self.matched
        ]
        return {
            "id": self.id,
            "name": self.name,
            "hitPolicy": self.hit_policy,
            "inputs": json_value(self.inputs),
            "matched": rules,
        }


def json_value(value: object) -> object:
    """Give a FEEL value as JSON has it, null for what it has no form for."""
    if isinstance(value, Mapping):
        return {key: json_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [json_value(item) for item in value]
    try:
        return to_json(value)
    except FeelError:
        return None


class Run(State):
    """One evaluation; belongs to one thread. FEEL's closures take it for their own state."""

    __slots__ = ("at", "notices", "tables")

    def __init__(self, clock: Callable[[], dt.datetime] | None) -> None:
        super().__init__(clock)
        self.steps = MAX_STEPS
        self.at = Spot()
        self.notices: list[Notice] = []
        self.tables: list[TableTrace] = []

    def warn(self, text: Text, place: tuple[int, int], /, **facts: object) -> None:
        """Say why a part became null, and remember where that was."""
        if len(self.notices) < limits.MAX_WARNINGS:
            at, warning = self.at, FeelWarning(text, place[0], place[1], facts)
            self.notices.append(Notice(element=at.id, name=at.name, rule=at.rule, line=at.line, warning=warning))

    def note(self, text: Text, **facts: object) -> None:
        """Say why a part became null where that has no place in a text."""
        self.warn(text, (0, 0), **facts)

    def trace(self, table: TableTrace) -> None:
        """Keep what a table saw."""
        if len(self.tables) < MAX_TABLES:
            self.tables.append(table)

    @contextmanager
    def inside(self, spot: Spot) -> "Iterator[None]":
        """Place what is warned about within the block, and count a level of nesting."""
        outside, self.at = self.at, spot
        self.enter(LEVELS)
        yield
        # After an error the evaluation is over, so nothing has to be put back.
        self.depth -= LEVELS
        self.at = outside


Evaluate = Callable[[Run, Scope], object]
"""A compiled boxed expression."""
