"""Replaying a stored case: fetch what the pure replay needs, and nothing else."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit.replay import Replay, recorded_events, replay
from engine.audit.rows import cases_with_events
from engine.errors import NotFoundError, mark
from engine.interpreter import specification
from engine.model import Content, ProcessDefinition, ProcessInstance


def replay_case(session: Session, instance_id: int) -> Replay:
    """Execute a case again from its events and compare. Raises NotFoundError."""
    row = session.execute(
        select(Content.body.label("diagram"), ProcessDefinition.process_id, ProcessInstance.body)
        .join(ProcessDefinition, ProcessDefinition.sha256 == Content.sha256)
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .where(ProcessInstance.id == instance_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(mark("没有编号为 {id} 的事项，或者您看不到它。"), id=instance_id)
    events = (event for _case, events in cases_with_events(session, instance_id) for event in events)
    return replay(instance_id, specification(row.diagram, row.process_id), recorded_events(events), stored=row.body)
