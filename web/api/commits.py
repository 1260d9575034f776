"""Calls that wait for something to happen wake up at the commit that may have brought it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from engine.database import Database

SEATS = 4
"""Calls that may wait at once: each keeps a thread of the server, and people need some too."""


class Commits:
    """The commits of this process, counted."""

    def __init__(self, database: Database) -> None:
        self._changed = threading.Condition()
        self._seats = threading.BoundedSemaphore(SEATS)
        self._count = 0
        database.after_commit(self._note)

    @property
    def count(self) -> int:
        """Give how many there were; look at it before looking at the database."""
        return self._count

    def wait_for_more(self, seen: int, seconds: float) -> None:
        """Wait until there were more than ``seen``, at most so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._count > seen, timeout=seconds)

    @contextmanager
    def seat(self) -> Iterator[bool]:
        """Tell whether one more call may wait, and keep its place within the block."""
        taken = self._seats.acquire(blocking=False)
        try:
            yield taken
        finally:
            if taken:
                self._seats.release()

    def _note(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify_all()
