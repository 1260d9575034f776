"""Try again to start a case that could not be started."""

from sqlalchemy.orm import Session

from engine import clock
from engine.execution.jobs import hand_out
from engine.execution.starts import lock_failed_start, note


def retry_start(session: Session, job_id: int, actor: str) -> None:
    """Make a failed start due at once, with one more try.

    Raises NotFoundError, ForbiddenError for anybody but an administrator, ConflictError where it was dealt with.
    """
    job = lock_failed_start(session, job_id, actor)
    note(job, "retry", actor, error=job.error or "")
    job.state, job.retries, job.due_at, job.error = "CREATED", 1, clock.now(), None
    hand_out(session, [job.id])
