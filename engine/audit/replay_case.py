"""Replaying a stored case: fetch what the pure replay needs, and nothing else."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit.replay import Replay, Versions, recorded_events, replay
from engine.audit.rows import cases_with_events
from engine.errors import NotFoundError, mark
from engine.interpreter import Specification, specification
from engine.model import Content, HistoryEvent, ProcessDefinition, ProcessInstance


def replay_case(session: Session, instance_id: int) -> Replay:
    """Execute a case again from its events and compare. Raises NotFoundError."""
    row = session.execute(
        select(
            Content.body.label("diagram"),
            ProcessDefinition.process_id,
            ProcessDefinition.definition_hash,
            ProcessInstance.body,
        )
        .join(ProcessDefinition, ProcessDefinition.sha256 == Content.sha256)
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .where(ProcessInstance.id == instance_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(mark("没有编号为 {id} 的事项，或者您看不到它。"), id=instance_id)
    events = (event for _case, events in cases_with_events(session, instance_id) for event in events)
    versions = Versions(
        present=specification(row.diagram, row.process_id), others=_others(session, instance_id, row.definition_hash)
    )
    return replay(instance_id, versions, recorded_events(events), stored=row.body)


def _others(session: Session, instance_id: int, present: str) -> dict[str, Specification]:
    """Give the versions that the case was migrated from, by hash."""
    ran_on = select(HistoryEvent.definition_hash).where(HistoryEvent.instance_id == instance_id)
    rows = session.execute(
        select(Content.body, ProcessDefinition.process_id, ProcessDefinition.definition_hash)
        .join(Content, Content.sha256 == ProcessDefinition.sha256)
        .where(ProcessDefinition.definition_hash.in_(ran_on), ProcessDefinition.definition_hash != present)
    )
    return {row.definition_hash: specification(row.body, row.process_id) for row in rows}
