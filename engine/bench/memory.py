"""What the server keeps in memory: idle, with many cases open, and after many completions."""

from collections.abc import Callable, Iterator

from engine.bench import cases
from engine.bench.figures import Figure, Took
from engine.bench.serving import CLIENTS, Installation, signed_in
from engine.bench.visitors import Visitor, at_once
from engine.database import Database

LIVE = 1000
"""Cases that stay open, each with a task completed through the server."""
FLAT = 5.0
"""Megabytes within which memory that does not grow still moves."""
SETTLED = 0.2
"""The share of the completions after which what is read once has been read."""
_BATCH = 25
"""Cases that are started for each client at a time."""


def measure_memory(
    installation: Installation,
    database: Database,
    completions: int,
    progress: Callable[[], object],
    live: int = LIVE,
) -> list[Figure]:
    """Start the server, open cases that stay, then complete tasks through it; tell its memory after each."""
    with installation.running() as server:
        idle = server.memory
        visitors = signed_in(server, database, CLIENTS)
        # Signing in takes 64 MB for a moment; cases are not to blame for what the process keeps of that.
        warm = server.memory
        _open_cases(visitors, database, live, progress)
        opened = server.memory
        first = _complete(visitors, database, int(completions * SETTLED), progress)
        settled = server.memory
        rest = _complete(visitors, database, completions - first, progress)
        late = server.memory
    grown = {"completions": first + rest, "settled_MB": settled, "late_MB": late}
    per_100k = (late - settled) / rest * 100_000 if rest else 0.0
    return [
        Figure(name="memory.idle", value=idle, unit="MB", goal=150.0),
        Figure(
            name="memory.live", value=opened - warm, unit="MB", goal=20.0, parts={"live_cases": live, "warm_MB": warm}
        ),
        Figure(
            name="memory.flat",
            value=late - settled,
            unit="MB",
            goal=FLAT,
            parts={**grown, "MB_per_100000": per_100k},
        ),
    ]


def _open_cases(visitors: list[Visitor], database: Database, number: int, progress: Callable[[], object]) -> None:
    for _ in range(number):
        visitors[0].choose(cases.start(database, cases.APPROVAL))
        visitors[0].send(cases.ROUND[0])
        progress()


def _complete(visitors: list[Visitor], database: Database, number: int, progress: Callable[[], object]) -> int:
    """Complete at least so many tasks; give how many."""
    done = 0
    while done < number:
        share = min(_BATCH, -(-(number - done) // (len(visitors) * len(cases.ROUND))))
        shares = [[cases.start(database, cases.APPROVAL) for _ in range(share)] for _ in visitors]

        def work(visitor: Visitor, place: int, shares: list[list[int]] = shares) -> Iterator[Took]:
            for case in shares[place]:
                for values in cases.ROUND:
                    visitor.choose(case)
                    yield visitor.send(values)
                    progress()

        done += len(at_once(visitors, work))
    return done
