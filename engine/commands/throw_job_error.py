"""Throw a BPMN error at a job that an external worker was doing."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine.errors import InvalidError, mark
from engine.execution.locked import lock_service_job
from engine.execution.throwing import Thrown, throw
from engine.interpreter import TASK_EVENTS


def throw_job_error(
    session: Session, job_id: int, code: str, message: str, variables: Mapping[str, object], actor: str
) -> None:
    """Let the nearest event that catches the error's code happen; where there is none the case gets an Incident.

    ``message`` is for people. Raises NotFoundError, GoneError where the job is done or its case
    went on, InvalidError for a task listener.
    """
    locked = lock_service_job(session, job_id)
    if locked.work.listener in TASK_EVENTS:
        raise InvalidError(mark("任务监听器不能抛出 BPMN 错误：请拒绝，或报告失败。"))
    throw(locked, locked.wake(), Thrown(code=code, message=message, variables=variables), actor)
