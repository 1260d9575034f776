"""How many running cases are stuck for the same cause, and under which versions they run."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from engine.model import Incident, ProcessDefinition, ProcessInstance
from engine.queries.people import Person
from engine.queries.searching import Found, Search, fetch
from engine.queries.visibility import visible_instances


@dataclass(frozen=True, kw_only=True)
class CauseStatistics:
    """The running cases that are stuck for one cause."""

    cause: str
    """A template, the same for all of them; what is special to one case stands in its incident."""
    number: int
    """What the cause is asked for by: 31 bits of its hash."""
    instances: int


@dataclass(frozen=True, kw_only=True)
class VersionsOfCause:
    """The running cases of one version that are stuck for a cause."""

    definition_id: int
    process_id: str
    name: str
    version: int
    instances: int


def cause_statistics(session: Session, person: Person, search: Search) -> Found[CauseStatistics]:
    """Count the stuck cases that the person may see, cause by cause."""
    rows = (
        select(Incident.message.label("cause"), func.count(Incident.instance_id.distinct()).label("instances"))
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .where(Incident.resolved_at.is_(None), visible_instances(session, person))
        .group_by(Incident.message)
        .subquery()
    )
    columns = {"error_message": rows.c.cause, "active_instances_with_error_count": rows.c.instances}
    return fetch(session, select(rows), columns, rows.c.cause, search, _cause)


def versions_of_cause(session: Session, person: Person, search: Search) -> Found[VersionsOfCause]:
    """Count the stuck cases that the person may see, version by version; the cause is ``error_hash_code``."""
    wanted = {criterion.value for criterion in search.criteria if criterion.field == "error_hash_code"}
    causes = session.scalars(select(Incident.message).where(Incident.resolved_at.is_(None)).distinct())
    found = [cause for cause in causes if number_of(cause) in wanted]
    rows = (
        select(
            ProcessDefinition.id.label("definition_id"),
            ProcessDefinition.process_id,
            ProcessDefinition.name,
            ProcessDefinition.version,
            func.count(Incident.instance_id.distinct()).label("instances"),
        )
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(Incident.resolved_at.is_(None), Incident.message.in_(found), visible_instances(session, person))
        .group_by(ProcessDefinition.id, ProcessDefinition.process_id, ProcessDefinition.name, ProcessDefinition.version)
        .subquery()
    )
    columns: dict[str, Any] = {
        "process_definition_key": rows.c.definition_id,
        "active_instances_with_error_count": rows.c.instances,
    }
    return fetch(session, select(rows), columns, rows.c.definition_id, search, _versions)


def number_of(cause: str) -> int:
    """Give the number that a cause goes by: the same for ever, and not negative."""
    return int.from_bytes(hashlib.sha256(cause.encode()).digest()[:4], "big") >> 1


def _cause(row: Row[Any]) -> CauseStatistics:
    return CauseStatistics(cause=row.cause, number=number_of(row.cause), instances=row.instances)


def _versions(row: Row[Any]) -> VersionsOfCause:
    return VersionsOfCause(**{name: getattr(row, name) for name in VersionsOfCause.__dataclass_fields__})
