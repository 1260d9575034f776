"""The server as people use it: how soon it is there, and completing tasks through its pages."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.bench import cases
from engine.bench.figures import Figure, Took, median, median_of_work, percentile
from engine.bench.processes import Process, free_port
from engine.bench.visitors import Visitor, at_once
from engine.database import Database

CLIENTS = 4


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Where the server of a run lives."""

    database_url: str
    folder: Path
    program: Sequence[str]

    @contextmanager
    def running(self) -> Iterator[Process]:
        """Give the server while it runs and answers."""
        server = self._server()
        try:
            server.start()
            server.wait_until_ready()
            yield server
        finally:
            server.stop()

    def _server(self) -> Process:
        port = free_port()
        environment = {
            "QUCHENG_HOME": str(self.folder),
            "QUCHENG_DATA": str(self.folder),
            "QUCHENG_DATABASE_URL": self.database_url,
            "QUCHENG_HOST": "127.0.0.1",
            "QUCHENG_PORT": str(port),
            # As where it is installed: its modules are compiled once, not with each start.
            "PYTHONDONTWRITEBYTECODE": "",
        }
        command = [*self.program, "run"]
        return Process(name="server", command=command, environment=environment, folder=self.folder, port=port)


def measure_serving(
    installation: Installation, database: Database, number: int, progress: Callable[[], object]
) -> list[Figure]:
    """Measure the second start; then one person completes tasks through the pages, then four at the same time."""
    with installation.running():
        # The first start compiles what nobody has compiled before.
        pass
    began = time.perf_counter()
    with installation.running() as server:
        took_s, parts = time.perf_counter() - began, {"processor_s": server.processor}
        start = Figure(name="start", value=took_s, unit="s", goal=2.0, parts=parts)
        visitors = signed_in(server, database, CLIENTS)
        alone = _alone(server, visitors[0], database, number, progress)
        shares = [[cases.start(database, cases.APPROVAL) for _ in range(number)] for _ in visitors]
        took = at_once(visitors, lambda visitor, place: _complete(visitor, shares[place], progress))
    return [start, alone, *_together(took)]


def signed_in(server: Process, database: Database, number: int) -> list[Visitor]:
    """Give people who have signed in and completed a case: what is read once has been read."""
    visitors = [Visitor(f"http://127.0.0.1:{server.port}", database) for _ in range(number)]
    for visitor in visitors:
        visitor.sign_in()
        list(visitor.complete_all(cases.start(database, cases.APPROVAL)))
    return visitors


def _alone(
    server: Process, visitor: Visitor, database: Database, number: int, progress: Callable[[], object]
) -> Figure:
    took: list[Took] = []
    worked = 0.0
    for case in [cases.start(database, cases.APPROVAL) for _ in range(number)]:
        for values in cases.ROUND:
            visitor.look(case)
            before = server.processor
            took.append(visitor.send(values))
            worked += server.processor - before
            progress()
    parts = {
        "requests": len(took),
        "server_processor_ms": worked / len(took) * 1000,
        "client_processor_ms": median_of_work(took),
        "p99_ms": percentile((one.seconds for one in took), 0.99) * 1000,
    }
    return Figure(name="http.p50", value=median(took), unit="ms", goal=8.0, parts=parts)


def _together(took: Sequence[Took]) -> Iterator[Figure]:
    middle_ms, slow_ms = median(took), percentile((one.seconds for one in took), 0.99) * 1000
    parts = {"clients": CLIENTS, "requests": len(took), "client_processor_ms": median_of_work(took)}
    yield Figure(name="http.together.p50", value=middle_ms, unit="ms", parts=parts)
    yield Figure(
        name="http.together.p99",
        value=slow_ms / middle_ms,
        unit="x",
        goal=5.0,
        parts={"p50_ms": middle_ms, "p99_ms": slow_ms},
    )


def _complete(visitor: Visitor, share: Sequence[int], progress: Callable[[], object]) -> Iterator[Took]:
    for case in share:
        for took in visitor.complete_all(case):
            progress()
            yield took
