"""The worker that lives beside the server."""

import datetime as dt
import logging
import threading
from pathlib import Path

from engine import clock
from engine.audit.checkpoint import seal
from engine.database import Database
from engine.worker.due import next_due, run_due
from engine.worker.tidying import TIDY_EVERY, tidy

LONGEST_WAIT = 30.0
"""Seconds. Other processes can write jobs too; this is how late we notice where nobody tells us."""

SEAL_EVERY = dt.timedelta(hours=1)
"""How much of history an attacker with the whole database could rewrite unnoticed: what came since the last seal."""

log = logging.getLogger("qucheng.worker")


class Worker:
    """Waits for the next due time or a commit of this process, then does what is due; seals history and tidies."""

    def __init__(self, database: Database, name: str = "embedded", *, signing_key: Path | None = None) -> None:
        self._database = database
        self._signing_key = signing_key
        self._seal_at: dt.datetime | None = None
        self._tidy_at: dt.datetime | None = None
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
                run_due(self._database, self._name)
                self._seal()
                self._tidy()
                wait = self._seconds_to_wait()
            except Exception:
                # The database may be away for a moment; a worker that dies would leave cases waiting for ever.
                log.exception("the worker could not look for jobs and tries again")
                wait = 5.0
            self._woken.wait(wait)

    def _seal(self) -> None:
        now = clock.now()
        if self._signing_key is None or not _is_time(self._seal_at, now, SEAL_EVERY):
            return
        # Several workers may try: the one that comes within the hour finds the seal and makes none.
        seal(self._database, self._signing_key, at_most_every=SEAL_EVERY)
        self._seal_at = now + SEAL_EVERY

    def _tidy(self) -> None:
        now = clock.now()
        if _is_time(self._tidy_at, now, TIDY_EVERY):
            tidy(self._database)
            self._tidy_at = now + TIDY_EVERY

    def _seconds_to_wait(self) -> float:
        due = next_due(self._database)
        if due is None:
            return LONGEST_WAIT
        return min(LONGEST_WAIT, max(0.05, (due - clock.now()).total_seconds()))


def _is_time(at: dt.datetime | None, now: dt.datetime, every: dt.timedelta) -> bool:
    """Tell whether it is time again; also where the clock was set back, and the next time is too far away."""
    return at is None or not now < at <= now + every
