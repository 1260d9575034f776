"""Who may see a case and its files: its people, their superiors, and the readers its process names."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import exists, or_, select, union
from sqlalchemy.orm import Session

from engine.errors import NotFoundError, mark
from engine.model import CaseReader, ProcessDefinition, ProcessInstance, UserTask, UserTaskCandidate
from engine.organisation import organisation
from engine.queries.people import Person
from engine.queries.standing_in import delegated, held, named
from engine.queries.startable import names_in

READ_ALL = frozenset({"auditor", "admin"})


def require_case_reader(session: Session, person: Person, instance_id: int) -> None:
    """Refuse whoever may not see a case, in the same words as a case that doesn't exist."""
    if not may_read_case(session, person, instance_id):
        raise NotFoundError(mark("没有编号为 {id} 的事项，或者您看不到它。"), id=instance_id)


def require_task_reader(session: Session, person: Person, task_id: int) -> None:
    """Refuse whoever may not see the case of a task, in the same words as a task that doesn't exist."""
    instance_id = session.scalar(select(UserTask.instance_id).where(UserTask.id == task_id))
    if instance_id is None or not may_read_case(session, person, instance_id):
        raise NotFoundError(mark("没有编号为 {id} 的任务，或者您看不到它。"), id=task_id)


def may_read_case(session: Session, person: Person, instance_id: int) -> bool:
    """Tell whether a person may see a case and its files.

    An initiator costs one statement, another participant two, a superior four.
    """
    row = session.execute(
        select(ProcessInstance.started_by, ProcessDefinition.properties)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ProcessInstance.id == instance_id)
    ).one_or_none()
    return row is not None and (
        row.started_by == person.username
        or reads_process(row.properties, person)
        or _takes_part(session, person, instance_id)
        or superior_of_people(session, person, instance_id)
    )


def may_read_cases(session: Session, person: Person, instance_ids: Iterable[int]) -> set[int]:
    """Give those of some cases that the person may see."""
    return {instance_id for instance_id in instance_ids if may_read_case(session, person, instance_id)}


def reads_process(properties: dict[str, Any], person: Person) -> bool:
    """Tell whether a person may read every case of a process: named by ``candidateReaderGroups``, or by role."""
    return bool(READ_ALL & person.roles) or bool(names_in(properties.get("candidateReaderGroups")) & person.groups)


def readable_definitions(session: Session, person: Person) -> list[int]:
    """Give the ids of the process versions all of whose cases the person may read."""
    rows = session.execute(select(ProcessDefinition.id, ProcessDefinition.properties))
    return [row.id for row in rows if reads_process(row.properties, person)]


def _takes_part(session: Session, person: Person, instance_id: int) -> bool:
    """Tell whether the person has had a task of the case, or may claim one."""
    candidate = exists().where(UserTaskCandidate.task_id == UserTask.id).where(named(session, person))
    found = session.scalar(
        select(UserTask.id)
        .where(
            UserTask.instance_id == instance_id,
            or_(
                held(session, person),
                UserTask.completed_by == person.username,
                delegated(session, person),
                candidate,
            ),
        )
        .limit(1)
    )
    return found is not None or _was_made_reader(session, person, instance_id)


def _was_made_reader(session: Session, person: Person, instance_id: int) -> bool:
    """Tell whether a copy, a mention or an earlier task lets a person read a case."""
    made = (CaseReader.instance_id == instance_id, CaseReader.username == person.username)
    return session.scalar(select(CaseReader.instance_id).where(*made).limit(1)) is not None


def superior_of_people(session: Session, person: Person, instance_id: int) -> bool:
    """Tell whether the person stands anywhere above somebody who has started the case or has a task of it."""
    people = session.scalars(
        union(
            select(ProcessInstance.started_by).where(ProcessInstance.id == instance_id),
            select(UserTask.assignee).where(UserTask.instance_id == instance_id, UserTask.assignee.is_not(None)),
        )
    )
    known = organisation(session)
    return any(person.username in known.superiors_of(name) for name in people)
