"""Start events that wait for something: of each process, those of the newest version and no other."""

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from engine import clock
from engine.execution.subscriptions import queue_up
from engine.interpreter import Element, Environment, Process
from engine.interpreter.rules import due
from engine.model import EventSubscription, Job


def replace_start_events(session: Session, definition_id: int, process: Process) -> None:
    """Let the start events of a new version wait, and those of older versions no longer."""
    session.execute(
        delete(EventSubscription).where(
            EventSubscription.process_id == process.id, EventSubscription.definition_id.is_not(None)
        )
    )
    session.execute(
        update(Job)
        .where(Job.kind == "start", Job.type == process.id, Job.element_id != "", Job.state == "CREATED")
        .where(Job.instance_id.is_(None), Job.name == "timer")
        .values(state="CANCELED")
    )
    for element in process.elements.values():
        if element.kind != "startEvent" or element.parent != process.id:
            continue
        if element.event in {"message", "signal"}:
            _subscribe(session, definition_id, process, element)
        elif element.timer is not None:
            at = due(element.timer, {}, Environment(now=clock.now()))
            session.execute(insert(Job), [_timer_job(definition_id, process, element) | {"due_at": at}])


def _subscribe(session: Session, definition_id: int, process: Process, element: Element) -> None:
    queue_up(session, element.definition.name, "")
    row = {
        "kind": element.event,
        "name": element.definition.name,
        "correlation_key": None,
        "process_id": process.id,
        "instance_id": None,
        "token": None,
        "definition_id": definition_id,
        "element_id": element.id,
    }
    session.execute(insert(EventSubscription), [row])


def _timer_job(definition_id: int, process: Process, element: Element) -> dict[str, object]:
    return {
        "instance_id": None,
        "token": 0,
        "element_id": element.id,
        "name": "timer",
        "kind": "start",
        "type": process.id,
        "payload": {"variables": {}, "definition": definition_id, "element": element.id},
        "state": "CREATED",
        "retries": 3,
    }
