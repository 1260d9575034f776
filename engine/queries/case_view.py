"""One case as its people see it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import forms
from engine.errors import NotFoundError, mark
from engine.execution.choosing import may_choose
from engine.execution.immutable import Definition, definition, form
from engine.execution.withdrawing import withdrawable
from engine.forms import Described, Veil
from engine.interpreter import load_variables
from engine.interpreter.offered import offered
from engine.model import Attachment, Content, Incident, ProcessDefinition, ProcessInstance, UserTask
from engine.organisation import Organisation, organisation
from engine.queries.access import require_case_reader
from engine.queries.ballots import Ballot, ballots
from engine.queries.cases import Step, open_steps
from engine.queries.choices import OpenChoice, open_choices
from engine.queries.marks import Marks, marks
from engine.queries.people import Person
from engine.queries.personal import sight
from engine.queries.returnable import may_take_back
from engine.queries.standing_in import stood_in_for
from engine.queries.timeline import Happening, entered_values, load_events, timeline
from engine.queries.whereabouts import Awaited, awaited


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """A file of a case."""

    id: str
    name: str
    size: int
    uploaded_by: str
    """A display name."""
    uploaded_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What keeps the case from going on: a template and its facts."""

    incident_id: int
    element_id: str
    element: str
    """Its name."""
    message: str
    facts: dict[str, Any]
    created_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """Everything the page of a case shows."""

    id: int
    title: str
    state: str
    outcome: str | None
    process_id: str
    process_name: str
    version: int
    started_by: str
    """The initiator's display name."""
    started_at: dt.datetime
    ended_at: dt.datetime | None
    suspended_at: dt.datetime | None
    """Since when the running case rests."""
    steps: tuple[Step, ...]
    mine: frozenset[int]
    """Those of them that are the reader's to do, also in somebody's name."""
    urges: Mapping[int, str]
    """Tasks of others whom the reader may remind, by number → what the button says."""
    waits: tuple[Awaited, ...]
    """What else it waits for, where there is no open task."""
    ballots: tuple[Ballot, ...]
    """How tasks stand that several people do."""
    happenings: tuple[Happening, ...]
    """Newest first."""
    marks: Marks
    data: tuple[Described, ...]
    """The case's present data, by the labels of its forms."""
    files: tuple[CaseFile, ...]
    """Every file, whichever form it was handed in with."""
    personal: Literal["none", "shown", "hidden"]
    """Whether there are personal data, and whether the reader sees them as they are."""
    troubles: tuple[Trouble, ...]
    choices: tuple[OpenChoice, ...]
    """Ad-hoc sub-processes that are open."""
    may_choose: bool
    may_withdraw: bool
    just_done: int | None
    """The reader's own task that they may still take back."""

    @property
    def facts(self) -> tuple[Described, ...]:
        """Give the data without files, which a page lists by themselves."""
        return tuple(one for one in self.data if one.type != "filepicker")


def view_case(session: Session, person: Person, instance_id: int) -> CaseView:
    """Give a case to somebody who may see it. Raises NotFoundError for all others."""
    require_case_reader(session, person, instance_id)
    row = session.execute(select(ProcessInstance).where(ProcessInstance.id == instance_id)).scalar_one()
    of, known = definition(session, row.definition_id), organisation(session)
    events = load_events(session, instance_id)
    variables = load_variables(row.body)
    seen = sight(session, person, row.id, of, variables, *entered_values(events))
    troubles = tuple(_troubles(session, row.id, seen.veil)) if row.incident_count else ()
    steps = tuple(open_steps(session, [row.id])[row.id])
    happenings = timeline(session, of, events, known, seen.veil)
    return CaseView(
        id=row.id,
        title=row.title,
        state=row.state,
        outcome=row.outcome,
        process_id=of.process_id,
        process_name=of.name,
        version=of.version,
        started_by=known.display_name(row.started_by),
        started_at=row.started_at,
        ended_at=row.ended_at,
        suspended_at=row.suspended_at if row.state == "ACTIVE" else None,
        steps=steps,
        mine=frozenset(_mine(session, person, row, of, steps)),
        urges=_urges(person, row, of, steps),
        waits=awaited(session, [] if steps or row.state != "ACTIVE" else [row.id]).get(row.id, ()),
        ballots=ballots(session, row, of, happenings, known),
        happenings=tuple(reversed(happenings)),
        marks=marks(of.process, (event.body for event in events), (trouble.element_id for trouble in troubles)),
        data=tuple(describe_case(session, of, seen.veil.values(variables), known)),
        personal=seen.personal,
        files=tuple(_files(session, row.id, known, seen.veil)),
        troubles=troubles,
        choices=open_choices(of.process, (event.body for event in events)) if row.state == "ACTIVE" else (),
        may_choose=may_choose(person.username, person.roles, row.started_by),
        just_done=_just_done(session, person, row, of),
        may_withdraw=row.started_by == person.username
        and row.state == "ACTIVE"
        and row.suspended_at is None
        and withdrawable(of, variables),
    )


