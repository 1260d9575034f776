"""Complete a job that an external worker has done."""

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.errors import GoneError, InvalidError, mark
from engine.execution.listening import listener_done
from engine.execution.locked import lock_service_job
from engine.execution.people import hand_to_administrators
from engine.execution.rows import changed
from engine.execution.write import write_outcome
from engine.interpreter import AGREED, Answer
from engine.model import Job


def complete_job(
    session: Session,
    job_id: int,
    variables: Mapping[str, object],
    actor: str,
    *,
    denied: str | None = None,
    corrections: Mapping[str, object] | None = None,
) -> None:
    """Complete a service job with its result and run the case on.

    A task listener may say why it has ``denied`` what is asked, or give ``corrections`` of its task by the names
    of the published API: moments as ISO 8601 text, None to take a value away. A lease that has ended doesn't
    matter while nobody else has finished the job. Raises NotFoundError, GoneError where the job is done or its
    case went on, InvalidError for an answer that the job can't have.
    """
    answer = Answer(denied=denied, corrections=corrections or {})
    locked = lock_service_job(session, job_id)
    if locked.work.listener is not None:
        _close(session, job_id)
        listener_done(locked, variables, actor, answer)
        return
    if answer != AGREED:
        raise InvalidError(mark("这项作业不是任务监听器，不能拒绝或更正任务。"), where="result")
    case = locked.wake()
    case.complete(locked.work.token, variables)
    _close(session, job_id)
    event = locked.job_event("job.completed", actor, reply=dict(variables))
    write_outcome(locked, hand_to_administrators(case.outcome(), locked.organisation), event)


def _close(session: Session, job_id: int) -> None:
    if changed(session, update(Job).where(Job.id == job_id, Job.state == "CREATED").values(state="COMPLETED")) != 1:
        raise GoneError(mark("这项作业已经结束。"))
