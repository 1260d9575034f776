"""The worker that lives beside the server."""

import logging
import threading
from pathlib import Path

from engine import clock
from engine.database import Database
from engine.worker.due import next_due, run_due
from engine.worker.housekeeping import Housekeeping

LONGEST_WAIT = 30.0
"""Seconds. Other processes can write jobs too; this is how late we notice where nobody tells us."""

log = logging.getLogger("qucheng.worker")


class Worker:
    """Waits for the next due time or a commit of this process, then does what is due; seals history and tidies."""

    def __init__(self, database: Database, name: str = "embedded", *, signing_key: Path | None = None) -> None:
        self._database = database
        self._housekeeping = Housekeeping(database, signing_key)
        self._name = name
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="qucheng-worker", daemon=True)

    def start(self) -> None:
        """Begin to work in a thread of its own."""
        self._database.after_commit(self._woken.set)
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Finish the job at hand and end. ``timeout`` in seconds."""
        self._stopped.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def run(self) -> None:
        """Work in the calling thread until ``stop`` is called from another."""
        self._database.after_commit(self._woken.set)
        self._work()

    def _work(self) -> None:
        while not self._stopped.is_set():
            self._woken.clear()
            try:
                run_due(self._database, self._name, stopped=self._stopped.is_set)
                self._housekeeping.keep()
                wait = self._housekeeping.at_most(self._seconds_to_wait())
            except Exception:
                # The database may be away for a moment; a worker that dies would leave cases waiting for ever.
                log.exception("the worker could not look for jobs and tries again")
                wait = 5.0
            self._woken.wait(wait)

    def _seconds_to_wait(self) -> float:
        due = next_due(self._database)
        if due is None:
            return LONGEST_WAIT
        return min(LONGEST_WAIT, max(0.05, (due - clock.now()).total_seconds()))
