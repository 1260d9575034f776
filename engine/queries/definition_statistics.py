"""How many running cases each process and version has, how many of them are stuck, and what waits for messages."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, case, func, select, true
from sqlalchemy.orm import Session

from engine.model import EventSubscription, ProcessDefinition, ProcessInstance
from engine.queries.people import Person
from engine.queries.search_subscriptions import subscription_condition
from engine.queries.searching import Found, Search, condition, fetch
from engine.queries.visibility import searchable_instances, visible_instances


@dataclass(frozen=True, kw_only=True)
class ProcessStatistics:
    """The running cases of one process."""

    process_id: str
    name: str
    """As its newest version is called."""
    versions: int
    with_incident: int
    without_incident: int


@dataclass(frozen=True, kw_only=True)
class VersionStatistics:
    """The running cases of one version."""

    definition_id: int
    process_id: str
    name: str
    version: int
    with_incident: int
    without_incident: int


@dataclass(frozen=True, kw_only=True)
class SubscriptionStatistics:
    """What waits for messages in the cases of one version."""

    definition_id: int
    process_id: str
    instances: int
    subscriptions: int


def process_statistics(session: Session, person: Person, search: Search) -> Found[ProcessStatistics]:
    """Count the running cases that the person may see, process by process; all processes are told."""
    counted = _counted(session, person)
    newest = select(
        ProcessDefinition.process_id,
        ProcessDefinition.name,
        func.row_number()
        .over(partition_by=ProcessDefinition.process_id, order_by=ProcessDefinition.version.desc())
        .label("age"),
        func.count().over(partition_by=ProcessDefinition.process_id).label("versions"),
    ).subquery()
    of_process = (
        select(
            ProcessDefinition.process_id,
            func.sum(counted.c.with_incident).label("with_incident"),
            func.sum(counted.c.without_incident).label("without_incident"),
        )
        .join(counted, counted.c.definition_id == ProcessDefinition.id)
        .group_by(ProcessDefinition.process_id)
        .subquery()
    )
    rows = (
        select(
            newest.c.process_id,
            newest.c.name,
            newest.c.versions,
            func.coalesce(of_process.c.with_incident, 0).label("with_incident"),
            func.coalesce(of_process.c.without_incident, 0).label("without_incident"),
        )
        .outerjoin(of_process, of_process.c.process_id == newest.c.process_id)
        .where(newest.c.age == 1)
        .subquery()
    )
    return fetch(session, select(rows), _columns(rows), rows.c.process_id, search, _process)


def version_statistics(session: Session, person: Person, search: Search) -> Found[VersionStatistics]:
    """Count the running cases that the person may see, version by version."""
    counted = _counted(session, person)
    rows = (
        select(
            ProcessDefinition.id.label("definition_id"),
            ProcessDefinition.process_id,
            ProcessDefinition.name,
            ProcessDefinition.version,
            func.coalesce(counted.c.with_incident, 0).label("with_incident"),
            func.coalesce(counted.c.without_incident, 0).label("without_incident"),
        )
        .outerjoin(counted, counted.c.definition_id == ProcessDefinition.id)
        .subquery()
    )
    columns = _columns(rows)
    wanted = (condition(columns[criterion.field], criterion) for criterion in search.criteria)
    return fetch(session, select(rows).where(*wanted), columns, rows.c.definition_id, search, _version)


def subscription_statistics(session: Session, person: Person, search: Search) -> Found[SubscriptionStatistics]:
    """Count what waits for messages in cases that the person may see, version by version."""
    rows = (
        select(
            ProcessDefinition.id.label("definition_id"),
            ProcessDefinition.process_id,
            func.count(EventSubscription.instance_id.distinct()).label("instances"),
            func.count().label("subscriptions"),
        )
        .join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(EventSubscription.kind == "message", visible_instances(session, person))
        .where(*map(subscription_condition, search.criteria))
        .where(searchable_instances(session, person) if search.concerns("correlation_key") else true())
        .group_by(ProcessDefinition.id, ProcessDefinition.process_id)
        .subquery()
    )
    return fetch(session, select(rows), _columns(rows), rows.c.definition_id, search, _subscriptions)


def _counted(session: Session, person: Person) -> Any:  # noqa: ANN401 - see searching
    stuck = ProcessInstance.incident_count > 0
    return (
        select(
            ProcessInstance.definition_id,
            func.count(case((stuck, 1))).label("with_incident"),
            func.count(case((~stuck, 1))).label("without_incident"),
        )
        .where(and_(ProcessInstance.state == "ACTIVE", visible_instances(session, person)))
        .group_by(ProcessInstance.definition_id)
        .subquery()
    )


_FIELDS = {
    "process_definition_id": "process_id",
    "process_definition_key": "definition_id",
    "process_definition_name": "name",
    "process_definition_version": "version",
    "active_instances_with_incident_count": "with_incident",
    "active_instances_without_incident_count": "without_incident",
    "process_instances_with_active_subscriptions": "instances",
    "active_subscriptions": "subscriptions",
}
"""The published names of what can be counted, and ours."""


def _columns(rows: Any) -> dict[str, Any]:  # noqa: ANN401 - see searching
    return {field: rows.c[name] for field, name in _FIELDS.items() if name in rows.c}


def _process(row: Row[Any]) -> ProcessStatistics:
    return ProcessStatistics(**{name: getattr(row, name) for name in ProcessStatistics.__dataclass_fields__})


def _version(row: Row[Any]) -> VersionStatistics:
    return VersionStatistics(**{name: getattr(row, name) for name in VersionStatistics.__dataclass_fields__})


def _subscriptions(row: Row[Any]) -> SubscriptionStatistics:
    return SubscriptionStatistics(**{name: getattr(row, name) for name in SubscriptionStatistics.__dataclass_fields__})
