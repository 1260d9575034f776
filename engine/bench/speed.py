"""All figures of one run: each part on fresh databases, its comparisons in turn, so that a busy machine harms both."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from engine.bench.cases import ROUND
from engine.bench.completion import measure_completion
from engine.bench.figures import Figure
from engine.bench.growth import AGE, measure_age, measure_instances
from engine.bench.memory import LIVE, measure_memory
from engine.bench.preparing import prepare
from engine.bench.repeating import median_of_runs
from engine.bench.serving import CLIENTS, Installation, measure_serving
from engine.bench.small import CONDITIONS, measure_conditions, measure_storage
from engine.bench.volume import measure_lists
from engine.database import Database

RUNS = 5
IN_PROCESSES = frozenset({"completion", "age", "instances", "condition"})
"""The parts that one process measures in some seconds: they are measured by several, see ``repeating``."""
MANY_CASES = 3
"""Times the cases of a median, where pages of 8 kB are counted: a table or index grows by one of them at a time."""
Kind = Literal["sqlite", "postgresql"]
Progress = Callable[[float], object]


@dataclass(frozen=True, kw_only=True)
class Speed:
    """What to measure, and how thoroughly."""

    fresh: Callable[[Kind], AbstractContextManager[tuple[str, Path]]]
    """Gives the URL of an empty database at the newest schema, and a folder."""
    program: Sequence[str]
    """How the command line of the program is started."""
    parts: Sequence[str]
    kinds: Sequence[Kind] = ("sqlite", "postgresql")
    cases: int = 40
    """Cases that are completed where a median is taken."""
    tasks: int = 100_000
    """Tasks of the big company that lists are compared in."""
    completions: int = 2000
    """Completions through the server before its memory is looked at again."""
    runs: int = RUNS
    """Processes that measure what is soon measured, one after the other; with one it is this one."""

    def steps(self) -> int:
        """Tell how often the progress will be told."""
        each = {
            "completion": len(self.kinds) * (self.cases + 1),
            "age": AGE - 1 + self.cases,
            "instances": 2 * self.cases,
            "storage": len(self.kinds) * 2 * MANY_CASES * self.cases,
            "lists": len(self.kinds) * self.tasks // 1000,
            "http": (1 + CLIENTS) * self.cases * len(ROUND),
            "memory": LIVE + self.completions,
            "condition": len(CONDITIONS),
        }
        return sum(each[part] * (self.runs if part in IN_PROCESSES else 1) for part in self.parts)


def measure_speed(speed: Speed, progress: Progress = lambda _steps: None) -> list[Figure]:
    """Measure the parts asked for. Databases and processes are gone afterwards, also where somebody interrupts it."""
    return [figure for part in speed.parts for figure in _measure(part, speed, progress)]


def _measure(part: str, speed: Speed, progress: Progress) -> list[Figure]:
    if speed.runs == 1 or part not in IN_PROCESSES:
        return _MEASURES[part](speed, progress)
    alone = replace(speed, parts=(part,), runs=1)
    kinds = [word for kind in speed.kinds for word in ("--database", kind)]
    options = ["--only", part, *kinds, "--cases", str(speed.cases), "--runs", "1", "--json"]
    command = [*speed.program, "bench", "speed", *options]
    return median_of_runs(command, speed.runs, lambda: progress(alone.steps()))


def _completion(speed: Speed, progress: Progress) -> list[Figure]:
    return _on_each(speed, lambda database: measure_completion(database, speed.cases, lambda: progress(1)))


def _age(speed: Speed, progress: Progress) -> list[Figure]:
    return _on_fresh(speed, "sqlite", lambda database: measure_age(database, speed.cases, lambda: progress(1)))


def _instances(speed: Speed, progress: Progress) -> list[Figure]:
    return _on_fresh(speed, "sqlite", lambda database: measure_instances(database, speed.cases, lambda: progress(1)))


def _storage(speed: Speed, progress: Progress) -> list[Figure]:
    number = MANY_CASES * speed.cases
    return _on_each(speed, lambda database: measure_storage(database, number, lambda: progress(1)))


def _lists(speed: Speed, progress: Progress) -> list[Figure]:
    return _on_each(speed, lambda database: measure_lists(database, speed.tasks, lambda rows: progress(rows / 1000)))


def _conditions(_speed: Speed, progress: Progress) -> list[Figure]:
    return measure_conditions(lambda: progress(1))


def _http(speed: Speed, progress: Progress) -> list[Figure]:
    with speed.fresh("sqlite") as (url, folder), _prepared(url) as database:
        installation = Installation(database_url=url, folder=folder, program=speed.program)
        return measure_serving(installation, database, speed.cases, lambda: progress(1))


def _memory(speed: Speed, progress: Progress) -> list[Figure]:
    with speed.fresh("sqlite") as (url, folder), _prepared(url) as database:
        installation = Installation(database_url=url, folder=folder, program=speed.program)
        return measure_memory(installation, database, speed.completions, lambda: progress(1))


_MEASURES: dict[str, Callable[[Speed, Progress], list[Figure]]] = {
    "completion": _completion,
    "age": _age,
    "instances": _instances,
    "storage": _storage,
    "lists": _lists,
    "http": _http,
    "memory": _memory,
    "condition": _conditions,
}
PARTS = tuple(_MEASURES)
"""What can be measured by itself."""


def _on_each(speed: Speed, measure: Callable[[Database], list[Figure]]) -> list[Figure]:
    return [figure for kind in speed.kinds for figure in _on_fresh(speed, kind, measure)]


def _on_fresh(speed: Speed, kind: Kind, measure: Callable[[Database], list[Figure]]) -> list[Figure]:
    with speed.fresh(kind) as (url, _folder), _prepared(url) as database:
        return measure(database)


@contextmanager
def _prepared(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        prepare(database)
        yield database
    finally:
        database.dispose()
