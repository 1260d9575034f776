"""Messages that have reached events of cases, as programs search them."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from engine.model import MessageCorrelation, ProcessDefinition, ProcessInstance
from engine.queries.passages import ROOT_CASE, passage_number
from engine.queries.people import Person
from engine.queries.personal import Veils
from engine.queries.searching import Found, Search, condition, fetch
from engine.queries.visibility import searchable_instances, visible_instances


@dataclass(frozen=True, kw_only=True)
class CorrelationRecord:
    """One message that reached one event, or started one case."""

    message_id: int
    name: str
    correlation_key: str
    subscription: int
    """What waited for it; a negative number where that was not kept."""
    correlated_at: dt.datetime
    element_id: str
    passage: int | None
    """Empty for the start of a case."""
    instance_id: int
    root_id: int
    definition_id: int
    process_id: str


_PASSAGE = passage_number(MessageCorrelation.instance_id, MessageCorrelation.token)
_SUBSCRIPTION = func.coalesce(MessageCorrelation.subscription_id, -MessageCorrelation.id)
_COLUMNS: dict[str, Any] = {
    "message_key": MessageCorrelation.message_id,
    "message_name": MessageCorrelation.name,
    "correlation_key": MessageCorrelation.correlation_key,
    "subscription_key": _SUBSCRIPTION,
    "correlation_time": MessageCorrelation.correlated_at,
    "element_id": MessageCorrelation.element_id,
    "element_instance_key": _PASSAGE,
    "process_instance_key": MessageCorrelation.instance_id,
    "process_definition_key": ProcessInstance.definition_id,
    "process_definition_id": ProcessDefinition.process_id,
}


def search_correlations(session: Session, person: Person, search: Search) -> Found[CorrelationRecord]:
    """Find messages that have reached cases that the person may see."""
    wanted = (condition(_COLUMNS[criterion.field], criterion) for criterion in search.criteria)
    statement = _select().where(visible_instances(session, person), *wanted)
    if search.concerns("correlation_key"):
        statement = statement.where(searchable_instances(session, person))
    veils = Veils(session, person)
    found = fetch(session, statement, _COLUMNS, MessageCorrelation.id, search, lambda row: _record(row, veils))
    return replace(found, looked_at=tuple(veils.shown))


def _select() -> Select[*tuple[Any, ...]]:
    return (
        select(
            MessageCorrelation.message_id,
            MessageCorrelation.name,
            MessageCorrelation.correlation_key,
            _SUBSCRIPTION.label("subscription"),
            MessageCorrelation.correlated_at,
            MessageCorrelation.element_id,
            _PASSAGE.label("passage"),
            MessageCorrelation.instance_id,
            ROOT_CASE.label("root_id"),
            ProcessInstance.definition_id,
            ProcessDefinition.process_id,
        )
        .join(ProcessInstance, ProcessInstance.id == MessageCorrelation.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
    )


def _record(row: Row[*tuple[Any, ...]], veils: Veils) -> CorrelationRecord:
    facts = row._asdict()
    facts["correlation_key"] = veils.of(row.instance_id).text(row.correlation_key)
    return CorrelationRecord(**{name: facts[name] for name in CorrelationRecord.__dataclass_fields__})
