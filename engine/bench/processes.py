"""The program's processes: started by its command line, and killed as a power cut does."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

START_TIMEOUT = 90.0
"""Seconds until a server that does not answer counts as broken."""


@dataclass(kw_only=True)
class Process:
    """One server or worker, started again after each kill."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    port: int | None = None
    """Where a server answers; None for a worker."""
    kills: int = 0
    fell: int = 0
    """How often it ended by itself, which it never should."""
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> str:
        """Give all that it has printed in all its lives."""
        return (self.folder / f"{self.name}.log").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        """Start it, without waiting until it is ready."""
        # The kernel ends it if we are killed ourselves.
        prefix = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                [*prefix, *self.command],
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Wait until a server answers. Raises TimeoutError with what it has printed."""
        end = time.monotonic() + START_TIMEOUT
        while self.port is not None and not _answers(self.port):
            if time.monotonic() > end or not self.alive:
                raise TimeoutError(f"{self.name} does not answer:\n{self.log}")
            time.sleep(0.05)

    @property
    def memory(self) -> float:
        """Give the resident megabytes of it and of the processes it has started."""
        assert self._process is not None  # noqa: S101 - asked of one that runs only
        return sum(_resident(pid) for pid in _family(self._process.pid)) / 1e6

    @property
    def processor(self) -> float:
        """Give the seconds that the processor has worked for it and for the processes it has started."""
        assert self._process is not None  # noqa: S101 - asked of one that runs only
        return sum(_worked(pid) for pid in _family(self._process.pid)) / 1e9

    @property
    def alive(self) -> bool:
        """Tell whether it runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it and the processes it started, without a chance to tidy up."""
        if self._process is None:
            return
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self.kills += 1
        else:
            self.fell += 1
        self._process = None

    def stop(self) -> None:
        """End it as an administrator does; by force where it does not listen."""
        if self._process is None:
            return
        self.fell += not self.alive
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None


def free_port() -> int:
    """Find a port of the loopback address on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _resident(pid: int) -> int:
    """Give the resident bytes of a process; of what it shares with others its part."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    kilobytes = next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return kilobytes * 1024


def _worked(pid: int) -> int:
    """Give the nanoseconds that the threads of a process have worked, those that have ended aside."""
    return sum(int(one.read_text(encoding="ascii").split()[0]) for one in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def _family(pid: int) -> list[int]:
    """List a process and those it has started."""
    listed = (children.read_text(encoding="ascii") for children in Path(f"/proc/{pid}/task").glob("*/children"))
    return [pid, *(one for children in listed for child in children.split() for one in _family(int(child)))]


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_TIMEOUT)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
