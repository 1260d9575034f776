"""For whom a person works at the moment besides themselves, as conditions of a search."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, exists, or_, true
from sqlalchemy.orm import Session, aliased

from engine import clock
from engine.execution.standing_in import StandIn, principals_of
from engine.model import ProcessDefinition, ProcessInstance, UserTask, UserTaskCandidate
from engine.organisation import organisation
from engine.queries.people import Person

_KEY = "principals"


def stood_in_for(session: Session, person: Person) -> Sequence[StandIn]:
    """Give everybody the person stands in for now; asked once in a transaction, however many lists ask."""
    known: dict[str, Sequence[StandIn]] = session.info.setdefault(_KEY, {})
    if person.username not in known:
        known[person.username] = principals_of(session, person.username, clock.now())
    return known[person.username]


def held(session: Session, person: Person) -> Any:  # noqa: ANN401 - SQLAlchemy's types for conditions don't unify
    """Give the condition on user_tasks: the person's, or of somebody they stand in for."""
    return _whose(session, person, UserTask.assignee)


def delegated(session: Session, person: Person) -> Any:  # noqa: ANN401 - as above
    """Give the condition on user_tasks: the person has delegated it, or somebody they stand in for has."""
    return _whose(session, person, UserTask.owner)


def _whose(session: Session, person: Person, column: Any) -> Any:  # noqa: ANN401 - as above
    """Look for a person in a column of user_tasks, and for those they stand in for.

    The names come first, so that the index of the column serves; the rest is asked of what it finds.
    """
    ways = stood_in_for(session, person)
    if not ways:
        return column == person.username
    names = sorted({person.username, *(way.principal for way in ways)})
    theirs = [and_(column == way.principal, _in(way)) for way in ways]
    return and_(column.in_(names), or_(column == person.username, and_(_of_others(person), or_(*theirs))))


def named(session: Session, person: Person) -> Any:  # noqa: ANN401 - as above
    """Give the condition on candidates, joined to their tasks: it is the person, or somebody they stand in for."""
    own = _names(person.username, person.groups)
    ways = stood_in_for(session, person)
    if not ways:
        return own
    known = organisation(session)
    theirs = [and_(_names(way.principal, known.groups_of(way.principal)), _in(way)) for way in ways]
    return or_(own, and_(_of_others(person), or_(*theirs)))


def _names(username: str, groups: frozenset[str]) -> Any:  # noqa: ANN401 - as above
    return or_(
        and_(UserTaskCandidate.kind == "user", UserTaskCandidate.principal == username),
        and_(UserTaskCandidate.kind == "group", UserTaskCandidate.principal.in_(sorted(groups))),
    )


def _of_others(person: Person) -> Any:  # noqa: ANN401 - as above
    """Nobody decides about a case of their own in somebody else's name."""
    case = aliased(ProcessInstance)
    return exists().where(case.id == UserTask.instance_id, case.started_by != person.username)


def _in(way: StandIn) -> Any:  # noqa: ANN401 - as above
    if way.process_ids is None:
        return true()
    case, version = aliased(ProcessInstance), aliased(ProcessDefinition)
    return exists().where(
        case.id == UserTask.instance_id,
        version.id == case.definition_id,
        version.process_id.in_(sorted(way.process_ids)),
    )
