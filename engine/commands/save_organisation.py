"""Take over a company's departments, groups and people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.errors import InvalidError, mark
from engine.execution.passwords import hash_password
from engine.execution.rows import changed
from engine.model import Department, Group, Membership, OrganisationRevision, User


@dataclass(frozen=True, kw_only=True)
class PersonRecord:
    """A person as an organisation chart lists them."""

    username: str
    display_name: str
    department: str | None
    groups: tuple[str, ...] = ()
    superior: str | None = None
    email: str | None = None
    active: bool = True
    """Whether they may sign in and be given tasks."""


@dataclass(frozen=True, kw_only=True)
class OrganisationRecord:
    """A whole organisation chart."""

    departments: Mapping[str, str | None]
    """Name → the username of its head."""
    groups: Mapping[str, str | None]
    """Name → the room of the product it opens: owner, auditor, admin, supervisor or None."""
    people: Sequence[PersonRecord]


def save_organisation(session: Session, record: OrganisationRecord, *, password: str | None = None) -> None:
    """Make the organisation what the record says.

    People it doesn't list stay known, for history names them, and can no longer sign in. ``password`` is the
    first one of people who are new; without it they can't sign in. Raises InvalidError for a superior, head
    or group nobody has.
    """
    _check(record)
    password_hash = hash_password(password) if password is not None else None
    for name, head in record.departments.items():
        session.merge(Department(name=name, head=head, parent=None))
    for name, grants in record.groups.items():
        session.merge(Group(name=name, grants=grants))
    session.flush()
    known = {user.username: user for user in session.scalars(select(User))}
    listed = {person.username for person in record.people}
    for person in record.people:
        user = known.get(person.username) or User(username=person.username, password_hash=password_hash)
        user.display_name, user.email = person.display_name, person.email
        user.department, user.superior, user.active = person.department, None, person.active
        session.add(user)
        known[person.username] = user
    session.flush()
    # Superiors last: everybody has to be there before anybody points to them.
    for person in record.people:
        known[person.username].superior = person.superior
    for username in known.keys() - listed:
        known[username].active = False
    _members(session, record)
    _count_change(session)


def _count_change(session: Session) -> None:
    """Count a change of the organisation, so that every process reads it anew."""
    done = changed(session, update(OrganisationRevision).values(revision=OrganisationRevision.revision + 1))
    if done == 0:
        session.add(OrganisationRevision(id=1, revision=1))
    session.flush()


def _members(session: Session, record: OrganisationRecord) -> None:
    session.execute(delete(Membership))
    for person in record.people:
        session.add_all(Membership(username=person.username, group=group) for group in dict.fromkeys(person.groups))
    session.flush()


def _check(record: OrganisationRecord) -> None:
    names = {person.username for person in record.people}
    for person in record.people:
        if person.superior is not None and person.superior not in names:
            raise InvalidError(
                mark("{who}的上级 {superior} 不在名单里。"), who=person.display_name, superior=person.superior
            )
        unknown = [group for group in person.groups if group not in record.groups]
        if unknown or (person.department is not None and person.department not in record.departments):
            raise InvalidError(
                mark("{who}的部门或岗位不存在：{unknown}。"),
                who=person.display_name,
                unknown="、".join(unknown) or str(person.department),
            )
    for department, head in record.departments.items():
        if head is not None and head not in names:
            raise InvalidError(mark("部门{department}的负责人 {head} 不在名单里。"), department=department, head=head)
