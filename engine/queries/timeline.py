"""What happened in a case, as facts that a page can put into sentences."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import forms, json_text
from engine.execution.immutable import Definition, form
from engine.execution.immutable import definition as definition_of
from engine.forms import NOTHING_HIDDEN, Described, Veil
from engine.interpreter import Element
from engine.model import HistoryEvent, ProcessDefinition
from engine.organisation import Organisation


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A task that an event opened."""

    name: str
    people: tuple[str, ...]
    """Display names of the assignee, or of people and groups who may claim it."""


@dataclass(frozen=True, kw_only=True)
class PassedOver:
    """A task that a rule of the diagram completed without asking anybody."""

    name: str
    action: str
    """``pass`` or ``reject``."""
    because: str
    """``nobody``, ``initiator`` or ``same_person``."""
    person: str | None
    """The display name of who would have been asked."""


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One event of a case."""

    sequence: int
    at: dt.datetime
    kind: str
    """Such as ``task.completed``."""
    actor: str
    """A display name, or ``system``."""
    on_behalf_of: str | None
    element: str | None
    """The name of the element it is about."""
    token: int | None
    """The passage through it."""
    entered: tuple[Described, ...]
    """What the person entered or changed, by label."""
    opened: tuple[Opened, ...]
    passed: tuple[PassedOver, ...]
    stuck: tuple[tuple[str, str, Mapping[str, Any]], ...]
    """Name of the element, and the template and facts of what is wrong."""
    reason: str | None
    assignee: str | None
    """The display name of whom a task was given to."""
    people: tuple[str, ...]
    """Display names of those the event is about besides: who was asked to sign, or is no longer."""
    agreed: bool | None
    """Of a signature: whether its signer agreed."""
    position: str | None
    """Where signers were added."""
    action: str | None
    """Of a task whose time was over: whether it was left to ``pass`` or ``reject``."""
    target: str | None
    """The name of the element that was gone back to, or that a token was moved to."""
    chosen: tuple[str, ...]
    """Names of the elements that were chosen in an ad-hoc sub-process."""
    ended_at: str | None
    """The name of the end event, where the case ended by it."""


@dataclass(frozen=True, kw_only=True)
class StoredEvent:
    """A history event with its body read."""

    row: Any
    body: dict[str, Any]


def load_events(session: Session, instance_id: int) -> list[StoredEvent]:
    """Load all events of a case, oldest first, in one statement."""
    rows = session.execute(
        select(
            HistoryEvent.sequence,
            HistoryEvent.at,
            HistoryEvent.kind,
            HistoryEvent.actor,
            HistoryEvent.on_behalf_of,
            HistoryEvent.element_id,
            HistoryEvent.token,
            HistoryEvent.body,
        )
        .where(HistoryEvent.instance_id == instance_id)
        .order_by(HistoryEvent.sequence)
    )
    return [StoredEvent(row=row, body=json_text.loads(row.body)) for row in rows]


def entered_values(events: Iterable[StoredEvent]) -> Iterator[dict[str, Any]]:
    """Give all values that people and programs have handed in, and those that variables have had."""
    for event in events:
        if isinstance(entered := event.body.get("input"), dict):
            yield entered
        if isinstance(changes := event.body.get("changes"), dict):
            yield {name: pair[0] for name, pair in changes.items() if pair[0] is not None}


def timeline(
    session: Session,
    definition: Definition,
    events: Iterable[StoredEvent],
    known: Organisation,
    veil: Veil = NOTHING_HIDDEN,
) -> list[Happening]:
    """Tell the events of a case as somebody may see it.

    Forms come from memory, so this costs no statement in the usual case.
    """
    told = list(events)
    return [
        _happening(session, version, event, known, veil)
        for version, event in zip(versions(session, definition, told), told, strict=True)
    ]


def versions(session: Session, present: Definition, events: Sequence[StoredEvent]) -> list[Definition]:
    """Give the version that the case ran on at each event; it changes where the case was migrated."""
    found: list[Definition] = []
    for event in reversed(events):
        found.append(present)
        if event.row.kind == "case.migrated":
            wanted = select(ProcessDefinition.id).where(ProcessDefinition.definition_hash == event.body["from"]["hash"])
            before = session.scalars(wanted.limit(1)).one_or_none()
            present = definition_of(session, before) if before is not None else present
    return found[::-1]


def _happening(
    session: Session, definition: Definition, event: StoredEvent, known: Organisation, veil: Veil
) -> Happening:
    row, body = event.row, event.body
    elements = definition.process.elements
    assignee, reason = _given_to(event), _words(body)
    ended = elements.get(body.get("ended_at") or "")
    about, target = _where(event, elements)
    return Happening(
        sequence=row.sequence,
        at=row.at,
        kind=row.kind,
        actor=known.display_name(row.actor),
        on_behalf_of=known.display_name(row.on_behalf_of) if row.on_behalf_of else None,
        element=about,
        token=row.token,
        entered=tuple(_entered(session, definition, event, veil, known)),
        opened=tuple(_opened(fact, definition, known) for fact in body.get("tasks", ())),
        passed=tuple(_passed(fact, definition, known) for fact in body.get("passed", ())),
        stuck=tuple(
            (elements[one["element"]].label, one["message"], veil.values(one["facts"]))
            for one in body.get("stuck", ())
            if one["element"] in elements
        ),
        reason=veil.text(reason) if reason else None,
        assignee=known.display_name(assignee) if assignee else None,
        people=tuple(known.display_name(name) for name in _people(body)),
        agreed=(body.get("signature") or {}).get("agreed"),
        position=body.get("position"),
        action=body.get("action") if row.kind == "task.timed_out" else None,
        target=target,
        chosen=tuple(elements[one["id"]].label for one in body.get("elements", ()) if one.get("id") in elements),
        ended_at=ended.label if ended else None,
    )


def _where(event: StoredEvent, elements: Mapping[str, Element]) -> tuple[str | None, str | None]:
    """Give the name of the element an event is about, and of the one it led to by somebody's choice."""
    body, about = event.body, [event.row.element_id]
    chosen = [(body.get("target") or {}).get("element")]
    if event.row.kind == "case.modified":
        taken = set(body["terminate"])
        about = [element for what, element, token, _flow in body["passages"] if what == "canceled" and token in taken]
        chosen = [one["element_id"] for one in body["activate"]]
    return _named(about, elements), _named(chosen, elements)


