"""What one evaluation carries: its clock, its budget, its warnings, and the frames of its variables."""

import datetime as dt
from collections.abc import Callable, Mapping

from engine import clock as program_clock
from engine.feel import limits, messages
from engine.feel.errors import FeelLimitError, FeelWarning
from engine.feel.messages import Text

Place = tuple[int, int]
"""Line and column, counted from 1."""


class State:
    """One evaluation; belongs to one thread."""

    __slots__ = ("clock", "depth", "steps", "texts", "warnings")

    def __init__(self, clock: Callable[[], dt.datetime] | None) -> None:
        self.clock = clock or program_clock.now
        self.depth = 0
        self.steps = limits.MAX_STEPS
        self.texts = limits.MAX_TEXTS
        self.warnings: list[FeelWarning] = []

    def spend(self, steps: int) -> None:
        """Take steps from the budget; raise FeelLimitError when it is used up."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelLimitError(messages.TOO_MANY_STEPS, limit=limits.MAX_STEPS)

    def spend_text(self, size: int) -> None:
        """Take characters from the budget before a string of that size is made."""
        self.texts -= size
        if size > limits.MAX_TEXT or self.texts < 0:
            raise FeelLimitError(messages.TOO_LARGE, limit=limits.MAX_TEXT)

    def enter(self, levels: int) -> None:
        """Go down so many levels of nesting; leave by subtracting them from ``depth``."""
        self.depth += levels
        if self.depth > limits.MAX_FRAMES:
            raise FeelLimitError(messages.TOO_DEEP, limit=limits.MAX_FRAMES)

    def warn(self, text: Text, place: Place, /, **facts: object) -> None:
        """Say why a part became null."""
        if len(self.warnings) < limits.MAX_WARNINGS:
            self.warnings.append(FeelWarning(text, place[0], place[1], facts))


class Frame:
    """The variables of one scope; ``item`` is what a filter looks at."""

    __slots__ = ("item", "parent", "state", "values")

    def __init__(
        self, values: Mapping[str, object], state: State, parent: "Frame | None" = None, item: object = None
    ) -> None:
        self.values = values
        self.state = state
        self.parent = parent
        self.item = item


Evaluator = Callable[[Frame], object]
"""A compiled part of an expression."""
