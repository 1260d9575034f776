"""A process with one service task, and what became of its case."""

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from sqlalchemy import select

from engine.model import HistoryEvent, Incident, Job
from engine.model.base import Base
from tests.execution.test_events import World
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import written

FLOWS: Mapping[str, str | tuple[str, str]] = {"start->call": "f1", "call->end": "f2"}


def service(
    type_: str,
    inputs: Mapping[str, str],
    headers: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
    *,
    retries: int = 3,
) -> str:
    """Write a service task as Camunda Modeler does."""
    mappings = "".join(f"<zeebe:input source={quoteattr(s)} target={quoteattr(t)}/>" for t, s in inputs.items())
    mappings += "".join(
        f"<zeebe:output source={quoteattr(s)} target={quoteattr(t)}/>" for t, s in (outputs or {}).items()
    )
    pairs = "".join(f"<zeebe:header key={quoteattr(k)} value={quoteattr(v)}/>" for k, v in (headers or {}).items())
    return (
        '<bpmn:serviceTask id="call" name="调用"><bpmn:extensionElements>'
        f'<zeebe:taskDefinition type="{type_}" retries="{retries}"/><zeebe:ioMapping>{mappings}</zeebe:ioMapping>'
        f"<zeebe:taskHeaders>{pairs}</zeebe:taskHeaders></bpmn:extensionElements></bpmn:serviceTask>"
    )


def process(task: str, more: str = "", flows: Mapping[str, str | tuple[str, str]] = FLOWS) -> bytes:
    """Write a process around it."""
    return written(START + task + END + more, dict(flows))


CAUGHT = (
    '<bpmn:boundaryEvent id="caught" attachedToRef="call"><bpmn:errorEventDefinition errorRef="e_bad"/>'
    "</bpmn:boundaryEvent>" + user_task("repair").replace("tester", "zhang.wei")
)
CAUGHT_FLOWS = {**FLOWS, "caught->repair": "f3", "repair->end": "f4"}
"""A boundary event for the error BAD, and somebody who repairs."""


def events(world: World, case: int) -> list[tuple[str, dict[str, Any]]]:
    """Give kind and body of each event of a case."""
    with world.database.reading() as session:
        rows = session.execute(
            select(HistoryEvent.kind, HistoryEvent.body)
            .where(HistoryEvent.instance_id == case)
            .order_by(HistoryEvent.sequence)
        )
        return [(kind, json.loads(body)) for kind, body in rows]


def body(world: World, case: int, kind: str) -> dict[str, Any]:
    """Give the body of the only event of a kind."""
    (found,) = [body for name, body in events(world, case) if name == kind]
    return found


def incidents(world: World) -> list[str]:
    """Give what open incidents say."""
    with world.database.reading() as session:
        rows = session.scalars(select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.id))
        return [row.message.format(**row.facts) for row in rows]


def job(world: World) -> Job:
    """Give the only job of the service task."""
    with world.database.reading() as session:
        found = session.scalars(select(Job).where(Job.element_id == "call")).one()
        session.expunge(found)
        return found


def dump(world: World) -> str:
    """Give all that the database holds, as text."""
    with world.database.reading() as session:
        rows = [str(tuple(row)) for table in Base.metadata.sorted_tables for row in session.execute(table.select())]
    return "\n".join(rows)
