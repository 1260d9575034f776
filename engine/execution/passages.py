"""The ways of tokens through elements, kept as rows so that they can be searched; history has the evidence."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import clock
from engine.execution.immutable import Definition
from engine.execution.prepared import write_passages
from engine.execution.statements import dialect_of
from engine.interpreter import Element, Outcome, Process
from engine.model import MessageCorrelation

CASE = 0
"""The token of the case itself."""
_AT_ONCE = 8
"""Rows that one statement writes at most: each number of them is a statement of its own."""
_STATES = {"entered": "ACTIVE", "completed": "COMPLETED", "canceled": "TERMINATED"}


def record_start(
    session: Session, definition: Definition, instance_id: int, outcome: Outcome, now: dt.datetime
) -> None:
    """Write the first passages of a case, and the case itself."""
    case = _row(definition.process_id, definition.name, "process", "COMPLETED" if outcome.ended else "ACTIVE")
    _write(session, instance_id, {CASE: case, **passage_rows(definition.process, outcome)}, now)


def record_passages(
    session: Session,
    definition: Definition,
    instance_id: int,
    outcome: Outcome,
    now: dt.datetime,
    *,
    ended: str | None,
) -> None:
    """Write what a step entered, completed and took away: one statement. ``ended``: a person ended the case."""
    rows = passage_rows(definition.process, outcome)
    if outcome.ended:
        state = "COMPLETED" if ended is None else "TERMINATED"
        rows[CASE] = _row(definition.process_id, definition.name, "process", state)
    _write(session, instance_id, rows, now)


def record_correlation(
    session: Session, payload: Mapping[str, Any], instance_id: int, token: int | None, element_id: str
) -> None:
    """Note which message a job has brought to an event, ``token`` None for one that started the case.

    Nothing where its ``payload`` tells of no message, but of a signal or a timer.
    """
    told_by = payload.get("told_by") or {}
    if "message" not in told_by:
        return
    row = {
        "message_id": int(told_by["message"]),
        "name": told_by["name"],
        "correlation_key": told_by["key"],
        "subscription_id": int(payload["subscription"]) if "subscription" in payload else None,
        "instance_id": instance_id,
        "token": token,
        "element_id": element_id,
        "correlated_at": clock.now(),
    }
    session.execute(insert(MessageCorrelation), [row])


def passage_rows(process: Process, outcome: Outcome) -> dict[int, dict[str, Any]]:
    """Give the newest state of each passage of a step by its token."""
    found: dict[int, dict[str, Any]] = {}
    for token, element, what, kind in _passages(process, outcome):
        found[token] = _row(element.id, element.label, kind, _STATES[what])
    for stuck in outcome.stuck:
        # A gateway is not entered before it is passed; one that can't be passed stands there all the same.
        found.setdefault(stuck.token, _row(stuck.element.id, stuck.element.label, _kind(stuck.element), "ACTIVE"))
    for token, row in found.items():
        origin = outcome.origins.get(token)
        if origin is not None:
            row["causes"], row["scope"] = list(origin.causes), origin.scope
    return found


def _passages(process: Process, outcome: Outcome) -> Iterator[tuple[int, Element, str, str]]:
    for passage in outcome.passages:
        element = process.elements.get(passage.element_id)
        # In Camunda's words an event on a border is no passage before it has happened.
        if element is not None and (passage.what == "completed" or not _only_listens(process, element)):
            yield passage.token, element, passage.what, _kind(element)
    for scope in outcome.scopes:
        element = process.elements[scope.element_id]
        yield scope.token, element, scope.what, "multiInstanceBody" if scope.is_body else _kind(element)


def _only_listens(process: Process, element: Element) -> bool:
    around = process.elements.get(element.parent)
    starts_event_sub_process = element.kind == "startEvent" and around is not None and around.triggered_by_event
    return element.kind == "boundaryEvent" or starts_event_sub_process


def _kind(element: Element) -> str:
    return "eventSubProcess" if element.triggered_by_event else element.kind


def _row(element_id: str, name: str, kind: str, state: str) -> dict[str, Any]:
    return {"element_id": element_id, "name": name, "kind": kind, "state": state, "causes": None, "scope": 0}


def _write(session: Session, instance_id: int, rows: dict[int, dict[str, Any]], now: dt.datetime) -> None:
    upsert = postgresql.Insert if dialect_of(session) == "postgresql" else sqlite.Insert
    found = list(rows.items())
    for begin in range(0, len(found), _AT_ONCE):
        some = found[begin : begin + _AT_ONCE]
        values: list[object] = []
        for token, row in some:
            state = row["state"]
            ended = None if state == "ACTIVE" else now
            values += (instance_id, token, row["element_id"], row["name"], row["kind"], state, now, ended)
            values += (row["causes"], row["scope"], False)
        write_passages(upsert, len(some)).send(session, values)
