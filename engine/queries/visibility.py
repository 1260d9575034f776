"""Which cases and tasks a person may see, as conditions of a search; ``access`` answers it for one case."""

from typing import Any

from sqlalchemy import exists, or_, select, true
from sqlalchemy.orm import Session

from engine.execution.immutable import definition
from engine.execution.personal import veil_over
from engine.model import CaseReader, ProcessDefinition, ProcessInstance, UserTask, UserTaskCandidate
from engine.organisation import organisation
from engine.queries.access import READ_ALL, readable_definitions
from engine.queries.people import Person
from engine.queries.standing_in import delegated, held, named


def visible_instances(session: Session, person: Person) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    """Give the condition on process_instances: the person's own, their people's, and those they read by role."""
    if person.roles & READ_ALL:
        return true()
    return or_(
        ProcessInstance.definition_id.in_(readable_definitions(session, person)),
        ProcessInstance.id.in_(select(CaseReader.instance_id).where(CaseReader.username == person.username)),
        *_own(session, person),
    )


def searchable_instances(session: Session, person: Person) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    """Give the condition on process_instances: those whose words the person may search.

    Of a version that asks for personal data, these are the cases whose people they are one of, or lead: what is
    masked for somebody must not be found by them either.
    """
    if "auditor" in person.roles:
        return true()
    rows = session.execute(select(ProcessDefinition.id)).scalars()
    private = [key for key in rows if veil_over(session, definition(session, key)).hides]
    return or_(ProcessInstance.definition_id.not_in(private), *_own(session, person))


def _own(session: Session, person: Person) -> tuple[Any, Any]:
    known = organisation(session)
    people = [person.username, *(name for name in known.people if person.username in known.superiors_of(name))]
    took_part = (
        exists()
        .where(UserTask.instance_id == ProcessInstance.id)
        .where(or_(UserTask.assignee.in_(people), _own_tasks(session, person)))
    )
    return ProcessInstance.started_by.in_(people), took_part


def visible_tasks(session: Session, person: Person) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    """Give the condition on user_tasks: the person's or of who they stand in for, theirs to claim, or done by them."""
    if person.roles & READ_ALL:
        return true()
    return _own_tasks(session, person)


def _own_tasks(session: Session, person: Person) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    return or_(
        held(session, person),
        UserTask.completed_by == person.username,
        delegated(session, person),
        may_claim(session, person),
    )


def may_claim(session: Session, person: Person) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    """Give the condition on user_tasks that names the person, or who they stand in for, as candidate."""
    return exists().where(UserTaskCandidate.task_id == UserTask.id).where(named(session, person))
