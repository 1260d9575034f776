"""Cases that can't go on by themselves, as administrators work through them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from engine.model import Incident, Job, ProcessDefinition, ProcessInstance, User
from engine.queries.paging import PAGE_SIZE, Page, fetch_page


@dataclass(frozen=True, kw_only=True)
class IncidentRow:
    """One incident in the list."""

    id: int
    code: str
    message: str
    facts: Mapping[str, Any]
    element: str
    """The name of the element that got stuck."""
    instance_id: int
    case_title: str
    process_name: str
    created_at: dt.datetime
    resolved_at: dt.datetime | None
    resolved_by: str | None
    """A display name."""


@dataclass(frozen=True, kw_only=True)
class FailedStart:
    """A case that a timer, message or signal should have started and that could not be."""

    job_id: int
    process_name: str
    due_at: dt.datetime
    error: str


def list_incidents(session: Session, *, resolved: bool, process_id: str = "", page: int = 1) -> Page[IncidentRow]:
    """Give one page of open incidents, the oldest first, or of resolved ones, the newest first."""
    when = Incident.resolved_at
    statement = (
        select(
            Incident.id,
            Incident.code,
            Incident.message,
            Incident.facts,
            Incident.name.label("element"),
            Incident.instance_id,
            Incident.created_at,
            Incident.resolved_at,
            func.coalesce(User.display_name, Incident.resolved_by).label("resolved_by"),
            ProcessInstance.title.label("case_title"),
            ProcessDefinition.name.label("process_name"),
        )
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(User, User.username == Incident.resolved_by)
        .where(when.is_not(None) if resolved else when.is_(None))
        .order_by(*((when.desc(), Incident.id.desc()) if resolved else (Incident.id,)))
    )
    if process_id:
        statement = statement.where(ProcessDefinition.process_id == process_id)
    return fetch_page(session, statement, page, _row, PAGE_SIZE)


def processes_with_incidents(session: Session) -> list[tuple[str, str]]:
    """Give id and name of each process that has an incident, for the filter."""
    rows = session.execute(
        select(ProcessDefinition.process_id, func.max(ProcessDefinition.name))
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .join(Incident, Incident.instance_id == ProcessInstance.id)
        .group_by(ProcessDefinition.process_id)
        .order_by(ProcessDefinition.process_id)
    )
    return [(process_id, name) for process_id, name in rows]


def failed_starts(session: Session) -> list[FailedStart]:
    """Give the starts that failed for good and that nobody has dealt with."""
    newest = (
        select(ProcessDefinition.name)
        .where(ProcessDefinition.process_id == Job.type)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
        .correlate(Job)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Job.id, func.coalesce(newest, Job.type).label("process_name"), Job.due_at, Job.error)
        .where(Job.kind == "start", Job.state == "FAILED")
        .order_by(Job.id)
    )
    return [
        FailedStart(job_id=row.id, process_name=row.process_name, due_at=row.due_at, error=row.error or "")
        for row in rows
    ]


def _row(row: Row[*tuple[Any, ...]]) -> IncidentRow:
    return IncidentRow(**row._asdict())
