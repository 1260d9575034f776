"""Throw a BPMN error at a job that an external worker was doing."""

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.execution.locked import lock_service_job
from engine.execution.people import hand_to_administrators
from engine.execution.write import write_outcome
from engine.model import Job


def throw_job_error(
    session: Session, job_id: int, code: str, message: str, variables: Mapping[str, object], actor: str
) -> None:
    """Let the nearest event that catches the error's code happen; where there is none the case gets an Incident.

    ``message`` is for people. Raises NotFoundError, or GoneError where the job is done or its case went on.
    """
    locked = lock_service_job(session, job_id)
    case = locked.wake()
    case.throw_error(locked.work.token, code, variables)
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    caught = locked.work.token not in outcome.waiting
    session.execute(update(Job).where(Job.id == job_id).values(state="CANCELED" if caught else "FAILED", error=message))
    event = NewEvent(
        kind="job.error",
        actor=actor,
        element_id=locked.work.element_id,
        token=locked.work.token,
        body={"job": job_id, "type": locked.work.type, "code": code, "message": message, "input": dict(variables)},
    )
    write_outcome(locked, outcome, event)