def _named(ids: Iterable[str | None], elements: Mapping[str, Element]) -> str | None:
    known = dict.fromkeys(elements[one].label for one in ids if one is not None and one in elements)
    return "、".join(known) or None


def _words(body: Mapping[str, Any]) -> str | None:
    """Give what a person said of what they did."""
    said = body.get("signature") or {}
    return body.get("reason") or body.get("denied") or said.get("opinion") or body.get("text")


def _given_to(event: StoredEvent) -> str | None:
    if event.row.kind == "task.handed_over":
        # Of a delegated task its owner has changed, and not who has it now.
        return str(event.body["to"])
    assignee = event.body.get("assignee")
    return assignee[1] if isinstance(assignee, list) else None


def _people(body: Mapping[str, Any]) -> list[str]:
    """Give the usernames that an event of signing, copying or commenting names, and whose turns somebody got."""
    one = body.get("from") if "places" in body else body.get("person")
    named = body.get("people") or ([one] if one else [])
    return [str(name) for name in named] if isinstance(named, list) else []


def _opened(fact: Mapping[str, Any], definition: Definition, known: Organisation) -> Opened:
    element = definition.process.elements.get(fact["element"])
    people = [fact["assignee"]] if fact["assignee"] else fact["candidate_users"]
    return Opened(
        name=element.label if element else fact["element"],
        people=(
            *(known.display_name(name) for name in people),
            *(() if fact["assignee"] else fact["candidate_groups"]),
        ),
    )


def _passed(fact: Mapping[str, Any], definition: Definition, known: Organisation) -> PassedOver:
    element = definition.process.elements.get(fact["element"])
    return PassedOver(
        name=element.label if element else fact["element"],
        action=fact["action"],
        because=fact["because"],
        person=known.display_name(fact["person"]) if fact["person"] else None,
    )


def _entered(
    session: Session, definition: Definition, event: StoredEvent, veil: Veil, known: Organisation
) -> list[Described]:
    """Describe what the person's form asked for and what they changed by it."""
    shown = form_of(session, definition, event)
    values = event.body.get("input")
    if shown is None or not isinstance(values, dict):
        return []
    element = definition.process.elements.get(event.row.element_id or "")
    # Fields that begin anew each time are told even if the answer is the one given before.
    anew = {mapped.target for mapped in element.inputs} if element else set()
    told = anew | set(event.body.get("changes", ()))
    asked = {one.key for one in shown.walk() if one.key and one.get("readonly") is not True}
    return [
        one
        for one in forms.describe(shown, veil.values(values), people=known.display_name)
        if one.text and one.key.split(".")[0].split("[")[0] in told & {key.split(".")[0] for key in asked}
    ]


def form_of(session: Session, definition: Definition, event: StoredEvent) -> forms.Form | None:
    """Give the form that an event handed in, or None."""
    if event.row.kind == "case.started":
        form_id = definition.start_form_id
    elif event.row.kind in {"task.completed", "task.completing", "task.held", "task.timed_out"}:
        element = definition.process.elements.get(event.row.element_id or "")
        form_id = element.form_id if element else None
    else:
        form_id = None
    key = definition.forms.get(form_id) if form_id else None
    return form(session, key) if key is not None else None
