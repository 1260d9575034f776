"""Killing servers and workers at random while cases run, and looking at what became of the cases."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from engine.bench.checking import differences
from engine.bench.driving import Driver
from engine.bench.observing import events, open_jobs, settled
from engine.bench.orders import Order, draw_orders
from engine.bench.preparing import prepare
from engine.bench.processes import Process, free_port
from engine.database import Database

LEASE_SECONDS = 2
"""A killed worker's job is free again after this time, instead of minutes."""

BETWEEN_KILLS = 6.0
"""Seconds that one process lives on average."""

SPARED_WHILE_STARTING = 0.8
"""The share of kills that wait until a server answers: most are to hit one that works, some one that starts."""

Progress = Callable[[int], object]
"""Is told how many cases have ended so far."""


@dataclass(frozen=True, kw_only=True)
class Crash:
    """What to run. The same seed asks for the same orders and draws the same victims."""

    seed: int
    cases: int
    processes: int
    kills: int
    database_url: str
    """A database of its own at the newest schema, without any people."""
    folder: Path
    """Where logs and keys of the processes lie; empty."""
    program: Sequence[str]
    """How the command line of the program is started."""
    patience: float = 90.0
    """Seconds without anything happening until a case that has not ended counts as stuck, however slow the machine."""

    @property
    def duration(self) -> float:
        """Give the seconds over which the orders are spread: as long as there are kills."""
        return max(1.0, self.kills * BETWEEN_KILLS / self.processes)


@dataclass(kw_only=True)
class CrashReport:
    """What was done and found."""

    kills: Mapping[str, int] = field(default_factory=dict)
    """By process."""
    answers: Mapping[str, int] = field(default_factory=dict)
    """What the servers answered, by status; and how requests were cut off."""
    seconds: float = 0.0
    differences: list[str] = field(default_factory=list)


def run_crash(crash: Crash, progress: Progress = lambda _ended: None) -> CrashReport:
    """Run the cases, kill, wait until all have ended, and compare. All processes are gone afterwards."""
    began = time.monotonic()
    database = Database(crash.database_url)
    orders = draw_orders(crash.seed, crash.cases, crash.duration)
    with ExitStack() as stack:
        stack.callback(database.dispose)
        token = prepare(database)
        processes = _start(crash, stack)
        servers = [f"http://127.0.0.1:{one.port}" for one in processes if one.port is not None]
        numbers = random.Random(f"driver {crash.seed}")  # noqa: S311 - to be repeated, not to be kept secret
        driver = Driver(servers=servers, token=token, database=database, orders=orders, numbers=numbers)
        stack.callback(driver.finished.set)
        for thread in driver.threads():
            thread.start()
        _kill_at_random(crash, processes, lambda: _tell(database, progress))
        stuck = _wait(crash, database, orders, progress)
        driver.finished.set()
        for process in processes:
            process.stop()
        with database.reading() as session:
            found = [*driver.faults, *stuck, *_fallen(processes), *differences(session, orders)]
    return CrashReport(
        kills={process.name: process.kills for process in processes},
        answers=dict(driver.answers),
        seconds=time.monotonic() - began,
        differences=found,
    )


def _start(crash: Crash, stack: ExitStack) -> list[Process]:
    """Start servers and workers in turn, and wait for the servers."""
    processes = [_process(crash, index) for index in range(crash.processes)]
    for process in processes:
        stack.callback(process.stop)
        process.start()
    for process in processes:
        process.wait_until_ready()
    return processes


def _process(crash: Crash, index: int) -> Process:
    port = free_port() if index % 2 == 0 else None
    verb, name = ("run", f"server-{index}") if port is not None else ("worker", f"worker-{index}")
    environment = {
        "QUCHENG_HOME": str(crash.folder),
        "QUCHENG_DATA": str(crash.folder),
        "QUCHENG_DATABASE_URL": crash.database_url,
        "QUCHENG_HOST": "127.0.0.1",
        "QUCHENG_PORT": str(port or 0),
        "QUCHENG_LEASE_SECONDS": str(LEASE_SECONDS),
    }
    return Process(name=name, command=[*crash.program, verb], environment=environment, folder=crash.folder, port=port)


def _kill_at_random(crash: Crash, processes: Sequence[Process], look: Callable[[], object]) -> None:
    numbers = random.Random(f"killer {crash.seed}")  # noqa: S311 - to be repeated, not to be kept secret
    mean = crash.duration / crash.kills if crash.kills else 0.0
    for _ in range(crash.kills):
        time.sleep(numbers.uniform(0.2, 1.8) * mean)
        victim = numbers.choice(processes)
        if numbers.random() < SPARED_WHILE_STARTING:
            victim.wait_until_ready()
        victim.kill()
        victim.start()
        look()


def _fallen(processes: Sequence[Process]) -> list[str]:
    return [f"{one.name} ended by itself:\n{one.log[-2000:]}" for one in processes if one.fell]


def _wait(crash: Crash, database: Database, orders: Sequence[Order], progress: Progress) -> list[str]:
    seen, moved = -1, time.monotonic()
    while time.monotonic() < moved + crash.patience:
        ended = _tell(database, progress)
        with database.reading() as session:
            if ended >= len(orders) and not open_jobs(session):
                return []
            happened = events(session)
        if happened != seen:
            seen, moved = happened, time.monotonic()
        time.sleep(0.2)
    return [f"nothing happens any more, and only {_tell(database, progress)} of {len(orders)} cases have ended"]


def _tell(database: Database, progress: Progress) -> int:
    with database.reading() as session:
        ended = settled(session)
    progress(ended)
    return ended
