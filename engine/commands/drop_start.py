"""Give up a case that could not be started, for a reason."""

from sqlalchemy.orm import Session

from engine.errors import InvalidError, mark
from engine.execution.starts import lock_failed_start, note


def drop_start(session: Session, job_id: int, reason: str, actor: str) -> None:
    """Cancel a failed start. Its job keeps the reason.

    Raises NotFoundError, ForbiddenError for anybody but an administrator, ConflictError where it was dealt
    with, InvalidError without a reason.
    """
    job = lock_failed_start(session, job_id, actor)
    if not reason.strip():
        raise InvalidError(mark("请填写不再发起的原因。"), where="reason")
    note(job, "drop", actor, error=job.error or "", reason=reason.strip())
    job.state = "CANCELED"
