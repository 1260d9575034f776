"""One task as the person sees who does it."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFoundError, mark
from engine.execution.immutable import Definition, definition, form
from engine.execution.locked import environment
from engine.execution.unsigning import is_asked_for_holder, is_own_act
from engine.forms import Described, Form, Rights, restricted
from engine.interpreter import Case, load_variables
from engine.interpreter.diagram import CLAUSE
from engine.interpreter.offered import offered, submit_label
from engine.model import ProcessInstance, UserTask, UserTaskCandidate
from engine.organisation import Organisation, organisation
from engine.queries.access import require_case_reader
from engine.queries.ballots import Ballot, ballots, opinions_besides
from engine.queries.case_view import describe_case
from engine.queries.inbox import claimable_tasks
from engine.queries.people import Person
from engine.queries.personal import sight
from engine.queries.returnable import Earlier, may_take_back, returnable
from engine.queries.standing_in import stood_in_for
from engine.queries.task_operations import Signature, Signing, operations, signatures, signing_of
from engine.queries.timeline import Happening, entered_values, load_events, timeline


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A rule of the diagram that chose people, and what it found in the organisation."""

    rule: str
    """Its FEEL text."""
    result: str
    """Display names or groups."""
    read: tuple[tuple[str, str], ...]
    """Each question to the organisation with its answer."""


@dataclass(frozen=True, kw_only=True)
class Returned:
    """Who has brought a task back, and why."""

    act: str
    """``return`` or ``takeBack``."""
    by: str
    """A display name."""
    from_task: str
    """The name of the task it was returned from."""
    reason: str
    straight_back: bool
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """Everything the page of a task shows."""

    id: int
    name: str
    state: str
    documentation: str
    assignee: str | None
    """A display name."""
    completed_by: str | None
    """A display name."""
    completed_at: dt.datetime | None
    due_at: dt.datetime | None
    created_at: dt.datetime
    instance_id: int
    case_title: str
    process_name: str
    started_by: str
    started_at: dt.datetime
    pending: str | None
    """``ASSIGNING`` or ``COMPLETING`` while its listeners are asked: nothing can be done with it meanwhile;
    ``SIGNING`` while it is handed in and others are still to sign."""
    is_asked_for_holder: bool
    """That is what its assignee wanted, and not who had it before."""
    denied: tuple[str, str] | None
    """What a listener has refused last, ``assigning`` or ``completing``, and why."""
    is_suspended: bool
    """Its case rests: the task can be done when it is resumed."""
    is_mine: bool
    """The reader is the assignee of this open task, or stands in for them."""
    on_behalf_of: str | None
    """The display name of the assignee, where the reader acts for them."""
    owner: str | None
    """The display name of who has delegated it; it goes back to them."""
    is_owner: bool
    """The reader has delegated it, or stands in for who has."""
    delegation: str
    """Why it was delegated."""
    signatures: tuple[Signature, ...]
    """What delegates and signers have said of it."""
    signing: Signing
    """Who else could be asked to sign, and who is."""
    signs: tuple[str, str] | None
    """Of a signature that was asked for: the display name of who did, and why."""
    waits_for: tuple[str, ...]
    """Display names of those whose signatures this task waits for before it can be completed."""
    operations: Mapping[str, str]
    """What the reader may do beside completing it: name → what its button says."""
    earlier: tuple[Earlier, ...]
    """What it can be returned to, where the reader may, the nearest first."""
    returned: Returned | None
    """Why it is there again."""
    may_claim: bool
    may_unclaim: bool
    submit: str
    """What the button says that completes it; empty for the usual word."""
    form: Form | None
    stored: dict[str, Any]
    """The variables the task sees, for the one who does it; empty once it is no longer open."""
    draft: dict[str, Any] | None
    """What the reader typed earlier and did not hand in."""
    ballots: tuple[Ballot, ...]
    """How it and other tasks of the case stand that several people do."""
    opinions: tuple[Happening, ...]
    """What others have done in this case, oldest first, apart from what ``ballots`` and ``signatures`` tell."""
    data: tuple[Described, ...]
    """The case's present data, by label."""
    personal: Literal["none", "shown", "hidden"]
    """Whether the case has personal data, and whether the reader sees them as they are."""
    why: tuple[Reason, ...]
    """The rules that chose the people of this task."""


