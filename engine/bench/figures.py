"""What was measured, each figure with the goal it has to reach."""

import statistics
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of one run."""

    name: str
    """What was measured, such as ``completion.library``."""
    value: float
    unit: str
    """``x`` for the ratio of two figures of the same run; else ``ms``, ``us``, ``kB``, ``MB``, ``s``."""
    goal: float | None = None
    """At most this much; None where it is only told."""
    at_least: bool = False
    """Whether the goal is the least instead of the most."""
    parts: Mapping[str, float] = field(default_factory=dict)
    """What the figure was made of."""

    @property
    def reached(self) -> bool:
        """Tell whether the goal is reached; True where there is none."""
        if self.goal is None:
            return True
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def as_json(self) -> dict[str, object]:
        """Give it for ``--json``."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "goal": self.goal,
            "reached": self.reached,
            "at_least": self.at_least,
            "parts": {name: round(value, 4) for name, value in self.parts.items()},
        }

    @classmethod
    def of_json(cls, found: Mapping[str, Any]) -> "Figure":
        """Give the one that ``as_json`` has told of."""
        return cls(**{name: what for name, what in found.items() if name != "reached"})


@dataclass
class Took:
    """How long something took."""

    seconds: float = 0.0
    processor: float = 0.0
    """Seconds of it that the thread was at work, and not waiting for a disk, a database or its turn."""


@contextmanager
def timing() -> Iterator[Took]:
    """Measure what is done inside."""
    took, wall, work = Took(), time.perf_counter(), time.thread_time()
    yield took
    took.seconds, took.processor = time.perf_counter() - wall, time.thread_time() - work


def median(took: Iterable[Took]) -> float:
    """Give the median of some durations in milliseconds."""
    return statistics.median(one.seconds for one in took) * 1000


def median_of_work(took: Iterable[Took]) -> float:
    """Give the median of the processor's time in milliseconds."""
    return statistics.median(one.processor for one in took) * 1000


def percentile(values: Iterable[float], share: float) -> float:
    """Give the value that a share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
