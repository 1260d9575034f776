"""Record that a job could not be done: try again later, or raise an Incident."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.connectors import FailedError
from engine.errors import EngineError, mark
from engine.execution.answering import answer_to_error
from engine.execution.connecting import settle
from engine.execution.failing import back_off, note_failure
from engine.execution.jobs import hand_out
from engine.execution.locked import LockedCase, lock_job
from engine.execution.start_events import start_again, take_turns
from engine.execution.unstarted import tell_administrators
from engine.model import Job


def fail_job(session: Session, job_id: int, error: Exception, *, log_id: str | None = None) -> None:
    """Note a failed try. A refusal or no tries left makes an Incident; else the job is due again later.

    Where the diagram has an error expression that makes something of the error, that happens instead. ``log_id``
    points to the log of an error that nobody foresaw, whose text is not for people.
    """
    if session.scalar(select(Job.instance_id).where(Job.id == job_id)) is None:
        _fail_start(session, session.get_one(Job, job_id), error, _explain(error, log_id))
        return
    locked = lock_job(session, job_id)
    if isinstance(error, EngineError) and locked.work.kind == "service" and locked.work.listener is None:
        element = locked.definition.process.part(locked.work.element_id)
        try:
            answer = answer_to_error(element, error, locked.environment.now)
        except EngineError as other:
            answer, error = None, other
        if answer is not None:
            session.execute(update(Job).where(Job.id == job_id).values(state="COMPLETED"))
            settle(locked, locked.wake(), answer, {"error": str(error)})
            return
    _note(locked, error, log_id)


def _note(locked: LockedCase, error: Exception, log_id: str | None) -> None:
    left = _left(locked.work.retries, error)
    said = error.retries if isinstance(error, FailedError) else None
    left = left if said is None else said
    asked = error.back_off if isinstance(error, FailedError) else None
    element = locked.definition.process.elements.get(locked.work.element_id)
    wait = asked if asked is not None else back_off(element, left)
    message, facts = _explain(error, log_id)
    note_failure(locked, message, facts, "system", retries=left, back_off=wait)


def _left(retries: int, error: Exception) -> int:
    """Give how many tries are left: none after a refusal, for trying again would change nothing."""
    refused = isinstance(error, EngineError) and not isinstance(error, FailedError)
    return 0 if refused else max(0, retries - 1)


def _fail_start(session: Session, job: Job, error: Exception, cause: tuple[str, dict[str, object]]) -> None:
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
    job.retries = _left(job.retries, error)
    job.error = message.format(**facts)
    job.leased_until = None
    if job.retries:
        job.due_at = clock.now() + back_off(None, job.retries)
        hand_out(session, [job.id])
    else:
        job.state = "FAILED"
        tell_administrators(session, job)


def _explain(error: Exception, log_id: str | None) -> tuple[str, dict[str, object]]:
    if isinstance(error, EngineError):
        return error.message, {name: str(value) for name, value in error.facts.items()}
    return mark("程序出错，日志编号 {log_id}。请联系系统管理员。"), {"log_id": log_id or "-"}
