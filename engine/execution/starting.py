"""Beginning a case: what people, messages, timers and call activities have in common."""

from contextlib import suppress
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine.audit.chain import GENESIS, Head, NewEvent, append
from engine.errors import NotFoundError, mark
from engine.execution.decisions import record_decisions
from engine.execution.effects import open_everything, return_to_caller
from engine.execution.escaping import escaping
from engine.execution.history import with_effects
from engine.execution.immutable import Definition, definition
from engine.execution.live_cases import keep_awake
from engine.execution.passages import record_start
from engine.execution.personal import veil_over
from engine.execution.prepared import INSERT_EVENT
from engine.execution.statements import settle
from engine.interpreter import Case, Environment, Outcome, StuckError
from engine.model import ProcessDefinition, ProcessInstance


def newest_definition(session: Session, process_id: str, version: int | None = None) -> Definition:
    """Give a version of a process, the newest unless one is named. Raises NotFoundError."""
    statement = select(ProcessDefinition.id).where(ProcessDefinition.process_id == process_id)
    if version is not None:
        statement = statement.where(ProcessDefinition.version == version)
    found = session.scalar(statement.order_by(ProcessDefinition.version.desc()).limit(1))
    if found is None:
        raise NotFoundError(mark("没有已发布的流程 {process}。"), process=process_id)
    return definition(session, found)


def write_start(
    session: Session,
    found: Definition,
    begun: Case,
    outcome: Outcome,
    event: NewEvent,
    *,
    started_by: str,
    **more: Any,  # noqa: ANN401 - columns of process_instances
) -> int:
    """Write a new case with all its first step caused, and give its number. It stays awake for the next step."""
    env = begun.environment
    ended = outcome.ended_at.label if outcome.ended_at is not None else None
    error = escaping(session, more.get("parent_id"), more.get("parent_token"), outcome)
    row = {
        "definition_id": found.id,
        "title": _title(session, found, env, outcome),
        "state": "COMPLETED" if outcome.ended else "ACTIVE",
        "outcome": ended if outcome.ended else None,
        "started_by": started_by,
        "started_at": env.now,
        "ended_at": env.now if outcome.ended else None,
        "revision": 1,
        "body": outcome.body,
        "event_count": 1,
        "chain_head": GENESIS,
        "incident_count": len(outcome.stuck) if error is None else 0,
        **more,
    }
    instance_id = session.scalars(insert(ProcessInstance).returning(ProcessInstance.id), [row]).one()
    written, head = append(
        Head(sequence=0, hash=GENESIS),
        with_effects(event, outcome),
        instance_id=instance_id,
        at=env.now,
        definition_hash=found.hash,
    )
    INSERT_EVENT.send(session, written)
    # The number is part of what is hashed, and only the database gives it.
    session.execute(update(ProcessInstance).where(ProcessInstance.id == instance_id).values(chain_head=head.hash))
    open_everything(session, found, instance_id, outcome, env.now, error=error)
    record_start(session, found, instance_id, outcome, env.now)
    record_decisions(session, instance_id, outcome, event.actor, env.now)
    keep_awake(session, instance_id, begun, found.specification, outcome)
    if outcome.ended and more.get("parent_id") is not None:
        # One that nothing in it waits for is over before its caller's step is.
        return_to_caller(session, more["parent_id"], more["parent_token"], outcome.variables, ended=True)
    settle(session)
    return instance_id


def _title(session: Session, found: Definition, env: Environment, outcome: Outcome) -> str:
    """Give the title, in which personal data are masked for everybody: it stands in lists and is searched."""
    rule = found.properties.get("caseTitle")
    title = None
    if rule:
        # A title that can't be written keeps no case from beginning.
        with suppress(StuckError):
            values = outcome.variables
            title = env.text_or_expression(rule, veil_over(session, found, values).values(values))
    return title if isinstance(title, str) and title else found.name
