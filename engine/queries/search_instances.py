"""Cases, as programs search them."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Row, Select, and_, case, select
from sqlalchemy.orm import Session

from engine.model import ProcessDefinition, ProcessInstance
from engine.queries.access import require_case_reader
from engine.queries.passages import ROOT_CASE, passage_number
from engine.queries.people import Person
from engine.queries.searching import Criterion, Found, Search, condition, fetch
from engine.queries.standing_ballots import Standing, standings
from engine.queries.visibility import visible_instances


@dataclass(frozen=True, kw_only=True)
class InstanceRecord:
    """One case."""

    id: int
    state: Literal["ACTIVE", "SUSPENDED", "COMPLETED", "TERMINATED"]
    """A case that was withdrawn counts as terminated."""
    started_by: str
    started_at: dt.datetime
    ended_at: dt.datetime | None
    suspended_at: dt.datetime | None
    has_incident: bool
    parent_id: int | None
    parent_token: int | None
    root_id: int
    definition_id: int
    process_id: str
    process_name: str
    version: int
    version_tag: str | None
    ballots: tuple[Standing, ...] = ()
    """How its tasks stand that several people do now."""


_STATE = case(
    (ProcessInstance.state.in_(("WITHDRAWN", "REJECTED")), "TERMINATED"),
    (and_(ProcessInstance.state == "ACTIVE", ProcessInstance.suspended_at.is_not(None)), "SUSPENDED"),
    else_=ProcessInstance.state,
)
_COLUMNS: dict[str, Any] = {
    "process_instance_key": ProcessInstance.id,
    "process_definition_key": ProcessInstance.definition_id,
    "parent_process_instance_key": ProcessInstance.parent_id,
    "parent_element_instance_key": passage_number(ProcessInstance.parent_id, ProcessInstance.parent_token),
    "process_definition_id": ProcessDefinition.process_id,
    "process_definition_name": ProcessDefinition.name,
    "process_definition_version": ProcessDefinition.version,
    "process_definition_version_tag": ProcessDefinition.version_tag,
    "start_date": ProcessInstance.started_at,
    "end_date": ProcessInstance.ended_at,
    "state": _STATE,
}


def search_instances(session: Session, person: Person, search: Search) -> Found[InstanceRecord]:
    """Find cases that the person may see."""
    statement = _select().where(
        visible_instances(session, person), *(instance_condition(criterion) for criterion in search.criteria)
    )
    found = fetch(session, statement, _COLUMNS, ProcessInstance.id, search, _record)
    standing = standings(session, {case.id: case.definition_id for case in found.items})
    return replace(found, items=[replace(case, ballots=standing.get(case.id, ())) for case in found.items])


def find_instance(session: Session, person: Person, instance_id: int) -> InstanceRecord:
    """Give one case to somebody who may see it. Raises NotFoundError for all others."""
    require_case_reader(session, person, instance_id)
    return _record(session.execute(_select().where(ProcessInstance.id == instance_id)).one())


def _select() -> Select[*tuple[Any, ...]]:
    return select(
        ProcessInstance.id,
        _STATE.label("state"),
        ProcessInstance.started_by,
        ProcessInstance.started_at,
        ProcessInstance.ended_at,
        ProcessInstance.suspended_at,
        (ProcessInstance.incident_count > 0).label("has_incident"),
        ProcessInstance.parent_id,
        ProcessInstance.parent_token,
        ROOT_CASE.label("root_id"),
        ProcessInstance.definition_id,
        ProcessDefinition.process_id,
        ProcessDefinition.name.label("process_name"),
        ProcessDefinition.version,
        ProcessDefinition.version_tag,
    ).join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)


def instance_condition(criterion: Criterion) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    """Give the SQL condition of one criterion, on cases joined with their versions."""
    if criterion.field == "has_incident":
        open_incidents = ProcessInstance.incident_count
        return open_incidents > 0 if criterion.value else open_incidents == 0
    return condition(_COLUMNS[criterion.field], criterion)


def _record(row: Row[*tuple[Any, ...]]) -> InstanceRecord:
    facts = row._asdict()
    return InstanceRecord(**{name: facts[name] for name in InstanceRecord.__dataclass_fields__ if name in facts})
