"""Incidents, as programs search them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, Select, case, select
from sqlalchemy.orm import Session

from engine.errors import FieldProblem, NotFoundError, mark
from engine.model import Incident, ProcessDefinition, ProcessInstance
from engine.queries.access import require_case_reader
from engine.queries.passages import ROOT_CASE, passage_number
from engine.queries.people import Person
from engine.queries.personal import Veils
from engine.queries.searching import Found, Search, condition, fetch, narrowed
from engine.queries.visibility import visible_instances


@dataclass(frozen=True, kw_only=True)
class IncidentRecord:
    """One incident, open or resolved."""

    id: int
    kind: str
    """The published interface's name for the cause."""
    state: Literal["ACTIVE", "RESOLVED"]
    cause: FieldProblem
    created_at: dt.datetime
    element_id: str
    passage: int
    instance_id: int
    root_id: int
    job_id: int | None
    definition_id: int
    process_id: str


KINDS: Mapping[str, str] = {
    "job_failed": "JOB_NO_RETRIES",
    "no_condition_true": "CONDITION_ERROR",
    "condition_not_boolean": "CONDITION_ERROR",
    "correlation_key_missing": "EXTRACT_VALUE_ERROR",
    "timer_without_time": "EXTRACT_VALUE_ERROR",
    "timer_cycle": "EXTRACT_VALUE_ERROR",
    "collection_not_list": "EXTRACT_VALUE_ERROR",
    "expression_failed": "EXTRACT_VALUE_ERROR",
    "decision_missing": "CALLED_DECISION_ERROR",
    "decision_failed": "DECISION_EVALUATION_ERROR",
    "error_not_caught": "UNHANDLED_ERROR_EVENT",
}
"""Our codes in the words of the published interface; all others are UNKNOWN there."""
_KIND = case(KINDS, value=Incident.code, else_="UNKNOWN")
_STATE = case((Incident.resolved_at.is_(None), "ACTIVE"), else_="RESOLVED")
_PASSAGE = passage_number(Incident.instance_id, Incident.token)
_COLUMNS: dict[str, Any] = {
    "incident_key": Incident.id,
    "error_type": _KIND,
    "state": _STATE,
    "creation_time": Incident.created_at,
    "element_id": Incident.element_id,
    "element_instance_key": _PASSAGE,
    "job_key": Incident.job_id,
    "process_instance_key": Incident.instance_id,
    "process_definition_key": ProcessInstance.definition_id,
    "process_definition_id": ProcessDefinition.process_id,
}


def search_incidents(session: Session, person: Person, search: Search) -> Found[IncidentRecord]:
    """Find incidents of cases that the person may see."""
    wanted = (condition(_COLUMNS[criterion.field], criterion) for criterion in search.criteria)
    statement = _select().where(visible_instances(session, person), *wanted)
    veils = Veils(session, person)
    return fetch(session, statement, _COLUMNS, Incident.id, search, lambda row: _record(row, veils))


def search_incidents_of_case(
    session: Session, person: Person, search: Search, instance_id: int
) -> Found[IncidentRecord]:
    """Find incidents of one case. Raises NotFoundError for whoever may not see it."""
    require_case_reader(session, person, instance_id)
    return search_incidents(session, person, narrowed(search, process_instance_key=instance_id))


def find_incident(session: Session, person: Person, incident_id: int) -> IncidentRecord:
    """Give one incident to somebody who may see its case. Raises NotFoundError for all others."""
    statement = _select().where(Incident.id == incident_id, visible_instances(session, person))
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFoundError(mark("没有编号为 {number} 的异常。"), number=incident_id)
    return _record(row, Veils(session, person))


def _select() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Incident.id,
            _KIND.label("kind"),
            _STATE.label("state"),
            Incident.message,
            Incident.facts,
            Incident.created_at,
            Incident.element_id,
            _PASSAGE.label("passage"),
            Incident.instance_id,
            ROOT_CASE.label("root_id"),
            Incident.job_id,
            ProcessInstance.definition_id,
            ProcessDefinition.process_id,
        )
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
    )


def _record(row: Row[*tuple[Any, ...]], veils: Veils) -> IncidentRecord:
    facts = row._asdict()
    known = {name: facts[name] for name in IncidentRecord.__dataclass_fields__ if name in facts}
    return IncidentRecord(**known, cause=FieldProblem(row.message, veils.of(row.instance_id).values(row.facts)))
