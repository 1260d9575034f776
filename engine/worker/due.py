"""Find, lease and do due jobs."""

import datetime as dt
from collections.abc import Callable, Iterator

from sqlalchemy import ColumnElement, Select, and_, func, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.config_outside import Outside
from engine.connectors import CONNECTORS
from engine.database import Database
from engine.execution.jobs import hand_out, lease
from engine.model import Job
from engine.worker.doing import do_job

HANDED_OUT_AT_ONCE = 500
"""Jobs that one transaction hands out: those that wait for it are kept waiting for a moment only."""

OWN_KINDS = ("timer", "event", "call", "return", "cancel", "start")
"""What the program does by itself; a ``service`` job it does where there is a connector of its type."""


def run_due(
    database: Database,
    worker_name: str = "worker",
    *,
    outside: Outside | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Do jobs until none is due or the worker is ``stopped``; give how many were done. Safe with any number of workers.

    ``outside`` are the ways out, see ``do_job``.
    """
    done = 0
    while not stopped() and (job_id := _lease(database, worker_name)) is not None:
        do_job(database, job_id, outside)
        done += 1
    return done


def next_due(database: Database) -> dt.datetime | None:
    """Give the moment at which there may be something to do next; None while nothing waits."""
    with database.reading() as session:
        return next((moment for moment, _queue in _next_of_each(session)), None)


def _queues() -> Iterator[ColumnElement[bool]]:
    """Give the kinds of jobs a worker does, one condition each: each has its own stretch of an index.

    Asked for all at once, the database would read every job that others have to do, or sort all that wait.
    """
    for kind in OWN_KINDS:
        yield and_(Job.state == "CREATED", Job.kind == kind)
    for type_ in sorted(CONNECTORS):
        yield and_(Job.state == "CREATED", Job.type == type_, Job.kind == "service")


# Written once: to write it in Python takes twenty times as long as to ask it, and every commit wakes the worker.
_QUEUES = tuple(_queues())
_NEXT = select(*(select(func.min(Job.look_at)).where(queue).scalar_subquery() for queue in _QUEUES))


def _next_of_each(session: Session) -> list[tuple[dt.datetime, ColumnElement[bool]]]:
    """Give when each queue is to be looked at next, the first one first. Costs one statement."""
    moments = session.execute(_NEXT).one()
    waiting = [(moment, queue) for moment, queue in zip(moments, _QUEUES, strict=True) if moment is not None]
    return sorted(waiting, key=lambda found: found[0])


def _lease(database: Database, worker_name: str) -> int | None:
    now = clock.now()
    with database.reading() as session:
        # Looked at without a write: the worker wakes at every commit, its own included.
        due = [queue for moment, queue in _next_of_each(session) if moment <= now]
    if not due:
        return None
    with database.transaction() as session:
        job_id = next((found for queue in due if (found := _free(session, queue, now)) is not None), None)
        if job_id is not None:
            session.execute(
                update(Job).where(Job.id == job_id).values(leased_by=worker_name, leased_until=now + lease())
            )
        return job_id


def _free(session: Session, queue: ColumnElement[bool], now: dt.datetime) -> int | None:
    """Lock the first due job of a queue that no other worker is about to take."""
    return session.scalar(_free_ones(queue, now).limit(1))


def _free_ones(queue: ColumnElement[bool], now: dt.datetime) -> Select[int]:
    return (
        select(Job.id).where(queue, Job.look_at <= now).order_by(Job.look_at, Job.id).with_for_update(skip_locked=True)
    )


def hand_out_due(database: Database) -> int:
    """Put into the queue what has become due, and what was taken and not done in time; give how many jobs."""
    now = clock.now()
    with database.reading() as session:
        due = [queue for moment, queue in _next_of_each(session) if moment <= now]
    handed_out = 0
    for queue in due:
        with database.transaction() as session:
            ids = session.scalars(_free_ones(queue, now).limit(HANDED_OUT_AT_ONCE)).all()
            hand_out(session, ids, again=True)
            handed_out += len(ids)
    return handed_out