def view_task(session: Session, person: Person, task_id: int) -> TaskView:
    """Give a task to somebody who may see its case. Raises NotFoundError for all others."""
    found = session.execute(
        select(UserTask, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(UserTask.id == task_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(mark("没有编号为 {id} 的任务，或者您看不到它。"), id=task_id)
    task, case = found
    require_case_reader(session, person, case.id)
    of, known = definition(session, case.definition_id), organisation(session)
    is_open = task.state == "CREATED"
    stored: dict[str, Any] = {}
    signing = Signing(positions=(), asked=())
    if is_open:
        awake = Case.wake(case.body, of.specification, environment(session, known, of))
        stored = {**awake.visible(task.token), **({"signatures": task.signatures} if task.signatures else {})}
        signing = signing_of(session, task, awake, of, known)
    candidates = _candidates(session, task_id) if is_open else []
    is_candidate = any(
        principal == person.username if kind == "user" else principal in person.groups for kind, principal in candidates
    )
    acts_for = _acts_for(session, person, task.assignee, case, of) if is_open else None
    owns_for = _acts_for(session, person, task.owner, case, of) if is_open else None
    is_mine = is_open and (task.assignee == person.username or acts_for is not None)
    is_free = is_open and task.pending is None
    element = of.process.elements.get(task.element_id)
    events, variables = load_events(session, case.id), load_variables(case.body)
    seen = sight(session, person, case.id, of, variables, *entered_values(events))
    happenings = timeline(session, of, events, known, seen.veil)
    shown, hidden = _form(session, task, Rights.of(element.properties if element is not None else {}))
    buttons = dict(operations(of, task, signing, is_mine=is_mine)) if is_open else {}
    buttons |= _second_thoughts(session, person, task, of)
    if case.state != "ACTIVE" or case.suspended_at is not None:
        buttons = {}
    ballots_now = ballots(session, case, of, happenings, known)
    besides = opinions_besides(ballots_now, happenings)
    if task.parent_task_id is None:
        # What was signed for this very task is in its signatures.
        besides = tuple(one for one in besides if one.kind != "task.signed" or one.token != task.token)
    return TaskView(
        id=task.id,
        name=task.name,
        state=task.state,
        documentation=CLAUSE.sub("", element.documentation) if element else "",
        assignee=known.display_name(task.assignee) if task.assignee else None,
        completed_by=known.display_name(task.completed_by) if task.completed_by else None,
        completed_at=task.completed_at,
        due_at=task.due_at,
        created_at=task.created_at,
        instance_id=case.id,
        case_title=case.title,
        process_name=of.name,
        started_by=known.display_name(case.started_by),
        started_at=case.started_at,
        pending=_pending(task) if is_open else None,
        is_asked_for_holder=is_open and is_asked_for_holder(task),
        denied=(task.denied["event"], task.denied["reason"]) if is_open and task.denied is not None else None,
        is_suspended=is_open and case.suspended_at is not None,
        is_mine=is_mine,
        on_behalf_of=known.display_name(acts_for) if acts_for is not None else None,
        owner=known.display_name(task.owner) if task.owner else None,
        is_owner=is_open and task.owner is not None and (task.owner == person.username or owns_for is not None),
        delegation=str((task.delegation or {}).get("reason", "")),
        signatures=tuple(replace(one, opinion=seen.veil.text(one.opinion)) for one in signatures(task, known)),
        signing=signing,
        signs=_asked_by(task, known),
        waits_for=tuple(one.person for one in signing.asked if one.position == "before"),
        operations=buttons,
        earlier=tuple(returnable(session, of, task, known)) if "return" in buttons else (),
        returned=_returned(task, known) if is_open else None,
        may_claim=is_free and task.assignee is None and (is_candidate or _claims_for(session, person, task_id)),
        may_unclaim=is_mine and is_free and task.owner is None and bool(candidates),
        submit=submit_label(element),
        form=shown,
        stored=stored if is_mine else {},
        draft=task.draft if is_mine else None,
        ballots=ballots_now,
        opinions=besides,
        data=tuple(
            one for one in describe_case(session, of, seen.veil.values(variables), known) if one.key not in hidden
        ),
        personal=seen.personal,
        why=tuple(_reasons(task.facts, known)),
    )


def _form(session: Session, task: UserTask, rights: Rights) -> tuple[Form | None, set[str]]:
    """Give the form as this task has it, and the keys of what it hides."""
    if task.form_definition_id is None:
        return None, set()
    whole = form(session, task.form_definition_id)
    shown = restricted(whole, rights)
    return shown, {one.key for one in whole.walk()} - {one.key for one in shown.walk()}


def _acts_for(
    session: Session, person: Person, principal: str | None, case: ProcessInstance, of: Definition
) -> str | None:
    """Give the assignee or owner of a task, where the reader stands in for them in this case."""
    if principal in {None, person.username} or case.started_by == person.username:
        return None
    ways = stood_in_for(session, person)
    return principal if any(way.principal == principal and way.covers(of.process_id) for way in ways) else None


def _pending(task: UserTask) -> str | None:
    if task.pending is None:
        return None
    return "SIGNING" if task.pending.get("signing") else str(task.pending["state"])


def _asked_by(task: UserTask, known: Organisation) -> tuple[str, str] | None:
    sign = task.facts.get("sign")
    return (known.display_name(sign["by"]), str(sign["reason"])) if sign is not None else None


def _claims_for(session: Session, person: Person, task_id: int) -> bool:
    """Tell whether the reader may claim a task for somebody they stand in for."""
    if not stood_in_for(session, person):
        return False
    return session.scalar(claimable_tasks(session, person).where(UserTask.id == task_id).limit(1)) is not None


def _second_thoughts(session: Session, person: Person, task: UserTask, of: Definition) -> Mapping[str, str]:
    """Give what the reader may still do with a task they have completed: take it back."""
    labels = offered(of.process.elements.get(task.element_id)).labels
    if not is_own_act(task, person.username) or "takeBack" not in labels or not may_take_back(session, of, task):
        return {}
    return {"takeBack": labels["takeBack"]}


def _returned(task: UserTask, known: Organisation) -> Returned | None:
    told = task.returned
    if told is None:
        return None
    return Returned(
        act=told["act"],
        by=known.display_name(told["by"]),
        from_task=told.get("from", ""),
        reason=told.get("reason", ""),
        straight_back=bool(told.get("straight_back")),
        at=dt.datetime.fromisoformat(told["at"]),
    )


def _candidates(session: Session, task_id: int) -> list[tuple[str, str]]:
    rows = session.execute(
        select(UserTaskCandidate.kind, UserTaskCandidate.principal).where(UserTaskCandidate.task_id == task_id)
    )
    return [(row.kind, row.principal) for row in rows]


def _reasons(facts: Mapping[str, Any], known: Organisation) -> Iterator[Reason]:
    for name in ("assignee", "candidateUsers", "candidateGroups"):
        fact = facts.get(name)
        if fact is not None:
            yield Reason(
                rule=str(fact["rule"]).removeprefix("="),
                result=_named(fact["result"], known),
                read=tuple((read["call"], _named(read["answer"], known)) for read in fact["read"]),
            )


def _named(answer: object, known: Organisation) -> str:
    """Give an answer of the organisation as people read it: usernames become names."""
    if isinstance(answer, list):
        return "、".join(_named(one, known) for one in answer)
    return "—" if answer is None else known.display_name(str(answer))
