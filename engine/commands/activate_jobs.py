"""Hand jobs to an external worker."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.execution.external_jobs import free_for_workers
from engine.execution.immutable import Definition, definition
from engine.execution.listened_task import ListenedTask, listened_task
from engine.interpreter import Case, Environment
from engine.model import Job, ProcessInstance


@dataclass(frozen=True, kw_only=True)
class ActivatedJob:
    """A job that belongs to a worker until its deadline."""

    id: int
    type: str
    instance_id: int
    root_id: int
    """The first caller of the case; the case itself where nobody called it."""
    definition: Definition
    element_id: str
    token: int
    retries: int
    deadline: dt.datetime
    worker: str
    listener: str | None
    """The moment of its element that a listener is asked at."""
    headers: Mapping[str, str]
    user_task: "ListenedTask | None"
    """Of a task listener."""
    variables: Mapping[str, object]
    """Everything the task sees, its input mappings' values included."""


def activate_jobs(session: Session, type_: str, worker: str, *, most: int, timeout: dt.timedelta) -> list[ActivatedJob]:
    """Lease due jobs of a type to a worker; what it does not finish in time is handed out again.

    Two workers never get the same job at once. ``most`` jobs, ``timeout`` until the lease ends.
    """
    now = clock.now()
    free = (
        select(Job.id)
        .where(free_for_workers(type_, now))
        .order_by(Job.look_at, Job.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(free).all()
    leased = session.scalars(
        update(Job)
        .where(Job.id.in_(ids))
        .values(leased_by=worker, leased_until=now + timeout)
        .returning(Job)
        .execution_options(populate_existing=True)
    ).all()
    return [_activated(session, job, worker) for job in sorted(leased, key=lambda job: job.id)]


def _activated(session: Session, job: Job, worker: str) -> ActivatedJob:
    instance = session.get_one(ProcessInstance, job.instance_id)
    of = definition(session, instance.definition_id)
    case = Case.wake(instance.body, of.specification, Environment(now=clock.now()))
    assert job.leased_until is not None  # noqa: S101 - set by the statement that chose the job
    return ActivatedJob(
        id=job.id,
        type=job.type,
        instance_id=instance.id,
        root_id=instance.root_id or instance.id,
        definition=of,
        element_id=job.element_id,
        token=job.token,
        retries=job.retries,
        deadline=job.leased_until,
        worker=worker,
        listener=job.listener,
        user_task=listened_task(session, job),
        headers=of.process.part(job.element_id).headers,
        variables=case.visible_to_job(job.token),
    )
