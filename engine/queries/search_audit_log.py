"""The history of all cases as a log of operations, as programs search it. For auditors and administrators."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from engine.errors import NotFoundError, mark
from engine.model import HistoryEvent, ProcessDefinition, ProcessInstance, UserTask
from engine.queries.passages import ROOT_CASE, passage_number, passage_of
from engine.queries.people import Person
from engine.queries.searching import Criterion, Found, Search, condition, fetch, narrowed


@dataclass(frozen=True, kw_only=True)
class AuditRecord:
    """One event of one case."""

    id: int
    """The case in the upper bits, the event's sequence number in the lower 32."""
    kind: str
    """Our own word, such as ``task.completed``."""
    entity: str
    operation: str
    category: str
    entity_id: int
    at: dt.datetime
    actor: str
    actor_type: Literal["USER", "UNKNOWN"]
    instance_id: int
    root_id: int
    definition_id: int
    process_id: str
    passage: int | None
    task_id: int | None


OPERATIONS: Mapping[str, tuple[str, str]] = {
    "case.started": ("PROCESS_INSTANCE", "CREATE"),
    "case.withdrawn": ("PROCESS_INSTANCE", "CANCEL"),
    "case.terminated": ("PROCESS_INSTANCE", "CANCEL"),
    "case.modified": ("PROCESS_INSTANCE", "MODIFY"),
    "element.redone": ("PROCESS_INSTANCE", "MODIFY"),
    "adhoc.activated": ("PROCESS_INSTANCE", "MODIFY"),
    "case.migrated": ("PROCESS_INSTANCE", "MIGRATE"),
    "case.suspended": ("PROCESS_INSTANCE", "SUSPEND"),
    "case.resumed": ("PROCESS_INSTANCE", "RESUME"),
    "task.completed": ("USER_TASK", "COMPLETE"),
    "task.assigning": ("USER_TASK", "ASSIGN"),
    "task.completing": ("USER_TASK", "COMPLETE"),
    "task.updating": ("USER_TASK", "UPDATE"),
    "task.updated": ("USER_TASK", "UPDATE"),
    "task.claimed": ("USER_TASK", "ASSIGN"),
    "task.unclaimed": ("USER_TASK", "UNASSIGN"),
    "task.assigned": ("USER_TASK", "ASSIGN"),
    "task.reassigned": ("USER_TASK", "ASSIGN"),
    "task.delegated": ("USER_TASK", "ASSIGN"),
    "task.sign_added": ("USER_TASK", "UPDATE"),
    "task.signed": ("USER_TASK", "COMPLETE"),
    "task.sign_removed": ("USER_TASK", "UPDATE"),
    "task.urged": ("USER_TASK", "UPDATE"),
    "task.reminded": ("USER_TASK", "UPDATE"),
    "task.escalated": ("USER_TASK", "ASSIGN"),
    "task.timed_out": ("USER_TASK", "COMPLETE"),
    "task.copied": ("USER_TASK", "UPDATE"),
    "case.commented": ("PROCESS_INSTANCE", "UPDATE"),
    "task.handed_over": ("USER_TASK", "ASSIGN"),
    "task.held": ("USER_TASK", "COMPLETE"),
    "task.resolved": ("USER_TASK", "ASSIGN"),
    "task.recalled": ("USER_TASK", "ASSIGN"),
    "task.returned": ("USER_TASK", "UPDATE"),
    "task.taken_back": ("USER_TASK", "UPDATE"),
    "task.rejected": ("PROCESS_INSTANCE", "CANCEL"),
    "job.completed": ("JOB", "COMPLETE"),
    "job.failed": ("JOB", "UPDATE"),
    "job.updated": ("JOB", "UPDATE"),
    "job.error": ("JOB", "UPDATE"),
    "listener.completed": ("JOB", "COMPLETE"),
    "timer.fired": ("PROCESS_INSTANCE", "UPDATE"),
    "event.received": ("PROCESS_INSTANCE", "UPDATE"),
    "call.started": ("PROCESS_INSTANCE", "UPDATE"),
    "call.returned": ("PROCESS_INSTANCE", "UPDATE"),
    "incident.resolved": ("INCIDENT", "RESOLVE"),
    "incident.skipped": ("INCIDENT", "RESOLVE"),
    "incident.corrected": ("VARIABLE", "UPDATE"),
    "variables.set": ("VARIABLE", "UPDATE"),
}
"""Our kinds of events in the words of the published interface: the entity, and what was done to it."""
_ENTITY = case(
    {kind: entity for kind, (entity, _) in OPERATIONS.items()}, value=HistoryEvent.kind, else_="PROCESS_INSTANCE"
)
_OPERATION = case({kind: done for kind, (_, done) in OPERATIONS.items()}, value=HistoryEvent.kind, else_="UNKNOWN")
_CATEGORY = case((_ENTITY == "USER_TASK", "USER_TASKS"), else_="DEPLOYED_RESOURCES")
_ACTOR_TYPE = case((HistoryEvent.actor == "system", "UNKNOWN"), else_="USER")
_KEY = passage_number(HistoryEvent.instance_id, HistoryEvent.sequence)
_PASSAGE = passage_number(HistoryEvent.instance_id, HistoryEvent.token)
_ENTITY_KEY = case(
    (_ENTITY == "USER_TASK", UserTask.id),
    (_ENTITY == "PROCESS_INSTANCE", HistoryEvent.instance_id),
    else_=func.coalesce(_PASSAGE, HistoryEvent.instance_id),
)
_COLUMNS: dict[str, Any] = {
    "audit_log_key": _KEY,
    "entity_key": _ENTITY_KEY,
    "entity_type": _ENTITY,
    "operation_type": _OPERATION,
    "category": _CATEGORY,
    "timestamp": HistoryEvent.at,
    "actor_id": HistoryEvent.actor,
    "actor_type": _ACTOR_TYPE,
    "process_instance_key": HistoryEvent.instance_id,
    "process_definition_key": ProcessInstance.definition_id,
    "process_definition_id": ProcessDefinition.process_id,
    "element_instance_key": _PASSAGE,
    "user_task_key": UserTask.id,
}