def _mine(
    session: Session, person: Person, case: ProcessInstance, of: Definition, steps: Iterable[Step]
) -> Iterator[int]:
    # Nobody decides about a case of their own in somebody else's name.
    ways = stood_in_for(session, person) if case.started_by != person.username else ()
    names = {person.username, *(way.principal for way in ways if way.covers(of.process_id))}
    yield from (step.task_id for step in steps if step.username in names)


def _urges(person: Person, case: ProcessInstance, of: Definition, steps: Iterable[Step]) -> dict[int, str]:
    if case.suspended_at is not None:
        return {}
    labels = {step.task_id: offered(of.process.elements.get(step.element_id)).labels.get("urge") for step in steps}
    others = (step.task_id for step in steps if step.username != person.username and not step.is_pending)
    return {number: label for number in others if (label := labels[number]) is not None}


def _just_done(session: Session, person: Person, case: ProcessInstance, of: Definition) -> int | None:
    """Give what the reader did last, where it can be taken back."""
    if case.state != "ACTIVE" or case.suspended_at is not None:
        return None
    own = UserTask.instance_id == case.id, UserTask.completed_by == person.username
    task = session.scalar(
        select(UserTask).where(*own, UserTask.parent_task_id.is_(None)).order_by(UserTask.completed_at.desc()).limit(1)
    )
    offers = task is not None and "takeBack" in offered(of.process.elements.get(task.element_id))
    return task.id if task is not None and offers and may_take_back(session, of, task) else None


def describe_case(session: Session, of: Definition, variables: dict[str, Any], known: Organisation) -> list[Described]:
    """Describe variables by the form that started the case: it says what the case is about.

    What later forms asked stands in the timeline, with who answered. A process without a start form is
    described by all its forms.
    """
    all_forms = [element.form_id for element in of.process.elements.values()]
    order = [of.start_form_id] if of.start_form_id else all_forms
    found: dict[str, Described] = {}
    for form_id in dict.fromkeys(form_id for form_id in order if form_id in of.forms):
        for one in forms.describe(form(session, of.forms[str(form_id)]), variables, people=known.display_name):
            if one.text:
                found.setdefault(one.key, one)
    return list(found.values())


def case_diagram(session: Session, person: Person, instance_id: int) -> bytes:
    """Give the diagram a case runs on, byte for byte as it was published."""
    require_case_reader(session, person, instance_id)
    body = session.scalar(
        select(Content.body)
        .join(ProcessDefinition, ProcessDefinition.sha256 == Content.sha256)
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .where(ProcessInstance.id == instance_id)
    )
    if body is None:
        raise NotFoundError(mark("没有编号为 {id} 的事项，或者您看不到它。"), id=instance_id)
    return body


def _files(session: Session, instance_id: int, known: Organisation, veil: Veil) -> list[CaseFile]:
    if veil.hides:
        # A file may say whatever the fields say: it is opened by the people of the case.
        return []
    rows = session.scalars(
        select(Attachment).where(Attachment.instance_id == instance_id).order_by(Attachment.uploaded_at, Attachment.id)
    )
    return [
        CaseFile(
            id=row.id,
            name=row.file_name,
            size=row.size,
            uploaded_by=known.display_name(row.uploaded_by),
            uploaded_at=row.uploaded_at,
        )
        for row in rows
    ]


def _troubles(session: Session, instance_id: int, veil: Veil) -> list[Trouble]:
    rows = session.scalars(
        select(Incident)
        .where(Incident.instance_id == instance_id, Incident.resolved_at.is_(None))
        .order_by(Incident.id)
    )
    return [
        Trouble(
            incident_id=row.id,
            element_id=row.element_id,
            element=row.name,
            message=row.message,
            facts=veil.values(row.facts),
            created_at=row.created_at,
        )
        for row in rows
    ]
