"""Jobs of external workers, as programs search them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, Select, case, func, select
from sqlalchemy.orm import Session

from engine.execution.immutable import definition
from engine.model import Job, ProcessDefinition, ProcessInstance
from engine.queries.passages import ROOT_CASE, passage_number
from engine.queries.people import Person
from engine.queries.personal import Veils
from engine.queries.searching import Criterion, Found, Search, condition, fetch
from engine.queries.visibility import searchable_instances, visible_instances


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """One job of a service task or listener. Timers, messages and calls are no jobs for others."""

    id: int
    type: str
    listener: str | None
    """The moment of its element that a listener is asked at; None for the element's own work."""
    state: Literal["CREATED", "COMPLETED", "CANCELED", "FAILED"]
    retries: int
    error: str | None
    leased_by: str | None
    leased_until: dt.datetime | None
    element_id: str
    passage: int
    instance_id: int
    root_id: int
    created_at: dt.datetime | None
    changed_at: dt.datetime | None
    """Both empty of jobs from before this was kept."""
    definition_id: int
    process_id: str
    headers: Mapping[str, str]


_PASSAGE = passage_number(Job.instance_id, Job.token)
_KIND = case(
    (Job.listener.is_(None), "BPMN_ELEMENT"),
    (Job.listener.in_(("start", "end")), "EXECUTION_LISTENER"),
    else_="TASK_LISTENER",
)
_COLUMNS: dict[str, Any] = {
    "job_key": Job.id,
    "type": Job.type,
    "kind": _KIND,
    "listener_event_type": func.coalesce(func.upper(Job.listener), "UNSPECIFIED"),
    "state": Job.state,
    "retries": Job.retries,
    "error_message": Job.error,
    "worker": func.coalesce(Job.leased_by, ""),
    "deadline": Job.leased_until,
    "creation_time": Job.created_at,
    "last_update_time": Job.changed_at,
    "end_time": case((Job.state.in_(("COMPLETED", "CANCELED")), Job.changed_at)),
    "element_id": Job.element_id,
    "element_instance_key": _PASSAGE,
    "process_instance_key": Job.instance_id,
    "process_definition_key": ProcessInstance.definition_id,
    "process_definition_id": ProcessDefinition.process_id,
}


def search_jobs(session: Session, person: Person, search: Search) -> Found[JobRecord]:
    """Find jobs of cases that the person may see."""
    statement = _select().where(
        Job.kind == "service",
        visible_instances(session, person),
        *(_condition(criterion) for criterion in search.criteria),
    )
    if search.concerns("error_message"):
        statement = statement.where(searchable_instances(session, person))
    veils = Veils(session, person)
    return fetch(session, statement, _COLUMNS, Job.id, search, lambda row: _record(session, row, veils))


def _select() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Job.id,
            Job.type,
            Job.listener,
            Job.state,
            Job.retries,
            Job.error,
            Job.leased_by,
            Job.leased_until,
            Job.element_id,
            _PASSAGE.label("passage"),
            Job.created_at,
            Job.changed_at,
            Job.instance_id,
            ROOT_CASE.label("root_id"),
            ProcessInstance.definition_id,
            ProcessDefinition.process_id,
        )
        .join(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
    )


def _condition(criterion: Criterion) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    if criterion.field == "has_failed_with_retries_left":
        failed = (Job.state == "CREATED") & Job.error.is_not(None)
        return failed if criterion.value else ~failed
    return condition(_COLUMNS[criterion.field], criterion)


def _record(session: Session, row: Row[*tuple[Any, ...]], veils: Veils) -> JobRecord:
    facts = row._asdict()
    if row.error:
        facts["error"] = veils.of(row.instance_id).text(row.error)
    process = definition(session, row.definition_id).process
    known = {name: facts[name] for name in JobRecord.__dataclass_fields__ if name in facts}
    return JobRecord(**known, headers=process.part(row.element_id).headers)
