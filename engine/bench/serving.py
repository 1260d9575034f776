"""The server as people use it: completing tasks through its pages, its memory, and how soon it is there."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import urllib3

from engine.bench import cases
from engine.bench.figures import Figure, Took, median, percentile, timing
from engine.bench.preparing import PASSWORD, USERNAME
from engine.bench.processes import Process, free_port
from engine.database import Database

CLIENTS = 4
LIVE = 1000
"""Cases that are open beside those that are worked on."""
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Where the server of a run lives."""

    database_url: str
    folder: Path
    program: Sequence[str]

    def server(self) -> Process:
        """Give the server, not started."""
        port = free_port()
        environment = {
            "QUCHENG_HOME": str(self.folder),
            "QUCHENG_DATA": str(self.folder),
            "QUCHENG_DATABASE_URL": self.database_url,
            "QUCHENG_HOST": "127.0.0.1",
            "QUCHENG_PORT": str(port),
        }
        command = [*self.program, "run"]
        return Process(name="server", command=command, environment=environment, folder=self.folder, port=port)


def measure_serving(
    installation: Installation, database: Database, number: int, progress: Callable[[], object], live: int = LIVE
) -> list[Figure]:
    """Start the server on the database; four people complete tasks through its pages at the same time."""
    server = installation.server()
    try:
        with timing() as started:
            server.start()
            server.wait_until_ready()
        idle = server.memory
        work = [[cases.start(database, cases.APPROVAL) for _ in range(number)] for _ in range(CLIENTS)]
        half = _work(server, database, [share[: number // 2] for share in work], progress)
        # Checking passwords takes 64 MB each that the process keeps; cases are not to blame for that.
        warm = server.memory
        rest = [cases.start(database, cases.APPROVAL) for _ in range(live)]
        took = half + _work(server, database, [share[number // 2 :] for share in work], progress)
        late = server.memory
    finally:
        server.stop()
    middle_ms, slow = median(took), percentile((one.seconds for one in took), 0.99) * 1000
    since = {"live_cases": len(rest), "completions": len(took) - len(half), "warm_MB": warm}
    return [
        Figure(
            name="http.p50", value=middle_ms, unit="ms", goal=8.0, parts={"clients": CLIENTS, "requests": len(took)}
        ),
        Figure(
            name="http.p99", value=slow / middle_ms, unit="x", goal=5.0, parts={"p50_ms": middle_ms, "p99_ms": slow}
        ),
        Figure(name="start", value=started.seconds, unit="s", goal=2.0),
        Figure(name="memory.idle", value=idle, unit="MB", goal=150.0),
        Figure(name="memory.grown", value=late - warm, unit="MB", goal=20.0, parts=since),
    ]


def _work(
    server: Process, database: Database, shares: Sequence[Sequence[int]], progress: Callable[[], object]
) -> list[Took]:
    """Let each client complete all tasks of its cases; give how long each answer took."""
    clients = [_Client(f"http://127.0.0.1:{server.port}", database, share, progress) for share in shares]
    for client in clients:
        client.thread.start()
    for client in clients:
        client.thread.join()
    faults = [fault for client in clients for fault in client.faults]
    if faults:
        raise RuntimeError(f"the server did not take a completion: {faults[0]}")
    return [took for client in clients for took in client.took]


@dataclass
class _Client:
    """One person's browser."""

    url: str
    database: Database
    share: Sequence[int]
    progress: Callable[[], object]
    took: list[Took] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._http = urllib3.PoolManager(maxsize=1, retries=False)
        self._cookies: dict[str, str] = {}
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self._post("/sign-in", {"username": USERNAME, "password": PASSWORD})
            for case in self.share:
                for values in cases.ROUND:
                    self.took.append(self._complete(case, values))
                    self.progress()
        except Exception as error:  # noqa: BLE001 - raised again by who waits for the thread
            self.faults.append(repr(error))

    def _complete(self, case: int, values: Mapping[str, object]) -> Took:
        (task,) = cases.open_tasks(self.database, case)
        fields = {name: "true" if value is True else str(value) for name, value in values.items()}
        return self._post(f"/tasks/{task}", fields)

    def _post(self, path: str, fields: Mapping[str, str]) -> Took:
        """Open a page and send its form; give how long the second took. Raises RuntimeError."""
        page = self._ask("GET", path)
        token = _TOKEN.search(page.data.decode())
        if token is None:
            raise RuntimeError(f"{path} answers {page.status} without a form")
        with timing() as took:
            answer = self._ask("POST", path, {**fields, "csrf_token": token[1]})
        if answer.status not in {302, 303}:
            raise RuntimeError(f"{path} answers {answer.status}")
        return took

    def _ask(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> urllib3.BaseHTTPResponse:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(fields) if fields is not None else None
        answer = self._http.request(method, self.url + path, body=body, headers=headers, redirect=False)
        self._cookies.update(_cookies(answer))
        return answer


def _cookies(answer: urllib3.BaseHTTPResponse) -> Iterator[tuple[str, str]]:
    for line in answer.headers.getlist("Set-Cookie"):
        name, _, value = line.partition(";")[0].partition("=")
        yield name, value