def search_audit_log(session: Session, _person: Person, search: Search) -> Found[AuditRecord]:
    """Find events of all cases, oldest case first unless sorted otherwise. The caller must be allowed to see all."""
    statement = _select().where(*(_condition(criterion) for criterion in search.criteria))
    return fetch(session, statement, _COLUMNS, (HistoryEvent.instance_id, HistoryEvent.sequence), search, _record)


def search_audit_log_of_task(session: Session, person: Person, search: Search, task_id: int) -> Found[AuditRecord]:
    """Find events of one task; all of them come from one case. The caller must be allowed to see all."""
    return search_audit_log(session, person, narrowed(search, user_task_key=task_id))


def find_audit_record(session: Session, key: int) -> AuditRecord:
    """Give one event by its key. Raises NotFoundError."""
    row = session.execute(_select().where(_is(key))).one_or_none()
    if row is None:
        raise NotFoundError(mark("没有编号为 {id} 的历史记录。"), id=key)
    return _record(row)


def _is(key: int) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    """Give the condition on the primary key: no index knows the key as a whole."""
    instance_id, sequence = passage_of(key)
    return and_(HistoryEvent.instance_id == instance_id, HistoryEvent.sequence == sequence)


def _condition(criterion: Criterion) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    if criterion.field == "audit_log_key" and criterion.operator in {"eq", "in"}:
        return or_(*map(_is, [criterion.value] if criterion.operator == "eq" else criterion.value))
    return condition(_COLUMNS[criterion.field], criterion)


def _select() -> Select[*tuple[Any, ...]]:
    return (
        select(
            _KEY.label("id"),
            HistoryEvent.kind,
            _ENTITY.label("entity"),
            _OPERATION.label("operation"),
            _CATEGORY.label("category"),
            _ENTITY_KEY.label("entity_id"),
            HistoryEvent.at,
            HistoryEvent.actor,
            _ACTOR_TYPE.label("actor_type"),
            HistoryEvent.instance_id,
            ROOT_CASE.label("root_id"),
            ProcessInstance.definition_id,
            ProcessDefinition.process_id,
            _PASSAGE.label("passage"),
            UserTask.id.label("task_id"),
        )
        .join(ProcessInstance, ProcessInstance.id == HistoryEvent.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(
            UserTask,
            and_(
                UserTask.instance_id == HistoryEvent.instance_id,
                UserTask.token == HistoryEvent.token,
                UserTask.parent_task_id.is_(None),
            ),
        )
    )


def _record(row: Row[*tuple[Any, ...]]) -> AuditRecord:
    facts = row._asdict()
    return AuditRecord(**{name: facts[name] for name in AuditRecord.__dataclass_fields__})
