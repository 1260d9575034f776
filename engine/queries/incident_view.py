"""One incident as an administrator sees it: the cause, the place, and what can be done about it."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import json_text
from engine.errors import NotFoundError, mark
from engine.execution.immutable import Definition, definition
from engine.execution.incidents import is_beside
from engine.execution.locked import environment
from engine.forms import Veil
from engine.interpreter import Case, Element, load_variables
from engine.model import Incident, Job, ProcessInstance, UserTask
from engine.organisation import organisation
from engine.queries.marks import Marks, marks
from engine.queries.people import Person
from engine.queries.personal import sight
from engine.queries.timeline import load_events

_GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway"})


@dataclass(frozen=True, kw_only=True)
class SeenVariable:
    """A variable that the stuck element sees."""

    name: str
    json: str
    """Its value as JSON text, personal data masked."""
    stored: object
    """The value itself, for what a correction means by a mask."""
    concerned: bool
    """The element's rules or the cause name it."""


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """A flow that a stuck gateway can be left by."""

    id: str
    name: str
    target: str
    """The name of the element it leads to."""
    condition: str | None


@dataclass(frozen=True, kw_only=True)
class IncidentView:
    """Everything the page of an incident shows."""

    id: int
    code: str
    message: str
    facts: Mapping[str, Any]
    element_id: str
    element: str
    created_at: dt.datetime
    resolved_at: dt.datetime | None
    resolved_by: str | None
    instance_id: int
    case_title: str
    case_state: str
    process_name: str
    version: int
    started_by: str
    marks: Marks
    variables: tuple[SeenVariable, ...]
    """Those that are concerned first; none once it is resolved."""
    personal: Literal["none", "shown", "hidden"]
    """Whether there are personal data, and whether the reader sees them as they are."""
    beside: bool
    """Only something beside the flow failed: skipping it drops that, and what waits there waits on."""
    ways_out: tuple[WayOut, ...]
    several_ways: bool
    """The gateway may be left by more than one flow."""
    task_id: int | None
    """The task that wants a person, where nobody was found."""
    people: tuple[tuple[str, str], ...]
    """Username and display name of everybody who could be assigned, for such a task."""


def view_incident(session: Session, person: Person, incident_id: int) -> IncidentView:
    """Give an incident, personal data masked for who has no part in its case. Raises NotFoundError."""
    found = session.execute(
        select(Incident, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .where(Incident.id == incident_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(mark("没有编号为 {number} 的异常。"), number=incident_id)
    incident, case = found
    of, known = definition(session, case.definition_id), organisation(session)
    element = of.process.elements.get(incident.element_id)
    is_open = incident.resolved_at is None
    job = session.get(Job, incident.job_id) if incident.job_id is not None else None
    wanting = _wanting(session, incident) if is_open and incident.code == "nobody_found" else None
    seen = _visible(session, of, case, incident.token) if is_open else {}
    looked = sight(session, person, case.id, of, load_variables(case.body), seen)
    people = [(name, person.display_name) for name, person in known.people.items() if person.active]
    bodies = (event.body for event in load_events(session, case.id))
    return IncidentView(
        id=incident.id,
        code=incident.code,
        message=incident.message,
        facts=looked.veil.values(incident.facts),
        element_id=incident.element_id,
        element=incident.name or (element.label if element else ""),
        created_at=incident.created_at,
        resolved_at=incident.resolved_at,
        resolved_by=known.display_name(incident.resolved_by) if incident.resolved_by else None,
        instance_id=case.id,
        case_title=case.title,
        case_state=case.state,
        process_name=of.name,
        version=of.version,
        started_by=known.display_name(case.started_by),
        marks=marks(of.process, bodies, [incident.element_id] if is_open else []),
        variables=tuple(seen_variables(seen, looked.veil, _texts(of, element, incident))),
        personal=looked.personal,
        beside=job is not None and is_beside(of.process, job),
        ways_out=tuple(_ways_out(of, element)) if is_open and incident.job_id is None else (),
        several_ways=element is not None and element.kind == "inclusiveGateway",
        task_id=wanting,
        people=tuple(sorted(people, key=lambda one: one[1])) if wanting is not None else (),
    )


def _visible(session: Session, of: Definition, case: ProcessInstance, token: int) -> Mapping[str, object]:
    awake = Case.wake(case.body, of.specification, environment(session, organisation(session), of))
    return awake.visible(token) if awake.waits(token) else load_variables(case.body)


def _wanting(session: Session, incident: Incident) -> int | None:
    return session.scalar(
        select(UserTask.id).where(
            UserTask.instance_id == incident.instance_id, UserTask.token == incident.token, UserTask.state == "CREATED"
        )
    )


def _texts(of: Definition, element: Element | None, incident: Incident) -> str:
    """Give all texts that may name what caused it: the facts, the element's rules, the conditions behind it."""
    found = [str(value) for value in incident.facts.values()]
    if element is not None:
        rules: Iterable[str | None] = (
            element.assignee, element.candidate_users, element.candidate_groups, element.due_date,
            element.follow_up_date, element.priority, element.script, element.condition, element.job_type,
            element.timer.expression if element.timer else None, element.definition.correlation_key,
            element.loop.collection if element.loop else None, element.loop.completion if element.loop else None,
            *(mapped.source for mapped in (*element.inputs, *element.outputs)),
            *(mapped.target for mapped in element.inputs),
            *(flow.condition for flow in of.process.flows.values() if flow.source == element.id),
        )  # fmt: skip
        found += [rule for rule in rules if rule]
    return "\n".join(found)


def seen_variables(values: Mapping[str, object], veil: Veil, texts: str = "") -> list[SeenVariable]:
    """Give variables as an administrator may see and correct them, those first that the texts name."""
    named = set(re.findall(r"\w+", texts))
    seen = [
        SeenVariable(name=name, json=json_text.dump_text(value), stored=values[name], concerned=name in named)
        for name, value in sorted(veil.values(values).items())
    ]
    return sorted(seen, key=lambda one: not one.concerned)


def _ways_out(of: Definition, element: Element | None) -> list[WayOut]:
    if element is None or element.kind not in _GATEWAYS:
        return []
    return [
        WayOut(id=flow.id, name=flow.name, target=of.process.elements[flow.target].label, condition=flow.condition)
        for flow in of.process.flows.values()
        if flow.source == element.id
    ]
