"""User tasks, as programs search them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Row, Select, case, exists, func, select
from sqlalchemy.orm import Session

from engine.errors import NotFoundError, mark
from engine.model import ProcessDefinition, ProcessInstance, UserTask, UserTaskCandidate
from engine.queries.passages import ROOT_CASE, passage_number
from engine.queries.people import Person
from engine.queries.searching import Criterion, Found, Search, condition, fetch
from engine.queries.standing_ballots import Standing, ballots_of_tasks, standings
from engine.queries.visibility import visible_tasks


@dataclass(frozen=True, kw_only=True)
class TaskRecord:
    """One user task."""

    id: int
    name: str
    state: Literal["CREATED", "ASSIGNING", "UPDATING", "COMPLETING", "COMPLETED", "CANCELED"]
    element_id: str
    assignee: str | None
    created_at: dt.datetime
    completed_at: dt.datetime | None
    due_at: dt.datetime | None
    follow_up_at: dt.datetime | None
    priority: int
    form_definition_id: int | None
    passage: int
    instance_id: int
    root_id: int
    definition_id: int
    process_id: str
    process_name: str
    version: int
    candidate_users: tuple[str, ...] = ()
    candidate_groups: tuple[str, ...] = ()
    ballot: Standing | None = None
    """How it stands with all who do it, where several do."""


# What its listeners are asked about is the state of an open task.
_STATE = case(
    (UserTask.state == "CREATED", func.coalesce(UserTask.pending["state"].as_string(), UserTask.state)),
    else_=UserTask.state,
)
_PASSAGE = passage_number(UserTask.instance_id, UserTask.token)
_COLUMNS: dict[str, Any] = {
    "user_task_key": UserTask.id,
    "element_instance_key": _PASSAGE,
    "name": UserTask.name,
    "state": _STATE,
    "assignee": UserTask.assignee,
    "priority": UserTask.priority,
    "element_id": UserTask.element_id,
    "process_instance_key": UserTask.instance_id,
    "process_definition_key": ProcessInstance.definition_id,
    "process_definition_id": ProcessDefinition.process_id,
    "creation_date": UserTask.created_at,
    "completion_date": UserTask.completed_at,
    "due_date": UserTask.due_at,
    "follow_up_date": UserTask.follow_up_at,
}
_CANDIDATES = {"candidate_user": "user", "candidate_group": "group"}


def search_tasks(session: Session, person: Person, search: Search) -> Found[TaskRecord]:
    """Find tasks that are the person's: assigned to them, theirs to claim, or done. Auditors and admins find all."""
    statement = _select().where(
        visible_tasks(session, person), *(_condition(criterion) for criterion in search.criteria)
    )
    found = fetch(session, statement, _COLUMNS, UserTask.id, search, _record)
    return replace(found, items=_with_ballots(session, _with_candidates(session, found.items)))


def find_task(session: Session, person: Person, task_id: int) -> TaskRecord:
    """Give one task to somebody who may see it. Raises NotFoundError for all others."""
    row = session.execute(_select().where(UserTask.id == task_id, visible_tasks(session, person))).one_or_none()
    if row is None:
        raise NotFoundError(mark("没有编号为 {id} 的任务，或者您看不到它。"), id=task_id)
    return _with_candidates(session, [_record(row)])[0]


def _select() -> Select[*tuple[Any, ...]]:
    return (
        select(
            UserTask.id,
            UserTask.name,
            _STATE.label("state"),
            UserTask.element_id,
            UserTask.assignee,
            UserTask.created_at,
            UserTask.completed_at,
            UserTask.due_at,
            UserTask.follow_up_at,
            UserTask.priority,
            UserTask.form_definition_id,
            _PASSAGE.label("passage"),
            UserTask.instance_id,
            ROOT_CASE.label("root_id"),
            ProcessInstance.definition_id,
            ProcessDefinition.process_id,
            ProcessDefinition.name.label("process_name"),
            ProcessDefinition.version,
        )
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
    )


def _condition(criterion: Criterion) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    kind = _CANDIDATES.get(criterion.field)
    if kind is None:
        return condition(_COLUMNS[criterion.field], criterion)
    of_task = exists().where(UserTaskCandidate.task_id == UserTask.id, UserTaskCandidate.kind == kind)
    if criterion.operator == "exists":
        return of_task if criterion.value else ~of_task
    return of_task.where(condition(UserTaskCandidate.principal, criterion))


def _with_candidates(session: Session, tasks: Sequence[TaskRecord]) -> list[TaskRecord]:
    rows = session.execute(
        select(UserTaskCandidate)
        .where(UserTaskCandidate.task_id.in_([task.id for task in tasks]))
        .order_by(UserTaskCandidate.principal)
    ).scalars()
    principals: dict[tuple[int, str], list[str]] = defaultdict(list)
    for row in rows if tasks else ():
        principals[row.task_id, row.kind].append(row.principal)
    return [
        replace(
            task,
            candidate_users=tuple(principals[task.id, "user"]),
            candidate_groups=tuple(principals[task.id, "group"]),
        )
        for task in tasks
    ]


def _with_ballots(session: Session, tasks: Sequence[TaskRecord]) -> list[TaskRecord]:
    found = standings(session, {task.instance_id: task.definition_id for task in tasks})
    asked = {task.passage: found[task.instance_id] for task in tasks if found.get(task.instance_id)}
    ballots = ballots_of_tasks(session, asked)
    return [replace(task, ballot=ballots.get(task.passage)) for task in tasks]


def _record(row: Row[*tuple[Any, ...]]) -> TaskRecord:
    facts = row._asdict()
    return TaskRecord(**{name: facts[name] for name in TaskRecord.__dataclass_fields__ if name in facts})
