"""Which cases a person started, and for readers of all cases: which there are."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session, aliased

from engine.model import ProcessDefinition, ProcessInstance, User, UserTask
from engine.queries.paging import PAGE_SIZE, Page, fetch_page
from engine.queries.typed import holds_typed
from engine.queries.whereabouts import Awaited, awaited

CaseSort = Literal["-started", "started", "-ended", "ended", "process", "-process"]


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """What a reader of the list asks for."""

    started_by: str | None = None
    """Only cases of this initiator."""
    definition_ids: tuple[int, ...] | None = None
    """Only cases of these process versions."""
    search: str = ""
    """Part of a case's title, number or initiator."""
    process_id: str = ""
    state: str = ""
    sort: CaseSort = "-started"


@dataclass(frozen=True, kw_only=True)
class Step:
    """Where a case stands: an open task and who has it."""

    task_id: int
    element_id: str
    name: str
    is_pending: bool
    """Listeners or signers are asked first: nothing can be done with it meanwhile."""
    is_signature: bool
    """Somebody asked for it to be signed, too; the task itself is another."""
    open_signs: int
    """Of a task that is to be signed: how many have not."""
    owner: str | None
    """Who has delegated it."""
    delegated_by: str | None
    """The display name of who has."""
    username: str | None
    assignee: str | None
    """A display name; None while nobody has claimed it."""
    due_at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """One case in a list."""

    id: int
    title: str
    state: str
    outcome: str | None
    process_name: str
    started_by: str
    """The initiator's display name."""
    started_at: dt.datetime
    ended_at: dt.datetime | None
    incident_count: int
    is_suspended: bool
    steps: tuple[Step, ...] = ()
    """The open tasks."""
    waits: tuple[Awaited, ...] = ()
    """What else it waits for, where there is no open task."""


def list_cases(session: Session, wanted: CaseFilter, page: int = 1, size: int = PAGE_SIZE) -> Page[CaseRow]:
    """Give one page of cases with where each stands: three statements, one more where a case has no open task."""
    statement = (
        select(
            ProcessInstance.id,
            ProcessInstance.title,
            ProcessInstance.state,
            ProcessInstance.outcome,
            ProcessInstance.started_at,
            ProcessInstance.ended_at,
            ProcessInstance.incident_count,
            and_(ProcessInstance.suspended_at.is_not(None), ProcessInstance.state == "ACTIVE").label("is_suspended"),
            ProcessDefinition.name.label("process_name"),
            func.coalesce(User.display_name, ProcessInstance.started_by).label("started_by"),
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(User, User.username == ProcessInstance.started_by)
        .where(*_conditions(wanted))
        .order_by(*_order(wanted.sort))
    )
    found = fetch_page(session, statement, page, _row, size)
    steps = open_steps(session, [row.id for row in found.rows])
    others = awaited(session, [row.id for row in found.rows if row.state == "ACTIVE" and not steps[row.id]])
    return replace(
        found,
        rows=[replace(row, steps=tuple(steps[row.id]), waits=others.get(row.id, ())) for row in found.rows],
    )


def processes_of_cases(session: Session, wanted: CaseFilter) -> list[tuple[str, str]]:
    """Give id and name of each process with a case in the list, for the filter."""
    rows = session.execute(
        select(ProcessDefinition.process_id, func.max(ProcessDefinition.name))
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .where(*_extent(wanted))
        .group_by(ProcessDefinition.process_id)
        .order_by(ProcessDefinition.process_id)
    )
    return [(process_id, name) for process_id, name in rows]


def open_steps(session: Session, instance_ids: Sequence[int]) -> dict[int, list[Step]]:
    """Give the open tasks of some cases in one statement."""
    steps: dict[int, list[Step]] = defaultdict(list)
    if not instance_ids:
        return steps
    owner = aliased(User)
    rows = session.execute(
        select(
            UserTask.instance_id,
            UserTask.id,
            UserTask.element_id,
            UserTask.name,
            UserTask.pending.is_not(None).label("is_pending"),
            UserTask.parent_task_id.is_not(None).label("is_signature"),
            UserTask.open_signs,
            UserTask.owner,
            owner.display_name.label("delegated_by"),
            UserTask.due_at,
            UserTask.assignee,
            User.display_name,
        )
        .outerjoin(User, User.username == UserTask.assignee)
        .outerjoin(owner, owner.username == UserTask.owner)
        .where(UserTask.instance_id.in_(instance_ids), UserTask.state == "CREATED")
        .order_by(UserTask.id)
    )
    for row in rows:
        steps[row.instance_id].append(
            Step(
                task_id=row.id,
                element_id=row.element_id,
                name=row.name,
                is_pending=row.is_pending,
                is_signature=row.is_signature,
                open_signs=row.open_signs,
                owner=row.owner,
                delegated_by=row.delegated_by,
                username=row.assignee,
                assignee=row.display_name or row.assignee,
                due_at=row.due_at,
            )
        )
    return steps


def _extent(wanted: CaseFilter) -> list[Any]:
    """Give what bounds the list whatever its reader searches for."""
    conditions: list[Any] = []
    if wanted.started_by is not None:
        conditions.append(ProcessInstance.started_by == wanted.started_by)
    if wanted.definition_ids is not None:
        conditions.append(ProcessInstance.definition_id.in_(wanted.definition_ids))
    return conditions


def _conditions(wanted: CaseFilter) -> list[Any]:
    conditions = _extent(wanted)
    if wanted.process_id:
        conditions.append(ProcessDefinition.process_id == wanted.process_id)
    if wanted.state:
        conditions.append(ProcessInstance.state == wanted.state)
    if wanted.search.strip():
        conditions.append(holds_typed(wanted.search, ProcessInstance.title, User.display_name))
    return conditions


def _order(sort: CaseSort) -> list[Any]:
    column = {
        "started": ProcessInstance.id,
        "ended": ProcessInstance.ended_at,
        "process": ProcessDefinition.name,
    }[sort.lstrip("-")]
    direction = column.desc() if sort.startswith("-") else column.asc()
    return [direction.nulls_last(), ProcessInstance.id.desc()]


def _row(row: Row[*tuple[Any, ...]]) -> CaseRow:
    return CaseRow(**row._asdict())
