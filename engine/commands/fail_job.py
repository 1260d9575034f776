"""Record that a job could not be done: try again later, or raise an Incident."""

import datetime as dt

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.audit.chain import NewEvent
from engine.errors import EngineError, mark
from engine.execution.locked import LockedCase, lock_job
from engine.execution.write import write_event
from engine.model import Incident, Job, ProcessInstance

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
    values: dict[str, object] = {"retries": left, "error": message.format(**facts), "leased_until": None}
    if left:
        tried = len(BACK_OFF) - min(left, len(BACK_OFF))
        values["due_at"] = locked.environment.now + BACK_OFF[tried]
    else:
        values["state"] = "FAILED"
        _raise_incident(locked, message, facts)
    session.execute(update(Job).where(Job.id == job_id).values(**values))
    event = NewEvent(
        kind="job.failed",
        actor="system",
        element_id=locked.work.element_id,
        token=locked.work.token,
        body={"job": job_id, "type": locked.work.type, "message": message, "facts": facts, "retries": left},
    )
    write_event(locked, event)


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
    return mark("程序出错,日志编号 {log_id}。请联系系统管理员。"), {"log_id": log_id or "-"}


def _raise_incident(locked: LockedCase, message: str, facts: dict[str, object]) -> None:
    locked.session.execute(
        insert(Incident),
        [
            {
                "instance_id": locked.instance.id,
                "token": locked.work.token,
                "element_id": locked.work.element_id,
                "name": locked.work.job_name,
                "job_id": locked.work.job_id,
                "code": "job_failed",
                "message": message,
                "facts": facts,
                "created_at": locked.environment.now,
            }
        ],
    )
    locked.session.execute(
        update(ProcessInstance)
        .where(ProcessInstance.id == locked.instance.id)
        .values(incident_count=ProcessInstance.incident_count + 1)
    )
