"""Record that an external worker could not do a job."""

import datetime as dt

from sqlalchemy.orm import Session

from engine.execution.failing import note_failure
from engine.execution.locked import lock_service_job


def report_failure(
    session: Session, job_id: int, message: str, actor: str, *, retries: int, back_off: dt.timedelta = dt.timedelta(0)
) -> None:
    """Note a worker's failure: due again after ``back_off`` while it grants more tries, else an Incident.

    ``message`` is the worker's own and is shown to people. Raises NotFoundError, or GoneError where the job is
    done or its case went on.
    """
    locked = lock_service_job(session, job_id)
    note_failure(locked, "{reason}", {"reason": message}, actor, retries=retries, back_off=back_off)
