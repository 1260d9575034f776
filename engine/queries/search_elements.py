"""Passages through elements, as programs search them."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from engine.errors import NotFoundError, mark
from engine.model import DefinitionElement, ElementInstance, Incident, ProcessDefinition, ProcessInstance
from engine.queries.access import require_case_reader
from engine.queries.passages import ROOT_CASE, passage_number
from engine.queries.people import Person
from engine.queries.search_definitions import find_definition
from engine.queries.search_incidents import IncidentRecord, search_incidents
from engine.queries.search_instances import instance_condition
from engine.queries.searching import Criterion, Found, Search, condition, fetch, narrowed
from engine.queries.visibility import visible_instances


@dataclass(frozen=True, kw_only=True)
class ElementRecord:
    """One passage through one element; a case is one through its process."""

    passage: int
    element_id: str
    name: str
    kind: str
    """In the published interface's words, such as USER_TASK."""
    state: Literal["ACTIVE", "COMPLETED", "TERMINATED"]
    started_at: dt.datetime
    ended_at: dt.datetime | None
    incident_id: int | None
    """The oldest open incident here."""
    instance_id: int
    root_id: int
    definition_id: int
    process_id: str


@dataclass(kw_only=True)
class ElementCounts:
    """How many passages through one element there are."""

    element_id: str
    active: int = 0
    completed: int = 0
    canceled: int = 0
    incidents: int = 0
    """Active passages with an open incident."""


KINDS = {
    "businessRuleTask": "BUSINESS_RULE_TASK",
    "boundaryEvent": "BOUNDARY_EVENT",
    "callActivity": "CALL_ACTIVITY",
    "endEvent": "END_EVENT",
    "eventBasedGateway": "EVENT_BASED_GATEWAY",
    "eventSubProcess": "EVENT_SUB_PROCESS",
    "exclusiveGateway": "EXCLUSIVE_GATEWAY",
    "inclusiveGateway": "INCLUSIVE_GATEWAY",
    "intermediateCatchEvent": "INTERMEDIATE_CATCH_EVENT",
    "intermediateThrowEvent": "INTERMEDIATE_THROW_EVENT",
    "manualTask": "MANUAL_TASK",
    "multiInstanceBody": "MULTI_INSTANCE_BODY",
    "parallelGateway": "PARALLEL_GATEWAY",
    "process": "PROCESS",
    "receiveTask": "RECEIVE_TASK",
    "scriptTask": "SCRIPT_TASK",
    "sendTask": "SEND_TASK",
    "serviceTask": "SERVICE_TASK",
    "startEvent": "START_EVENT",
    "adHocSubProcess": "AD_HOC_SUB_PROCESS",
    "subProcess": "SUB_PROCESS",
    "task": "TASK",
    "transaction": "SUB_PROCESS",
    "userTask": "USER_TASK",
}
_KIND = case(KINDS, value=ElementInstance.kind, else_="UNKNOWN")
# The case itself has the number of the case, which is the scope of its variables.
_PASSAGE = case(
    (ElementInstance.token == 0, ElementInstance.instance_id),
    else_=passage_number(ElementInstance.instance_id, ElementInstance.token),
)
_HERE = and_(
    Incident.instance_id == ElementInstance.instance_id,
    Incident.token == ElementInstance.token,
    Incident.resolved_at.is_(None),
)
_INCIDENT = select(func.min(Incident.id)).where(_HERE).correlate(ElementInstance).scalar_subquery()
_UNIQUE = (ElementInstance.instance_id, ElementInstance.token)
_OF_VERSION = aliased(ProcessInstance)
_NAMING = frozenset({"eq", "in", "like"})
"""Operators that name elements."""
_COLUMNS: dict[str, Any] = {
    "element_instance_key": _PASSAGE,
    "element_id": ElementInstance.element_id,
    "element_name": ElementInstance.name,
    "type": _KIND,
    "state": ElementInstance.state,
    "start_date": ElementInstance.started_at,
    "end_date": ElementInstance.ended_at,
    "incident_key": _INCIDENT,
    "process_instance_key": ElementInstance.instance_id,
    "process_definition_key": ProcessInstance.definition_id,
    "process_definition_id": ProcessDefinition.process_id,
}


def search_elements(session: Session, person: Person, search: Search) -> Found[ElementRecord]:
    """Find passages in cases that the person may see, oldest case first."""
    wanted = (_condition(criterion) for criterion in search.criteria)
    statement = _select().where(visible_instances(session, person), *wanted)
    return fetch(session, statement, _COLUMNS, _UNIQUE, search, _record)


