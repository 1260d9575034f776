"""What an administrator can change of a running case: where its tokens stand, and the versions it could go on under."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Finding, NotFoundError, UnmigratableError, mark
from engine.execution.immutable import Definition, definition
from engine.execution.locked import environment
from engine.execution.ways import way_of
from engine.interpreter import Case, load_variables
from engine.model import ElementInstance, ProcessDefinition, ProcessInstance
from engine.organisation import organisation
from engine.queries.incident_view import SeenVariable, seen_variables
from engine.queries.people import Person
from engine.queries.personal import sight


@dataclass(frozen=True, kw_only=True)
class StandingToken:
    """A token that waits."""

    number: int
    element_id: str
    element: str
    """The element's name."""
    movable: bool
    """False for events that come and go with another element."""


@dataclass(frozen=True, kw_only=True)
class Repeatable:
    """A passage that can be run again."""

    token: int
    element: str
    """The element's name."""
    done_at: dt.datetime | None
    """When it was left; None while it goes on."""


@dataclass(frozen=True, kw_only=True)
class MigrationPreview:
    """Where each waiting element would go on in another version, and what is in the way."""

    definition_id: int
    version: int
    rows: tuple[tuple[str, str, str | None], ...]
    """Id and name of each waiting element, and the id of its counterpart."""
    elements: tuple[tuple[str, str], ...]
    """Id and name of every element of that version."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class AdministrationView:
    """Everything the page of administrators shows of a case."""

    id: int
    title: str
    state: str
    suspended_at: dt.datetime | None
    process_name: str
    version: int
    tokens: tuple[StandingToken, ...]
    beginnings: tuple[tuple[str, str], ...]
    """Id and name of each element that a token can be put on."""
    repeatable: tuple[Repeatable, ...]
    """What can be run again, the latest first."""
    variables: tuple[SeenVariable, ...]
    """Those of the whole case, while it goes on and nobody lets it rest."""
    personal: Literal["none", "shown", "hidden"]
    """Whether there are personal data, and whether the reader sees them as they are."""
    versions: tuple[tuple[int, int], ...]
    """Id and number of the other versions, the newest first."""
    preview: MigrationPreview | None


def view_administration(
    session: Session,
    person: Person,
    instance_id: int,
    target: int | None = None,
    mapping: Mapping[str, str] | None = None,
) -> AdministrationView:
    """Give a case to an administrator, with a preview of a migration where one is asked for. Raises NotFoundError."""
    row = session.get(ProcessInstance, instance_id)
    if row is None:
        raise NotFoundError(mark("没有编号为 {id} 的事项，或者您看不到它。"), id=instance_id)
    of = definition(session, row.definition_id)
    process = of.process
    case = _awake(session, row, of)
    waiting = case.outcome().waiting if row.state == "ACTIVE" else {}
    names = {element_id: element.label for element_id, element in process.elements.items()}
    versions = session.execute(
        select(ProcessDefinition.id, ProcessDefinition.version)
        .where(ProcessDefinition.process_id == of.process_id, ProcessDefinition.id != of.id)
        .order_by(ProcessDefinition.version.desc())
    ).all()
    known = {found.id for found in versions}
    is_open = row.state == "ACTIVE"
    values = load_variables(row.body) if is_open and row.suspended_at is None else {}
    seen = sight(session, person, row.id, of, values)
    return AdministrationView(
        id=row.id,
        title=row.title,
        state=row.state,
        suspended_at=row.suspended_at,
        process_name=of.name,
        version=of.version,
        tokens=tuple(
            StandingToken(
                number=token,
                element_id=element_id,
                element=names.get(element_id, element_id),
                movable=element_id in process.beginnings,
            )
            for token, element_id in waiting.items()
        ),
        beginnings=tuple((element_id, names[element_id]) for element_id in names if element_id in process.beginnings),
        repeatable=tuple(_repeatable(session, row, of)) if is_open else (),
        variables=tuple(seen_variables(values, seen.veil)),
        personal=seen.personal,
        versions=tuple((found.id, found.version) for found in versions),
        preview=_preview(session, row, of, definition(session, target), mapping or {})
        if target is not None and target in known
        else None,
    )


def _repeatable(session: Session, row: ProcessInstance, of: Definition) -> Iterator[Repeatable]:
    ended = {
        one.token: one.ended_at
        for one in session.execute(
            select(ElementInstance.token, ElementInstance.ended_at).where(
                ElementInstance.instance_id == row.id, ElementInstance.undone.is_(False)
            )
        )
    }
    for one in way_of(session, of.process, row.id).repeatable():
        element = of.process.elements[one.element_id].label
        yield Repeatable(token=one.token, element=element, done_at=ended.get(one.token))


def _awake(session: Session, row: ProcessInstance, of: Definition) -> Case:
    return Case.wake(row.body, of.specification, environment(session, organisation(session), of))


def _preview(
    session: Session, row: ProcessInstance, of: Definition, new: Definition, mapping: Mapping[str, str]
) -> MigrationPreview:
    standing = dict.fromkeys(_awake(session, row, of).outcome().waiting.values())
    old, there = of.process.elements, new.process.elements
    try:
        Case.migrate(_awake(session, row, of), new.specification, mapping)
        findings: tuple[Finding, ...] = ()
    except UnmigratableError as error:
        findings = tuple(error.findings)
    rows = [(one, mapping.get(one, one)) for one in standing if one in old]
    return MigrationPreview(
        definition_id=new.id,
        version=new.version,
        rows=tuple((one, old[one].label, goal if goal in there else None) for one, goal in rows),
        elements=tuple((element_id, element.label) for element_id, element in there.items()),
        findings=findings,
    )
