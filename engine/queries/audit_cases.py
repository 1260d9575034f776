"""Which cases an auditor searches for: by number or title, process, state, who took part, and when."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from engine.clock import SHANGHAI
from engine.execution.search_text import like_pattern
from engine.model import HistoryEvent, ProcessDefinition, ProcessInstance, User
from engine.queries.paging import PAGE_SIZE, Page, fetch_page
from engine.queries.typed import holds_typed

AuditSort = Literal["-started", "started", "-ended", "ended", "-events", "events"]


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """What an auditor asks for; what is empty bounds nothing."""

    search: str = ""
    """A number, or part of a title."""
    process_id: str = ""
    state: str = ""
    person: str = ""
    """Part of the name or username of somebody who did something in the case."""
    started_from: dt.date | None = None
    started_to: dt.date | None = None
    """The last day, in Shanghai, itself included."""
    sort: AuditSort = "-started"


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One case in the list."""

    id: int
    title: str
    state: str
    outcome: str | None
    process_name: str
    version: int
    started_by: str
    """The initiator's display name."""
    started_at: dt.datetime
    ended_at: dt.datetime | None
    event_count: int


def search_cases(session: Session, wanted: AuditFilter, page: int = 1, size: int = PAGE_SIZE) -> Page[AuditRow]:
    """Give one page of the cases that fit: two statements."""
    statement = (
        select(
            ProcessInstance.id,
            ProcessInstance.title,
            ProcessInstance.state,
            ProcessInstance.outcome,
            ProcessInstance.started_at,
            ProcessInstance.ended_at,
            ProcessInstance.event_count,
            ProcessDefinition.name.label("process_name"),
            ProcessDefinition.version,
            func.coalesce(User.display_name, ProcessInstance.started_by).label("started_by"),
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(User, User.username == ProcessInstance.started_by)
        .where(*_conditions(wanted))
        .order_by(*_order(wanted.sort))
    )
    return fetch_page(session, statement, page, _row, size)


def audited_processes(session: Session) -> list[tuple[str, str]]:
    """Give id and name of every process that has a version, for the filter."""
    rows = session.execute(
        select(ProcessDefinition.process_id, func.max(ProcessDefinition.name))
        .group_by(ProcessDefinition.process_id)
        .order_by(ProcessDefinition.process_id)
    )
    return [(process_id, name) for process_id, name in rows]


def _conditions(wanted: AuditFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.process_id:
        found.append(ProcessDefinition.process_id == wanted.process_id)
    if wanted.state:
        found.append(ProcessInstance.state == wanted.state)
    if wanted.started_from is not None:
        found.append(ProcessInstance.started_at >= _midnight(wanted.started_from))
    if wanted.started_to is not None:
        found.append(ProcessInstance.started_at < _midnight(wanted.started_to + dt.timedelta(days=1)))
    if wanted.search.strip():
        found.append(holds_typed(wanted.search, ProcessInstance.title))
    if wanted.person.strip():
        found.append(_taken_part(wanted.person))
    return found


def _taken_part(person: str) -> Any:  # noqa: ANN401 - a condition
    pattern = like_pattern(person)
    names = select(User.username).where(
        or_(
            func.lower(User.display_name).like(pattern, escape="\\"),
            func.lower(User.username).like(pattern, escape="\\"),
        )
    )
    return exists().where(and_(HistoryEvent.instance_id == ProcessInstance.id, HistoryEvent.actor.in_(names)))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), SHANGHAI)


def _order(sort: AuditSort) -> list[Any]:
    column: Any = {
        "started": ProcessInstance.id,
        "ended": ProcessInstance.ended_at,
        "events": ProcessInstance.event_count,
    }[sort.lstrip("-")]
    direction = column.desc() if sort.startswith("-") else column.asc()
    return [direction.nulls_last(), ProcessInstance.id.desc()]


def _row(row: Row[*tuple[Any, ...]]) -> AuditRow:
    return AuditRow(**row._asdict())
