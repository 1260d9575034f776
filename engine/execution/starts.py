"""Starts that failed for good: no case carries them, so their job keeps who dealt with them and why."""

from sqlalchemy.orm import Session

from engine import clock
from engine.errors import ConflictError, ForbiddenError, NotFoundError, mark
from engine.model import Job
from engine.organisation import organisation


def lock_failed_start(session: Session, job_id: int, actor: str) -> Job:
    """Lock a failed start for an administrator. Raises NotFoundError, ForbiddenError, ConflictError."""
    job = session.get(Job, job_id, with_for_update=True)
    if job is None or job.kind != "start":
        raise NotFoundError(mark("没有编号为 {number} 的记录。"), number=job_id)
    if "admin" not in organisation(session).grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以处理异常。"))
    if job.state != "FAILED":
        raise ConflictError(mark("这个异常已经处理过了。"))
    return job


def note(job: Job, what: str, actor: str, **facts: object) -> None:
    """Keep with a start who did what about it, and when."""
    payload = job.payload or {}
    told = {"what": what, "by": actor, "at": clock.now().isoformat(), **facts}
    job.payload = {**payload, "handled": [*payload.get("handled", ()), told]}
