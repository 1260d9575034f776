"""A private PostgreSQL: in a folder of its own, reached through a socket in it, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from engine.errors import InvalidError, mark

START_TIMEOUT = 60.0
"""Seconds until a cluster that does not answer counts as broken."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running PostgreSQL server that belongs to this process alone."""

    folder: Path

    def url(self, name: str) -> str:
        """Give the SQLAlchemy URL of one database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def create(self, name: str, *, template: str = "template0") -> str:
        """Make a database as a copy of another one and give its URL."""
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, ending whatever is still connected to it."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: LiteralString, *names: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def connect(self) -> psycopg.Connection:
        """Connect to the maintenance database, each statement its own transaction."""
        return psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True)


@contextmanager
def private_cluster() -> Iterator[Cluster]:
    """Start a cluster in a new folder under the system's short temporary path; stop and remove it at the end.

    Raises InvalidError where PostgreSQL is not installed.
    """
    # No folder of the caller: a socket's path holds about 100 characters, and the server's user could not enter it.
    folder = Path(tempfile.mkdtemp(prefix="qucheng-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    try:
        _initialise(folder)
        with (folder / "log").open("wb") as log:
            # No server but ours is ever stopped: this is the process that we started, by its own handle.
            process = subprocess.Popen(_command(folder, "postgres"), stdout=log, stderr=log)  # noqa: S603 - PostgreSQL's own programs
        try:
            cluster = Cluster(folder=folder)
            _wait(cluster, process)
            yield cluster
        finally:
            process.terminate()
            process.wait(timeout=START_TIMEOUT)
    finally:
        shutil.rmtree(folder)


def _initialise(folder: Path) -> None:
    initdb = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
    command = _command(folder, "initdb", *initdb)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - PostgreSQL's own programs
    with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(
            f"listen_addresses = ''\nunix_socket_directories = '{folder}'\nfsync = on\nmax_connections = 200\n"
        )


def _command(folder: Path, program: str, *arguments: str) -> list[str]:
    # The server must not outlive a process that was killed: the kernel then tells it to shut down.
    prefix = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        prefix += ["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    return [*prefix, str(_binaries() / program), "-D", str(folder / "data"), *arguments]


def _binaries() -> Path:
    """Find the newest PostgreSQL that Debian installed, or the one on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = shutil.which("initdb")
    if not debian and found is None:
        raise InvalidError(mark("没有安装 PostgreSQL 15 或更新的版本。Debian 上请运行 apt-get install postgresql。"))
    return debian[-1].parent if debian else Path(str(found)).resolve().parent


def _wait(cluster: Cluster, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_TIMEOUT
    while True:
        try:
            cluster.connect().close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > end:
                log = (cluster.folder / "log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"the private PostgreSQL did not start:\n{log}") from error
            time.sleep(0.05)
        else:
            return
