"""Ballots, as programs read them: how they stand in many cases at once, and one case's with everything said so far."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from engine.execution.immutable import definition
from engine.interpreter import load_variables
from engine.model import ElementInstance, ProcessInstance, UserTask
from engine.organisation import organisation
from engine.queries.ballots import HANDED_IN, Vote, ballots, repeated_tasks
from engine.queries.passages import passage_of
from engine.queries.people import Person
from engine.queries.personal import sight
from engine.queries.timeline import entered_values, load_events, timeline


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How one task stands that several people do."""

    element_id: str
    name: str
    body: int
    """The token of the repeated task itself."""
    sequential: bool
    begun_at: dt.datetime
    done: int
    open: int
    """Tasks that are somebody's turn now; those of later turns in a sequence are not counted."""
    votes: tuple[tuple[Vote, Mapping[str, Any]], ...] | None = None
    """Everybody's part, with the values they handed in; None where only the numbers were asked for."""


@dataclass(frozen=True, kw_only=True)
class CaseBallots:
    """The open ballots of one case."""

    ballots: tuple[Standing, ...]
    personal: Literal["none", "shown", "hidden"]
    """Whether there are personal data in the case, and whether the reader sees them as they are."""


def standings(session: Session, cases: Mapping[int, int]) -> dict[int, tuple[Standing, ...]]:
    """Give how the open ballots of cases stand, by case; ``cases`` says of which version each is.

    One statement; none where no version has a task that several people do.
    """
    versions = {number: definition(session, number) for number in set(cases.values())}
    repeated = {number: repeated_tasks(of) for number, of in versions.items()}
    asked = [case for case, number in cases.items() if repeated[number]]
    found: dict[int, list[Standing]] = defaultdict(list)
    for row in _counted(session, asked) if asked else ():
        element = versions[cases[row.instance_id]].process.elements.get(row.element_id)
        if element is None or element.id not in repeated[cases[row.instance_id]]:
            continue
        found[row.instance_id].append(
            Standing(
                element_id=element.id,
                name=element.label,
                body=row.token,
                sequential=element.loop is not None and element.loop.sequential,
                begun_at=row.started_at,
                done=row.done,
                open=row.open,
            )
        )
    return {case: tuple(some) for case, some in found.items()}


def ballots_of_case(session: Session, person: Person, instance_id: int) -> CaseBallots:
    """Give the open ballots of a case with everything said so far, to somebody who may read the case."""
    row = session.get_one(ProcessInstance, instance_id)
    counted = standings(session, {instance_id: row.definition_id}).get(instance_id, ())
    if not counted or row.state != "ACTIVE":
        return CaseBallots(ballots=(), personal="none")
    of, known = definition(session, row.definition_id), organisation(session)
    events = load_events(session, instance_id)
    seen = sight(session, person, instance_id, of, load_variables(row.body), *entered_values(events))
    told = ballots(session, row, of, timeline(session, of, events, known, seen.veil), known)
    said = {
        event.row.token: seen.veil.values(event.body.get("input") or {})
        for event in events
        if event.row.kind in HANDED_IN
    }
    found = tuple(
        replace(one, votes=tuple((vote, said.get(vote.token or 0, {})) for vote in ballot.votes))
        for one, ballot in zip(counted, told, strict=True)
    )
    return CaseBallots(ballots=found, personal=seen.personal)


def ballots_of_tasks(session: Session, tasks: Mapping[int, Sequence[Standing]]) -> dict[int, Standing]:
    """Give the ballots that tasks belong to, by the number of their passage; ``tasks`` gives those of its case.

    None of a task that only one person does, or whose ballot is over. One statement; none where there are no ballots.
    """
    places = {passage_of(number): number for number, of_case in tasks.items() if of_case}
    if not places:
        return {}
    rows = session.execute(
        select(ElementInstance.instance_id, ElementInstance.token, ElementInstance.scope)
        .where(ElementInstance.instance_id.in_({instance_id for instance_id, _token in places}))
        .where(ElementInstance.token.in_({token for _instance_id, token in places}))
    )
    around = {places[row.instance_id, row.token]: row.scope for row in rows if (row.instance_id, row.token) in places}
    return {number: one for number, scope in around.items() for one in tasks[number] if one.body == scope}


def _counted(session: Session, instance_ids: list[int]) -> Any:  # noqa: ANN401 - rows
    body, part, task = ElementInstance, aliased(ElementInstance), UserTask
    of_ballot = and_(part.instance_id == body.instance_id, part.scope == body.token, part.undone.is_(False))
    of_part = and_(task.instance_id == part.instance_id, task.token == part.token, task.parent_task_id.is_(None))
    return session.execute(
        select(
            body.instance_id,
            body.token,
            body.element_id,
            body.started_at,
            func.count().filter(task.state == "COMPLETED").label("done"),
            func.count().filter(task.state.in_(("CREATING", "CREATED"))).label("open"),
        )
        .join(part, of_ballot, isouter=True)
        .join(task, of_part, isouter=True)
        .join(ProcessInstance, ProcessInstance.id == body.instance_id)
        .where(body.instance_id.in_(instance_ids), body.kind == "multiInstanceBody", body.state == "ACTIVE")
        .where(ProcessInstance.state == "ACTIVE")
        .group_by(body.instance_id, body.token, body.element_id, body.started_at)
        .order_by(body.instance_id, body.token)
    ).all()
