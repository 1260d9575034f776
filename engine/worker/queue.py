"""Procrastinate's queue on PostgreSQL: the jobs of one installation for workers on any number of machines.

The row in ``jobs`` stays the truth. An entry of the queue only says that somebody should look at it: one too many
does nothing, and one that is lost is made again when the row's lease has run out.
"""

import logging
from collections.abc import Callable

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from sqlalchemy import or_, select

from engine import clock
from engine.config_outside import Outside
from engine.database import Database
from engine.execution.jobs import QUEUE_NAME, lease
from engine.model import Job
from engine.worker.doing import do_job

QUEUE = "jobs"
"""As ``engine.execution.jobs`` writes it."""

DEAD_AFTER = 30.0
"""Seconds without a heartbeat after which a worker counts as dead, and others take over what it was doing."""

log = logging.getLogger("qucheng.worker")


def dead_after() -> float:
    """Give ``DEAD_AFTER``, or the lease of a job where that is shorter: in seconds."""
    return min(DEAD_AFTER, lease().total_seconds())


def open_queue(database: Database, do: Callable[[int], object], look: Callable[[], object]) -> App:
    """Make the application that calls ``do`` for each job, and ``look`` when something is due soon."""
    _, arguments = database.engine.dialect.create_connect_args(database.url)
    app = App(connector=PsycopgConnector(min_size=1, max_size=4, kwargs=arguments))

    def do_one(job_id: int) -> None:
        do(job_id)

    app.task(name="do", queue=QUEUE)(do_one)
    app.task(name="look", queue=QUEUE)(look)
    return app


async def take_over_stalled(app: App, silence: float) -> int:
    """Put back into the queue what workers were doing of whom nothing was heard for so many seconds; give how many."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silence))
    for job in stalled:
        log.warning("queue entry %s is taken over from a worker that died", job.id)
        try:
            await app.job_manager.retry_job(job)
        except ConnectorException as error:
            # Another worker was quicker, or the dead one lives.
            log.info("queue entry %s needs no taking over: %s", job.id, error)
    return len(stalled)


def do_entry(database: Database, job_id: int, outside: Outside | None = None) -> bool:
    """Do the job of an entry where it is still due; tell whether it was."""
    with database.reading() as session:
        now = clock.now()
        free = or_(Job.leased_by == QUEUE_NAME, Job.leased_until.is_(None), Job.leased_until < now)
        found = select(Job.id).where(Job.id == job_id, Job.state == "CREATED", Job.due_at <= now, free)
        if session.scalar(found) is None:
            # Done by another worker or about to be, called off, or put off after a failed try.
            return False
    do_job(database, job_id, outside)
    return True
