"""Which cases and tasks a person may see, as conditions of a search; ``access`` answers it for one case."""

from typing import Any

from sqlalchemy import and_, exists, or_, select, true
from sqlalchemy.orm import Session

from engine.model import CaseReader, ProcessInstance, UserTask, UserTaskCandidate
from engine.organisation import organisation
from engine.queries.access import READ_ALL, readable_definitions
from engine.queries.people import Person


def visible_instances(session: Session, person: Person) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    """Give the condition on process_instances: the person's own, their people's, and those they read by role."""
    if person.roles & READ_ALL:
        return true()
    known = organisation(session)
    people = [person.username, *(name for name in known.people if person.username in known.superiors_of(name))]
    took_part = (
        exists()
        .where(UserTask.instance_id == ProcessInstance.id)
        .where(or_(UserTask.assignee.in_(people), UserTask.completed_by == person.username, may_claim(person)))
    )
    return or_(
        ProcessInstance.started_by.in_(people),
        ProcessInstance.definition_id.in_(readable_definitions(session, person)),
        took_part,
        ProcessInstance.id.in_(select(CaseReader.instance_id).where(CaseReader.username == person.username)),
    )


def visible_tasks(person: Person) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    """Give the condition on user_tasks: assigned to the person, theirs to claim, or done by them."""
    if person.roles & READ_ALL:
        return true()
    return or_(
        UserTask.assignee == person.username,
        UserTask.completed_by == person.username,
        UserTask.owner == person.username,
        may_claim(person),
    )


def may_claim(person: Person) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    """Give the condition on user_tasks that names the person or a group of theirs as candidate."""
    named = or_(
        and_(UserTaskCandidate.kind == "user", UserTaskCandidate.principal == person.username),
        and_(UserTaskCandidate.kind == "group", UserTaskCandidate.principal.in_(sorted(person.groups))),
    )
    return exists().where(UserTaskCandidate.task_id == UserTask.id).where(named)
