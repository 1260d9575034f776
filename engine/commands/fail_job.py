"""Record that a job could not be done: try again later, or raise an Incident."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import EngineError, mark
from engine.execution.failing import note_failure
from engine.execution.locked import lock_job
from engine.model import Job

BACK_OFF = (dt.timedelta(seconds=10), dt.timedelta(minutes=1), dt.timedelta(minutes=10))
"""How long to wait before the second, third and every later try."""


def fail_job(session: Session, job_id: int, error: Exception, *, final: bool, log_id: str | None = None) -> None:
    """Note a failed try. ``final`` (a refusal) or no tries left makes an Incident; else the job is due again later.

    ``log_id`` points to the log of an error that nobody foresaw, whose text is not for people.
    """
    if session.scalar(select(Job.instance_id).where(Job.id == job_id)) is None:
        _fail_start(session, job_id, error, final=final)
        return
    locked = lock_job(session, job_id)
    left = 0 if final else max(0, locked.work.retries - 1)
    message, facts = _explain(error, log_id)
    tried = len(BACK_OFF) - min(left, len(BACK_OFF))
    back_off = BACK_OFF[tried] if left else dt.timedelta(0)
    note_failure(locked, message, facts, "system", retries=left, back_off=back_off)


def _fail_start(session: Session, job_id: int, error: Exception, *, final: bool) -> None:
    """Note that a case could not be started: there is none yet to carry an Incident, so the job keeps the cause."""
    job = session.get_one(Job, job_id)
    job.retries = 0 if final else max(0, job.retries - 1)
    job.error = str(error)
    job.leased_until = None
    if job.retries:
        job.due_at = clock.now() + BACK_OFF[0]
    else:
        job.state = "FAILED"


def _explain(error: Exception, log_id: str | None) -> tuple[str, dict[str, object]]:
    if isinstance(error, EngineError):
        return error.message, {name: str(value) for name, value in error.facts.items()}
    return mark("程序出错，日志编号 {log_id}。请联系系统管理员。"), {"log_id": log_id or "-"}
