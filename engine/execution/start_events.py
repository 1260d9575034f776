"""Start events that wait for something: of each process, those of the newest version and no other."""

from collections.abc import Iterator

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Finding
from engine.execution.jobs import insert_jobs
from engine.execution.subscriptions import queue_up, turn_of
from engine.interpreter import Element, Environment, Process, StuckError
from engine.interpreter.lint_timers import unreadable
from engine.interpreter.timers import Due, due, due_again
from engine.model import EventSubscription, Job
from engine.organisation import Reads, functions, organisation


def replace_start_events(session: Session, definition_id: int, process: Process) -> None:
    """Let the start events of a new version wait, and those of older versions no longer."""
    take_turns(session, process.id)
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
    for element in _starts(process):
        if element.event in {"message", "signal"}:
            _subscribe(session, definition_id, process, element)
        elif element.timer is not None:
            when = due(element.timer, {}, _present(session))
            payload: dict[str, object] = {"variables": {}, "definition": definition_id, "element": element.id}
            _wait_until(session, process.id, element.id, payload, when)


def start_again(session: Session, job: Job) -> None:
    """Let the timer that a start job came from wait for its next time, where it is a cycle that goes on."""
    payload = job.payload or {}
    if "cycle" in payload:
        _wait_until(session, job.type, job.element_id, payload, due_again(payload["cycle"], clock.now()))


def take_turns(session: Session, process_id: str) -> None:
    """Let a new version and a timer of the old one take turns, or the old one could write its next time unseen."""
    queue_up(session, [f"start\x1f{process_id}"])


def never_due(session: Session, process: Process) -> Iterator[Finding]:
    """Find start timers whose expression gives no time: there are no variables before a case begins."""
    for element in _starts(process):
        if element.timer is None or not element.timer.expression.lstrip().startswith("="):
            continue
        try:
            due(element.timer, {}, _present(session))
        except StuckError as error:
            yield unreadable(element, error)


def _starts(process: Process) -> list[Element]:
    return [e for e in process.elements.values() if e.kind == "startEvent" and e.parent == process.id]


def _present(session: Session) -> Environment:
    return Environment(now=clock.now(), functions=functions(organisation(session), Reads()))


def _subscribe(session: Session, definition_id: int, process: Process, element: Element) -> None:
    queue_up(session, [turn_of(element.definition.name, None)])
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


def _wait_until(
    session: Session, process_id: str, element_id: str, payload: dict[str, object], when: Due | None
) -> None:
    if when is None:
        return
    row = {
        "instance_id": None,
        "token": 0,
        "element_id": element_id,
        "name": "timer",
        "kind": "start",
        "type": process_id,
        "payload": payload | ({"cycle": when.cycle} if when.cycle is not None else {}),
        "state": "CREATED",
        "due_at": when.at,
        "retries": 3,
    }
    insert_jobs(session, [row])
