"""Doing due jobs: a thread beside the server, or ``qucheng worker``.

The worker on PostgreSQL is in ``queue_worker``: it brings the queue and the driver, which SQLite does without.
"""

from engine.worker.doing import do_job
from engine.worker.due import next_due, run_due
from engine.worker.thread import Worker
from engine.worker.tidying import tidy

__all__ = ["Worker", "do_job", "next_due", "run_due", "tidy"]
