"""Change a job of an external worker: how many tries it has, and until when it is the worker's."""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.errors import InvalidError, mark
from engine.execution.locked import lock_service_job
from engine.execution.write import write_event
from engine.model import Job


def update_job(
    session: Session, job_id: int, actor: str, *, retries: int | None = None, timeout: dt.timedelta | None = None
) -> None:
    """Give a job another number of tries, or let the worker that has it keep it for ``timeout`` from now on.

    Tries of a job that failed for good count once its Incident is resolved. Raises NotFoundError, GoneError where it
    is done or its case went on, InvalidError where nothing is to change, or for a lease that nobody has.
    """
    locked = lock_service_job(session, job_id)
    values: dict[str, object] = {}
    if retries is not None:
        values["retries"] = retries
    if timeout is not None:
        if session.get_one(Job, job_id).leased_until is None:
            raise InvalidError(mark("这项作业现在没有被谁取走，没有期限可改。"), where="changeset.timeout")
        values["leased_until"] = locked.environment.now + timeout
    if not values:
        raise InvalidError(
            mark("请写明要修改作业的什么；可以修改的有：{allowed}。"), where="changeset", allowed="retries、timeout"
        )
    session.execute(update(Job).where(Job.id == job_id).values(**values))
    before = locked.work.retries
    event = locked.job_event(
        "job.updated",
        actor,
        retries=[before, before if retries is None else retries],
        timeout=None if timeout is None else timeout.total_seconds(),
    )
    write_event(locked, event)
