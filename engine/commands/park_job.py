"""Let a job wait that a worker took while its case was being suspended."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.execution.locked import lock_instance
from engine.execution.suspending import park_jobs
from engine.model import Job


def park_job(session: Session, job_id: int) -> None:
    """Let the job wait for the resumption of its case; where that has come meanwhile, leave it due.

    Raises GoneError where the case has ended.
    """
    instance_id = session.scalar(select(Job.instance_id).where(Job.id == job_id))
    if instance_id is None:
        return
    locked = lock_instance(session, instance_id, suspended_too=True)
    if locked.instance.suspended_at is not None:
        park_jobs(session, instance_id)
