"""Which tasks wait for a person, and which they have done."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from engine.model import ProcessDefinition, ProcessInstance, User, UserTask, UserTaskCandidate
from engine.queries.paging import PAGE_SIZE, Page, fetch_page
from engine.queries.people import Person
from engine.queries.standing_in import delegated, held, named
from engine.queries.typed import holds_typed

Scope = Literal["mine", "claimable", "delegated", "done"]
Sort = Literal["due", "-due", "created", "-created", "process", "-process", "done", "-done"]


@dataclass(frozen=True, kw_only=True)
class TaskFilter:
    """What a reader of the list asks for."""

    scope: Scope = "mine"
    """Their own tasks, those a group of theirs may claim, those they asked others about, or those they have done."""
    search: str = ""
    """Part of a case's title, number or initiator, or of a task's name."""
    process_id: str = ""
    overdue_at: dt.datetime | None = None
    """Only tasks due before this moment."""
    sort: Sort = "due"


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """One task in a list."""

    id: int
    name: str
    instance_id: int
    case_title: str
    case_state: str
    is_suspended: bool
    """Its case rests; the task can be done when it is resumed."""
    process_name: str
    started_by: str
    """The initiator's display name."""
    created_at: dt.datetime
    due_at: dt.datetime | None
    completed_at: dt.datetime | None
    priority: int
    has_draft: bool
    is_pending: bool
    """Its listeners or signers are asked; nothing can be done with it meanwhile."""
    on_behalf_of: str | None
    """The display name of whose task it is, where that is not the reader."""
    owner: str | None
    """The display name of who has delegated it."""
    position: str | None
    """Of a signature that was asked for: ``before``, ``after`` or ``parallel``."""
    open_signs: int
    """Signatures that were asked for and are missing."""


def own_tasks(session: Session, person: Person) -> Select[int]:
    """Select the ids of open tasks that are the person's own, or of somebody they stand in for."""
    return select(UserTask.id).where(held(session, person), UserTask.state == "CREATED")


def claimable_tasks(session: Session, person: Person) -> Select[int]:
    """Select the ids of open tasks nobody has, which the person may claim, for themselves or another."""
    return (
        select(UserTask.id)
        .join(UserTaskCandidate, UserTaskCandidate.task_id == UserTask.id)
        .where(UserTask.state == "CREATED", UserTask.assignee.is_(None), named(session, person))
    )


def delegated_tasks(session: Session, person: Person) -> Select[int]:
    """Select the ids of open tasks that somebody else has for the person's sake, or of somebody they stand in for."""
    return select(UserTask.id).where(delegated(session, person), UserTask.state == "CREATED")


def list_tasks(
    session: Session, person: Person, wanted: TaskFilter, page: int = 1, size: int = PAGE_SIZE
) -> Page[TaskRow]:
    """Give one page of the person's tasks: three statements."""
    holder, owner = aliased(User), aliased(User)
    statement = (
        select(
            UserTask.id,
            UserTask.name,
            UserTask.instance_id,
            UserTask.created_at,
            UserTask.due_at,
            UserTask.completed_at,
            UserTask.priority,
            UserTask.draft.is_not(None).label("has_draft"),
            UserTask.pending.is_not(None).label("is_pending"),
            ProcessInstance.title.label("case_title"),
            ProcessInstance.state.label("case_state"),
            and_(ProcessInstance.suspended_at.is_not(None), ProcessInstance.state == "ACTIVE").label("is_suspended"),
            ProcessDefinition.name.label("process_name"),
            func.coalesce(User.display_name, ProcessInstance.started_by).label("started_by"),
            UserTask.position,
            UserTask.open_signs,
            case((UserTask.assignee != person.username, holder.display_name)).label("on_behalf_of"),
            owner.display_name.label("owner"),
        )
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(User, User.username == ProcessInstance.started_by)
        .outerjoin(holder, holder.username == UserTask.assignee)
        .outerjoin(owner, owner.username == UserTask.owner)
        .where(_in_scope(session, person, wanted.scope), *_conditions(wanted))
        .order_by(*_order(wanted.sort))
    )
    return fetch_page(session, statement, page, _row, size)


def processes_of_tasks(session: Session, person: Person, scope: Scope) -> list[tuple[str, str]]:
    """Give id and name of each process with a task in the list, for the filter."""
    rows = session.execute(
        select(ProcessDefinition.process_id, func.max(ProcessDefinition.name))
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .join(UserTask, UserTask.instance_id == ProcessInstance.id)
        .where(_in_scope(session, person, scope))
        .group_by(ProcessDefinition.process_id)
        .order_by(ProcessDefinition.process_id)
    )
    return [(process_id, name) for process_id, name in rows]


def _in_scope(session: Session, person: Person, scope: Scope) -> Any:  # noqa: ANN401 - SQLAlchemy's types for conditions don't unify
    if scope == "done":
        return and_(UserTask.completed_by == person.username, UserTask.state == "COMPLETED")
    if scope == "delegated":
        return UserTask.id.in_(delegated_tasks(session, person))
    return UserTask.id.in_(own_tasks(session, person) if scope == "mine" else claimable_tasks(session, person))


def _conditions(wanted: TaskFilter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.process_id:
        conditions.append(ProcessDefinition.process_id == wanted.process_id)
    if wanted.overdue_at is not None:
        conditions.append(UserTask.due_at < wanted.overdue_at)
    if wanted.search.strip():
        conditions.append(holds_typed(wanted.search, ProcessInstance.title, UserTask.name, User.display_name))
    return conditions


def _order(sort: Sort) -> list[Any]:
    column = {
        "due": UserTask.due_at,
        "created": UserTask.created_at,
        "process": ProcessDefinition.name,
        "done": UserTask.completed_at,
    }[sort.lstrip("-")]
    direction = column.desc() if sort.startswith("-") else column.asc()
    return [direction.nulls_last(), UserTask.priority.desc(), UserTask.id]


def _row(row: Row[*tuple[Any, ...]]) -> TaskRow:
    return TaskRow(**row._asdict())
