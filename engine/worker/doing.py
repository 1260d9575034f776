"""Do one job that a worker has taken, whoever handed it out."""

import logging
import secrets

from engine.commands.drop_job import drop_job
from engine.commands.fail_job import fail_job
from engine.commands.run_job import run_job
from engine.database import Database
from engine.errors import EngineError, GoneError

log = logging.getLogger("qucheng.worker")


def do_job(database: Database, job_id: int) -> None:
    """Do a job, in transactions of its own. Never raises for what the job does: a failed try is written down.

    Safe with any number of workers: only one completes a job, to the others its case has gone on.
    """
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
