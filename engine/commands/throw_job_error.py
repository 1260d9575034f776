"""Throw a BPMN error at a job that an external worker was doing."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine.execution.locked import lock_service_job
from engine.execution.throwing import Thrown, throw


def throw_job_error(
    session: Session, job_id: int, code: str, message: str, variables: Mapping[str, object], actor: str
) -> None:
    """Let the nearest event that catches the error's code happen; where there is none the case gets an Incident.

    ``message`` is for people. Raises NotFoundError, or GoneError where the job is done or its case went on.
    """
    locked = lock_service_job(session, job_id)
    throw(locked, locked.wake(), Thrown(code=code, message=message, variables=variables), actor)
