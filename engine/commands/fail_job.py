"""Record that a job could not be done: try again later, or raise an Incident."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import EngineError, mark
from engine.execution.failing import note_failure
from engine.execution.locked import lock_job
from engine.execution.start_events import start_again, take_turns
from engine.execution.unstarted import tell_administrators
from engine.model import Job

BACK_OFF = (dt.timedelta(seconds=10), dt.timedelta(minutes=1), dt.timedelta(minutes=10))
"""How long to wait before the second, third and every later try."""


def fail_job(session: Session, job_id: int, error: Exception, *, final: bool, log_id: str | None = None) -> None:
    """Note a failed try. ``final`` (a refusal) or no tries left makes an Incident; else the job is due again later.

    ``log_id`` points to the log of an error that nobody foresaw, whose text is not for people.
    """
    if session.scalar(select(Job.instance_id).where(Job.id == job_id)) is None:
        _fail_start(session, session.get_one(Job, job_id), _explain(error, log_id), final=final)
        return
    locked = lock_job(session, job_id)
    left = 0 if final else max(0, locked.work.retries - 1)
    message, facts = _explain(error, log_id)
    note_failure(locked, message, facts, "system", retries=left, back_off=_back_off(left))


def _back_off(left: int) -> dt.timedelta:
    tried = len(BACK_OFF) - min(left, len(BACK_OFF))
    return BACK_OFF[tried] if left else dt.timedelta(0)


def _fail_start(session: Session, job: Job, cause: tuple[str, dict[str, object]], *, final: bool) -> None:
    """Note that a case could not be started; where no try is left, tell the administrators.

    There is no case yet to carry an Incident, so the job keeps the cause. The timer it came from goes on at once:
    one case that can't be started keeps none of the later ones from it.
    """
    take_turns(session, job.type)
    session.refresh(job)
    if job.state != "CREATED":
        return
    start_again(session, job)
    message, facts = cause
    kept = {name: value for name, value in (job.payload or {}).items() if name != "cycle"}
    job.payload = {"due": job.due_at.isoformat(), **kept}
    job.retries = 0 if final else max(0, job.retries - 1)
    job.error = message.format(**facts)
    job.leased_until = None
    if job.retries:
        job.due_at = clock.now() + _back_off(job.retries)
    else:
        job.state = "FAILED"
        tell_administrators(session, job)


def _explain(error: Exception, log_id: str | None) -> tuple[str, dict[str, object]]:
    if isinstance(error, EngineError):
        return error.message, {name: str(value) for name, value in error.facts.items()}
    return mark("程序出错，日志编号 {log_id}。请联系系统管理员。"), {"log_id": log_id or "-"}