def find_element(session: Session, person: Person, passage: int) -> ElementRecord:
    """Give one passage to somebody who may see its case. Raises NotFoundError for all others."""
    instance_id, token = case_and_token(passage)
    statement = _select().where(
        ElementInstance.instance_id == instance_id, ElementInstance.token == token, visible_instances(session, person)
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFoundError(mark("没有编号为 {id} 的元素经过记录，或者您看不到它。"), id=passage)
    return _record(row)


def case_and_token(passage: int) -> tuple[int, int]:
    """Read the number of a passage; that of a case is the passage through its process, token 0."""
    return (passage, 0) if passage < 2**32 else (passage >> 32, passage & (2**32 - 1))


def search_incidents_of_passage(
    session: Session, person: Person, search: Search, passage: int
) -> Found[IncidentRecord]:
    """Find incidents of one passage; those of the case where it is the whole. Raises NotFoundError."""
    found = find_element(session, person, passage)
    if case_and_token(passage)[1] == 0:
        return search_incidents(session, person, narrowed(search, process_instance_key=found.instance_id))
    return search_incidents(session, person, narrowed(search, element_instance_key=passage))


def count_elements_of_case(session: Session, person: Person, instance_id: int) -> list[ElementCounts]:
    """Count the passages of one case by element. Raises NotFoundError for whoever may not see it."""
    require_case_reader(session, person, instance_id)
    return _count(session, [ElementInstance.instance_id == instance_id])


def count_elements_of_version(
    session: Session, person: Person, definition_id: int, criteria: Iterable[Criterion]
) -> list[ElementCounts]:
    """Count the passages of those cases of a version that the person may see and the criteria hold of.

    Raises NotFoundError where there is no such version.
    """
    find_definition(session, definition_id)
    of_version = ProcessInstance.definition_id == definition_id
    return _count(session, [of_version, visible_instances(session, person), *map(instance_condition, criteria)])


def _count(session: Session, conditions: Sequence[Any]) -> list[ElementCounts]:
    incidents = func.sum(case((_INCIDENT.is_not(None), 1), else_=0))
    element, state = ElementInstance.element_id, ElementInstance.state
    rows = session.execute(
        select(element, state, func.count(), incidents)
        .join(ProcessInstance, ProcessInstance.id == ElementInstance.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ElementInstance.token != 0, ElementInstance.kind != "multiInstanceBody", *conditions)
        .group_by(element, state)
    )
    numbers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for element_id, of_state, number, stuck in rows:
        numbers[element_id].update({of_state: number, "incidents": int(stuck or 0)})
    return [
        ElementCounts(
            element_id=element_id,
            active=found["ACTIVE"],
            completed=found["COMPLETED"],
            canceled=found["TERMINATED"],
            incidents=found["incidents"],
        )
        for element_id, found in sorted(numbers.items())
    ]


def _select() -> Select[*tuple[Any, ...]]:
    return (
        select(
            _PASSAGE.label("passage"),
            ElementInstance.element_id,
            ElementInstance.name,
            _KIND.label("kind"),
            ElementInstance.state,
            ElementInstance.started_at,
            ElementInstance.ended_at,
            _INCIDENT.label("incident_id"),
            ElementInstance.instance_id,
            ROOT_CASE.label("root_id"),
            ProcessInstance.definition_id,
            ProcessDefinition.process_id,
        )
        .join(ProcessInstance, ProcessInstance.id == ElementInstance.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
    )


def _condition(criterion: Criterion) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    if criterion.field == "has_incident":
        return _INCIDENT.is_not(None) if criterion.value else _INCIDENT.is_(None)
    if criterion.field == "element_instance_key" and criterion.operator in {"eq", "in"}:
        # By the primary key rather than by an expression that no index knows.
        keys = [criterion.value] if criterion.operator == "eq" else criterion.value
        return or_(
            *(
                and_(ElementInstance.instance_id == instance_id, ElementInstance.token == token)
                for instance_id, token in map(case_and_token, keys)
            )
        )
    found = condition(_COLUMNS[criterion.field], criterion)
    if criterion.field == "element_id" and criterion.operator in _NAMING:
        # No index knows the elements of all passages: the cases of the versions that have the element are looked at.
        having = select(DefinitionElement.definition_id).where(condition(DefinitionElement.element_id, criterion))
        of_them = select(_OF_VERSION.id).where(_OF_VERSION.definition_id.in_(having))
        return and_(found, ElementInstance.instance_id.in_(of_them))
    if criterion.field == "state" and (criterion.operator, criterion.value) == ("eq", "ACTIVE"):
        # Nothing is open in a case that is over.
        return and_(found, ProcessInstance.state == "ACTIVE")
    return found


def _record(row: Row[*tuple[Any, ...]]) -> ElementRecord:
    facts = row._asdict()
    return ElementRecord(**{name: facts[name] for name in ElementRecord.__dataclass_fields__})
