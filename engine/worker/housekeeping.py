"""What every worker does beside its jobs: sealing history by the hour, and removing what has had its time."""

import datetime as dt
from pathlib import Path

from engine import clock
from engine.audit.checkpoint import seal
from engine.commands.continue_handover import BATCH, continue_handover
from engine.database import Database
from engine.queries.handovers import open_handovers, turns_to_hand_over
from engine.worker.tidying import TIDY_EVERY, tidy

SEAL_EVERY = dt.timedelta(hours=1)
"""How much of history an attacker with the whole database could rewrite unnoticed: what came since the last seal."""

HAND_OVER_EVERY = dt.timedelta(seconds=2)
"""How long a hand-over waits between two batches of tasks."""


class Housekeeping:
    """Remembers when each task was done last; any number of workers may each have one."""

    def __init__(self, database: Database, signing_key: Path | None) -> None:
        self._database = database
        self._signing_key = signing_key
        self._seal_at: dt.datetime | None = None
        self._hand_over_at: dt.datetime | None = None
        self.tidy_at: dt.datetime | None = None
        """When expired messages are removed next."""
        self._again_at: dt.datetime | None = None
        """When to look at hand-overs again where nothing else wakes the worker."""

    def keep(self) -> None:
        """Do what it is time for."""
        self._seal()
        self._tidy()
        self._hand_over()

    def at_most(self, seconds: float) -> float:
        """Give how long a worker may wait that has nothing else to do for so many seconds."""
        if self._again_at is None:
            return seconds
        return min(seconds, max(0.05, (self._again_at - clock.now()).total_seconds()))

    def _hand_over(self) -> None:
        """Go on with hand-overs that somebody began: one batch of each, so that jobs come in between."""
        now = clock.now()
        if not _is_time(self._hand_over_at, now, HAND_OVER_EVERY):
            # What woke the worker may be a new one, or the batch before: it is not left until something else does.
            self._again_at = self._hand_over_at
            return
        with self._database.reading() as session:
            waiting = {number: turns_to_hand_over(session, number, BATCH) for number in open_handovers(session)}
        for number, turns in waiting.items():
            with self._database.transaction() as session:
                continue_handover(session, number, turns=turns)
        self._hand_over_at = now + HAND_OVER_EVERY
        self._again_at = self._hand_over_at if waiting else None

    def _seal(self) -> None:
        now = clock.now()
        if self._signing_key is None or not _is_time(self._seal_at, now, SEAL_EVERY):
            return
        # Several workers may try: the one that comes within the hour finds the seal and makes none.
        seal(self._database, self._signing_key, at_most_every=SEAL_EVERY)
        self._seal_at = now + SEAL_EVERY

    def _tidy(self) -> None:
        now = clock.now()
        if _is_time(self.tidy_at, now, TIDY_EVERY):
            tidy(self._database)
            self.tidy_at = now + TIDY_EVERY


def _is_time(at: dt.datetime | None, now: dt.datetime, every: dt.timedelta) -> bool:
    """Tell whether it is time again; also where the clock was set back, and the next time is too far away."""
    return at is None or not now < at <= now + every
