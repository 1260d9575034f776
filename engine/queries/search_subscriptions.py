"""Messages that cases wait for and that start cases, as programs search them."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from engine.model import Deployment, ElementInstance, EventSubscription, ProcessDefinition, ProcessInstance
from engine.queries.passages import ROOT_CASE, passage_number
from engine.queries.people import Person
from engine.queries.personal import Veils
from engine.queries.searching import Criterion, Found, Search, condition, fetch
from engine.queries.visibility import searchable_instances, visible_instances


@dataclass(frozen=True, kw_only=True)
class SubscriptionRecord:
    """One thing that waits for a message."""

    id: int
    kind: Literal["PROCESS_EVENT", "START_EVENT"]
    state: Literal["CREATED", "CORRELATED"]
    """CORRELATED while a message is on its way; once it has arrived there is no subscription any more."""
    name: str
    correlation_key: str | None
    since: dt.datetime
    """When it began to wait; for an event beside other work, when its case or version did."""
    element_id: str
    passage: int | None
    instance_id: int | None
    root_id: int | None
    definition_id: int
    process_id: str
    process_name: str
    version: int


_KIND = case((EventSubscription.instance_id.is_(None), "START_EVENT"), else_="PROCESS_EVENT")
_STATE = case((EventSubscription.pending.is_(True), "CORRELATED"), else_="CREATED")
_PASSAGE = passage_number(EventSubscription.instance_id, EventSubscription.token)
_SINCE = func.coalesce(ElementInstance.started_at, ProcessInstance.started_at, Deployment.deployed_at)
_COLUMNS: dict[str, Any] = {
    "message_subscription_key": EventSubscription.id,
    "message_subscription_type": _KIND,
    "message_subscription_state": _STATE,
    "message_name": EventSubscription.name,
    "correlation_key": EventSubscription.correlation_key,
    "last_updated_date": _SINCE,
    "element_id": EventSubscription.element_id,
    "element_instance_key": _PASSAGE,
    "process_instance_key": EventSubscription.instance_id,
    "process_definition_key": ProcessDefinition.id,
    "process_definition_id": ProcessDefinition.process_id,
    "process_definition_name": ProcessDefinition.name,
    "process_definition_version": ProcessDefinition.version,
}


def search_subscriptions(session: Session, person: Person, search: Search) -> Found[SubscriptionRecord]:
    """Find what waits for messages: in cases that the person may see, and at starts, which everybody may know."""
    in_a_case = and_(EventSubscription.instance_id.is_not(None), visible_instances(session, person))
    wanted = map(subscription_condition, search.criteria)
    statement = _select().where(
        EventSubscription.kind == "message", or_(EventSubscription.instance_id.is_(None), in_a_case), *wanted
    )
    if search.concerns("correlation_key"):
        starts = EventSubscription.instance_id.is_(None)
        statement = statement.where(or_(starts, searchable_instances(session, person)))
    veils = Veils(session, person)
    found = fetch(session, statement, _COLUMNS, EventSubscription.id, search, lambda row: _record(row, veils))
    return replace(found, looked_at=tuple(veils.shown))


def subscription_condition(criterion: Criterion) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    """Give the SQL condition of one criterion, on subscriptions joined with their cases and versions."""
    return condition(_COLUMNS[criterion.field], criterion)


def _select() -> Select[*tuple[Any, ...]]:
    of_passage = and_(
        ElementInstance.instance_id == EventSubscription.instance_id, ElementInstance.token == EventSubscription.token
    )
    version = func.coalesce(EventSubscription.definition_id, ProcessInstance.definition_id)
    return (
        select(
            EventSubscription.id,
            _KIND.label("kind"),
            _STATE.label("state"),
            EventSubscription.name,
            EventSubscription.correlation_key,
            _SINCE.label("since"),
            EventSubscription.element_id,
            _PASSAGE.label("passage"),
            EventSubscription.instance_id,
            ROOT_CASE.label("root_id"),
            ProcessDefinition.id.label("definition_id"),
            ProcessDefinition.process_id,
            ProcessDefinition.name.label("process_name"),
            ProcessDefinition.version,
        )
        .outerjoin(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)
        .outerjoin(ElementInstance, of_passage)
        .join(ProcessDefinition, ProcessDefinition.id == version)
        .join(Deployment, Deployment.id == ProcessDefinition.deployment_id)
    )


def _record(row: Row[*tuple[Any, ...]], veils: Veils) -> SubscriptionRecord:
    facts = row._asdict()
    if row.correlation_key and row.instance_id is not None:
        facts["correlation_key"] = veils.of(row.instance_id).text(row.correlation_key)
    return SubscriptionRecord(**{name: facts[name] for name in SubscriptionRecord.__dataclass_fields__})
