"""How many jobs came in a span of time, and what has become of them: in all, by type, by worker, by error."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, Select, case, func, literal, select
from sqlalchemy.orm import Session

from engine.execution.jobs import QUEUE_NAME
from engine.model import Job, ProcessInstance
from engine.queries.people import Person
from engine.queries.searching import Criterion, Found, Search, condition, fetch
from engine.queries.visibility import searchable_instances, visible_instances


@dataclass(frozen=True, kw_only=True)
class Metric:
    """Jobs of one kind."""

    count: int
    last_at: dt.datetime | None
    """When the newest of them came to be so."""


@dataclass(frozen=True, kw_only=True)
class JobStatistics:
    """What became of some jobs."""

    key: str
    """Their type, their worker or their error."""
    created: Metric
    """All of them."""
    completed: Metric
    failed: Metric
    """Those without a try left."""
    workers: int
    """Different workers that had one of them."""


_WORKER = case((Job.leased_by.is_(None) | (Job.leased_by == QUEUE_NAME), ""), else_=Job.leased_by)
_SORTS = {"type": "job_type", "worker": "worker", "error": "error_message"}
_KEYS: dict[str, Any] = {"type": Job.type, "worker": _WORKER, "error": Job.error}
_COLUMNS: dict[str, Any] = {"job_type": Job.type, "error_message": Job.error}


def job_statistics(
    session: Session, person: Person, search: Search, *, by: Literal["type", "worker", "error"]
) -> Found[JobStatistics]:
    """Count the jobs of cases that the person may see that fit, ``by`` their type, worker or error.

    The criteria are ``from_``, ``to``, ``job_type`` and ``error_message``. Jobs from before their time was kept are
    in no span.
    """
    rows = _counted(session, person, search.criteria, _KEYS[by]).group_by(_KEYS[by])
    if by == "error":
        # What a worker said may name somebody; and what is counted can't be masked case by case.
        rows = rows.where(Job.error.is_not(None), searchable_instances(session, person))
    groups = rows.subquery()
    return fetch(session, select(groups), {_SORTS[by]: groups.c.key}, groups.c.key, search, _statistics)


def all_job_statistics(session: Session, person: Person, criteria: Iterable[Criterion]) -> JobStatistics:
    """Count all jobs of cases that the person may see that fit."""
    return _statistics(session.execute(_counted(session, person, criteria, literal(""))).one())


def _counted(session: Session, person: Person, criteria: Iterable[Criterion], key: Any) -> Select[Any]:  # noqa: ANN401 - see searching
    return (
        select(
            key.label("key"),
            func.count().label("created"),
            func.max(Job.created_at).label("created_at"),
            *_of_state("COMPLETED", "completed"),
            *_of_state("FAILED", "failed"),
            func.count(func.nullif(_WORKER, "").distinct()).label("workers"),
        )
        .join(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .where(Job.kind == "service", visible_instances(session, person), *map(_condition, criteria))
    )


def _of_state(state: str, name: str) -> tuple[Any, Any]:
    return (
        func.count(case((Job.state == state, 1))).label(name),
        func.max(case((Job.state == state, Job.changed_at))).label(f"{name}_at"),
    )


def _condition(criterion: Criterion) -> Any:  # noqa: ANN401 - see searching
    if criterion.field == "from_":
        return Job.created_at >= criterion.value
    if criterion.field == "to":
        return Job.created_at < criterion.value
    return condition(_COLUMNS[criterion.field], criterion)


def _statistics(row: Row[Any]) -> JobStatistics:
    return JobStatistics(
        key=row.key,
        created=Metric(count=row.created, last_at=row.created_at),
        completed=Metric(count=row.completed, last_at=row.completed_at),
        failed=Metric(count=row.failed, last_at=row.failed_at),
        workers=row.workers,
    )
