"""Workers for a database as it hands out its jobs."""

import asyncio
from pathlib import Path

from engine.database import Database
from engine.worker import Worker, run_due
from engine.worker.queue_worker import QueueWorker, do_handed_out


def do_due(database: Database) -> int:
    """Do all due jobs in the way this database has them done; give how many."""
    return asyncio.run(do_handed_out(database)) if database.hands_out else run_due(database)


def worker_of(database: Database, *, signing_key: Path | None = None) -> Worker | QueueWorker:
    """Make the worker that belongs to this database."""
    return (QueueWorker if database.hands_out else Worker)(database, "embedded", signing_key=signing_key)
