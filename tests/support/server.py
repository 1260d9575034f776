"""The program as people run it: ``qucheng run`` in a process of its own, on a free port, with a fresh database."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.databases import copied
from tests.support.postgresql import Cluster

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("qucheng")
START_TIMEOUT = 60.0
"""Seconds until a server that does not answer counts as broken."""


@dataclass(kw_only=True)
class Server:
    """One installation: its folder, its database, and its process while it runs."""

    data_folder: Path
    database_url: str
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    """Settings on top of the ones that this class makes."""
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Give the address without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Give all that the process has printed."""
        return (self.data_folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def run(self, *arguments: str) -> str:
        """Run another ``qucheng`` command on this installation and give what it printed."""
        done = self.attempt(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def attempt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a ``qucheng`` command that may fail."""
        return subprocess.run(
            [PROGRAM, *arguments], env=self._settings(), cwd=ROOT, check=False, capture_output=True, text=True
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with (self.data_folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                # The server must not outlive a test process that was killed: the kernel then tells it to end.
                ["setpriv", "--pdeathsig", "TERM", PROGRAM, "run"],
                env=self._settings(),
                cwd=ROOT,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        end = time.monotonic() + START_TIMEOUT
        while not self._answers():
            assert self._process.poll() is None, f"the server ended:\n{self.log}"
            assert time.monotonic() < end, f"the server does not answer:\n{self.log}"
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server as an administrator does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=START_TIMEOUT)
            self._process = None

    def kill(self) -> None:
        """End the server and the processes it started as a power cut does."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=START_TIMEOUT)
            self._process = None

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_TIMEOUT)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            return False
        finally:
            connection.close()
        return True

    def _settings(self) -> dict[str, str]:
        return {
            **os.environ,
            "QUCHENG_HOME": str(ROOT),
            "QUCHENG_DATA": str(self.data_folder),
            "QUCHENG_DATABASE_URL": self.database_url,
            "QUCHENG_HOST": "127.0.0.1",
            "QUCHENG_PORT": str(self.port),
            **self.environment,
        }


@pytest.fixture(scope="session")
def demo_sqlite(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """Prepare the demo installation once on SQLite and give its data folder."""
    folder = tmp_path_factory.mktemp("demo-sqlite")
    shutil.copy(migrated_sqlite, folder / "qucheng.db")
    Server(data_folder=folder, database_url=f"sqlite:///{folder / 'qucheng.db'}", port=0).run("init", "--demo")
    return folder


@pytest.fixture(scope="session")
def demo_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgresql_cluster: Cluster, migrated_postgresql: str
) -> Path:
    """Prepare the demo installation once on PostgreSQL, as database ``demo``, and give its data folder."""
    folder = tmp_path_factory.mktemp("demo-postgresql")
    url = postgresql_cluster.create("demo", template=migrated_postgresql)
    Server(data_folder=folder, database_url=url, port=0).run("init", "--demo")
    return folder


@pytest.fixture
def sqlite_server(demo_sqlite: Path, tmp_path: Path) -> Iterator[Server]:
    """Run the demo installation on SQLite."""
    folder = shutil.copytree(demo_sqlite, tmp_path / "data")
    server = Server(data_folder=folder, database_url=f"sqlite:///{folder / 'qucheng.db'}", port=free_port())
    yield from _running(server)


@pytest.fixture
def postgresql_server(demo_postgresql: Path, postgresql_cluster: Cluster, tmp_path: Path) -> Iterator[Server]:
    """Run the demo installation on PostgreSQL."""
    folder = shutil.copytree(demo_postgresql, tmp_path / "data")
    with copied(postgresql_cluster, "demo") as url:
        yield from _running(Server(data_folder=folder, database_url=url, port=free_port()))


@pytest.fixture
def server(request: pytest.FixtureRequest, backend: str) -> Server:
    """Run the demo installation; the test runs on both kinds of database."""
    running = request.getfixturevalue(f"{backend}_server")
    assert isinstance(running, Server)
    return running


def free_port() -> int:
    """Find a port of the loopback address on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()
