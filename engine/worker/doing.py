"""Do one job that a worker has taken, whoever handed it out."""

import logging
import secrets
from collections.abc import Mapping
from functools import partial

from engine.commands.drop_job import drop_job
from engine.commands.fail_job import fail_job
from engine.commands.park_job import park_job
from engine.commands.run_job import run_job
from engine.config_outside import Outside, load_outside
from engine.database import Database, again
from engine.errors import EngineError, GoneError, SuspendedError
from engine.execution.errands import note_reply, plan_errands

log = logging.getLogger("qucheng.worker")


def do_job(database: Database, job_id: int, outside: Outside | None = None) -> None:
    """Do a job, in transactions of its own. Never raises for what the job does: a failed try is written down.

    Safe with any number of workers: only one completes a job, to the others its case has gone on. ``outside``
    are the ways out; they are read from the environment unless given.
    """
    try:
        replies = _do_errands(database, job_id, load_outside() if outside is None else outside)
        again(partial(_run, database, job_id, replies))
    except SuspendedError:
        _park(database, job_id)
    except GoneError:
        # The case went on or ended between the lease and the lock: nothing is left to do.
        with database.transaction() as session:
            drop_job(session, job_id)
    except Exception as error:  # noqa: BLE001 - written down, with the log's id where nobody foresaw it
        _note_failure(database, job_id, error)


def _run(database: Database, job_id: int, replies: Mapping[str, object]) -> None:
    with database.transaction() as session:
        run_job(session, job_id, replies)


def _do_errands(database: Database, job_id: int, outside: Outside) -> Mapping[str, object]:
    """Do what has to happen outside, while no transaction holds a lock."""
    with database.reading() as session:
        errands = plan_errands(session, job_id, outside)
    replies = dict(errands.replies)
    for name, errand in errands.open.items():
        replies[name] = errand()
        if len(errands.open) > 1:
            # One that is done stays done, whatever becomes of the next.
            with database.transaction() as session:
                note_reply(session, job_id, replies)
    return replies


def _park(database: Database, job_id: int) -> None:
    try:
        with database.transaction() as session:
            park_job(session, job_id)
    except GoneError:
        with database.transaction() as session:
            drop_job(session, job_id)


def _note_failure(database: Database, job_id: int, error: Exception) -> None:
    log_id = None
    if not isinstance(error, EngineError):
        log_id = secrets.token_hex(4)
        log.error("job %s failed, log id %s", job_id, log_id, exc_info=error)
    try:
        with database.transaction() as session:
            fail_job(session, job_id, error, log_id=log_id)
    except SuspendedError:
        _park(database, job_id)
    except GoneError:
        # Its case went on while the call was under way, and another worker or the case itself has closed the job.
        with database.transaction() as session:
            drop_job(session, job_id)
