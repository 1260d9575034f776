"""How much faster two workers do the same jobs than one, on PostgreSQL."""

import http.server
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select

from engine.bench.preparing import USERNAME, prepare
from engine.bench.processes import Process
from engine.commands.start_instance import start_instance
from engine.database import Database
from engine.model import Incident, ProcessInstance

ANSWER_AFTER = 0.1
"""Seconds that the outside world takes to answer."""

PATIENCE = 120.0
"""Seconds after which jobs that are not done count as lost."""

KINDS = ("bench_outside", "bench_inside")
"""Jobs that wait for somebody outside, and jobs that only write to the database."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What to run."""

    database_url: str
    """A PostgreSQL database of its own at the newest schema, without any people."""
    folder: Path
    program: Sequence[str]
    """How the command line of the program is started."""
    jobs: int
    rounds: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Jobs a second with one worker and with two, a figure for each round; rounds take turns in one run."""

    kind: str
    one: tuple[float, ...]
    two: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Give two workers to one, round by round."""
        return tuple(two / one for one, two in zip(self.one, self.two, strict=True))

    @property
    def ratio(self) -> float:
        """Give the median of the ratios."""
        return statistics.median(self.ratios)


def compare_workers(trial: Trial, progress: Callable[[], object] = lambda: None) -> list[Comparison]:
    """Run each kind of jobs with one worker and with two, in turn. All processes are gone afterwards."""
    database = Database(trial.database_url, hands_out=True)
    with ExitStack() as stack:
        stack.callback(database.dispose)
        url = stack.enter_context(_outside())
        prepare(database)
        found = []
        for kind in KINDS:
            figures: Mapping[int, list[float]] = {1: [], 2: []}
            for number in range(trial.rounds):
                # Whoever comes first in a round comes second in the next one.
                for workers in (1, 2) if number % 2 == 0 else (2, 1):
                    figures[workers].append(_measure(trial, database, kind, url, workers))
                    progress()
            found.append(Comparison(kind=kind, one=tuple(figures[1]), two=tuple(figures[2])))
        return found


def _measure(trial: Trial, database: Database, kind: str, url: str, workers: int) -> float:
    """Give the jobs a second that some workers do; the first job of each is not counted."""
    with _working(trial, workers, urlsplit(url).netloc):
        _do(database, kind, url, workers * 2)
        began = time.perf_counter()
        _do(database, kind, url, trial.jobs)
        return trial.jobs / (time.perf_counter() - began)


@contextmanager
def _working(trial: Trial, workers: int, host: str) -> Iterator[None]:
    environment = {
        "QUCHENG_HOME": str(trial.folder),
        "QUCHENG_DATA": str(trial.folder),
        "QUCHENG_DATABASE_URL": trial.database_url,
        "QUCHENG_HTTP_ALLOWED_HOSTS": host,
        "QUCHENG_HTTP_PRIVATE_NETWORKS": "127.0.0.0/8",
    }
    with ExitStack() as stack:
        for number in range(workers):
            command = [*trial.program, "worker", "--name", f"worker-{number}"]
            process = Process(name=f"worker-{number}", command=command, environment=environment, folder=trial.folder)
            stack.callback(process.stop)
            process.start()
        yield


def _do(database: Database, kind: str, url: str, jobs: int) -> None:
    """Write jobs, each with its case, and wait until all are done. Raises TimeoutError where they are not."""
    with database.transaction() as session:
        numbers = [start_instance(session, kind, {"url": url}, USERNAME) for _ in range(jobs)]
    end = time.monotonic() + PATIENCE
    open_cases = select(func.count()).where(ProcessInstance.id.in_(numbers), ProcessInstance.state == "ACTIVE")
    while True:
        with database.reading() as session:
            left = session.scalar(open_cases)
            stuck = session.scalar(select(Incident.message).limit(1))
        if not left:
            return
        if stuck or time.monotonic() > end:
            raise TimeoutError(f"{left} of {jobs} jobs are not done: {stuck}")
        time.sleep(0.01)


@contextmanager
def _outside() -> Iterator[str]:
    """Answer on a port of the loopback address, after a while, as the outside world does."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer after a while."""
        time.sleep(ANSWER_AFTER)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""
