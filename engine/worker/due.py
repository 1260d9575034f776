"""Find, lease and do due jobs."""

import datetime as dt

from sqlalchemy import func, or_, select, update

from engine import clock
from engine.connectors import CONNECTORS
from engine.database import Database
from engine.model import Job
from engine.worker.doing import do_job

LEASE = dt.timedelta(minutes=2)
"""How long a job belongs to the worker that took it. A worker that died gives it back by not renewing."""

_doable = or_(Job.kind != "service", Job.type.in_(CONNECTORS))


def run_due(database: Database, worker_name: str = "worker") -> int:
    """Do jobs until none is due; give how many were done. Safe with any number of workers."""
    done = 0
    while (job_id := _lease(database, worker_name)) is not None:
        do_job(database, job_id)
        done += 1
    return done


def next_due(database: Database) -> dt.datetime | None:
    """Give the moment at which there may be something to do next; None while nothing waits."""
    # A leased job is looked at again when its lease ends.
    when = func.coalesce(Job.leased_until, Job.due_at)
    with database.reading() as session:
        return session.scalar(select(when).where(Job.state == "CREATED", _doable).order_by(when).limit(1))


def _lease(database: Database, worker_name: str) -> int | None:
    now = clock.now()
    due = next_due(database)
    if due is None or due > now:
        # Looked at without a write: the worker wakes at every commit, its own included.
        return None
    with database.transaction() as session:
        candidate = (
            select(Job.id)
            .where(
                Job.state == "CREATED",
                Job.due_at <= now,
                or_(Job.leased_until.is_(None), Job.leased_until < now),
                _doable,
            )
            .order_by(Job.due_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        job_id = session.scalar(candidate)
        if job_id is not None:
            session.execute(update(Job).where(Job.id == job_id).values(leased_by=worker_name, leased_until=now + LEASE))
        return job_id
