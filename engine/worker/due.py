"""Find, lease and do due jobs."""

import datetime as dt
import logging
import secrets

from sqlalchemy import func, or_, select, update

from engine import clock
from engine.commands.drop_job import drop_job
from engine.commands.fail_job import fail_job
from engine.commands.run_job import run_job
from engine.connectors import CONNECTORS
from engine.database import Database
from engine.errors import EngineError, GoneError
from engine.model import Job

LEASE = dt.timedelta(minutes=2)
"""How long a job belongs to the worker that took it. A worker that died gives it back by not renewing."""

log = logging.getLogger("qucheng.worker")

_doable = or_(Job.kind != "service", Job.type.in_(CONNECTORS))


def run_due(database: Database, worker_name: str = "worker") -> int:
    """Do jobs until none is due; give how many were done. Safe with any number of workers."""
    done = 0
    while (job_id := _lease(database, worker_name)) is not None:
        _do(database, job_id)
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


def _do(database: Database, job_id: int) -> None:
    try:
        with database.transaction() as session:
            run_job(session, job_id)
    except GoneError:
        # The case went on or ended between the lease and the lock: nothing is left to do.
        with database.transaction() as session:
            drop_job(session, job_id)
    except Exception as error:
        log_id = secrets.token_hex(4)
        refused = isinstance(error, EngineError)
        if not refused:
            log.exception("job %s failed, log id %s", job_id, log_id)
        with database.transaction() as session:
            fail_job(session, job_id, error, final=refused, log_id=log_id)
