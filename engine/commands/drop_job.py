"""Drop a job whose case went on without it."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.execution.rows import changed
from engine.model import Job


def drop_job(session: Session, job_id: int) -> bool:
    """Cancel a job that nothing waits for any more, so that no worker looks at it again; tell whether it was open."""
    return changed(session, update(Job).where(Job.id == job_id, Job.state == "CREATED").values(state="CANCELED")) == 1
