"""Give up a case that could not be started, for a reason."""

from sqlalchemy.orm import Session

from engine.errors import mark
from engine.execution.starts import lock_failed_start, note
from engine.execution.words import required_words


def drop_start(session: Session, job_id: int, reason: str, actor: str) -> None:
    """Cancel a failed start. Its job keeps the reason.

    Raises NotFoundError, ForbiddenError for anybody but an administrator, ConflictError where it was dealt
    with, InvalidError without a reason.
    """
    job = lock_failed_start(session, job_id, actor)
    reason = required_words(reason, "reason", mark("请填写不再发起的原因。"))
    note(job, "drop", actor, error=job.error or "", reason=reason)
    job.state = "CANCELED"
