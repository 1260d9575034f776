"""The organisation as one value, read once per revision and shared by all threads."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine.model import Department, Group, Membership, OrganisationRevision, User


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody as rules see them."""

    username: str
    display_name: str
    department: str | None
    superior: str | None
    active: bool
    groups: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """All people, departments and groups at one revision."""

    revision: int
    people: Mapping[str, Person]
    heads: Mapping[str, str | None]
    """Department → the username of who leads it."""
    grants: Mapping[str, str | None]
    """Group → the room of the product it opens."""

    def superior_of(self, username: str) -> str | None:
        """Give the next active person up who is not the person; None at the top."""
        seen = {username}
        person = self.people.get(username)
        while person is not None and person.superior is not None and person.superior not in seen:
            seen.add(person.superior)
            person = self.people.get(person.superior)
            if person is not None and person.active:
                return person.username
        return None

    def superiors_of(self, username: str) -> list[str]:
        """Give everybody above a person, nearest first."""
        chain: list[str] = []
        above = self.superior_of(username)
        while above is not None and above not in chain and above != username:
            chain.append(above)
            above = self.superior_of(above)
        return chain

    def members_of(self, name: str) -> list[str]:
        """Give the active members of a group or department, by username."""
        return sorted(
            p.username for p in self.people.values() if p.active and (name in p.groups or name == p.department)
        )

    def is_active(self, username: str) -> bool:
        """Tell whether somebody is known and still here."""
        person = self.people.get(username)
        return person is not None and person.active

    def groups_of(self, username: str) -> frozenset[str]:
        """Give the groups of a person; their department counts as one."""
        person = self.people.get(username)
        if person is None:
            return frozenset()
        return person.groups | ({person.department} if person.department else set())

    def grants_of(self, username: str) -> frozenset[str]:
        """Give the rooms that are open to a person: owner, auditor, admin, supervisor."""
        grants = {self.grants.get(group) for group in self.groups_of(username)}
        return frozenset(grant for grant in grants if grant is not None)

    def display_name(self, username: str) -> str:
        """Give the name people know somebody by."""
        person = self.people.get(username)
        return person.display_name if person is not None else username


_cache: WeakKeyDictionary[Engine, Organisation] = WeakKeyDictionary()
_guard = threading.Lock()

revision_of = select(OrganisationRevision.revision).where(OrganisationRevision.id == 1).scalar_subquery()
"""To be added to a statement that is sent anyway."""


def organisation(session: Session, revision: int | None = None) -> Organisation:
    """Give the organisation; asks the database only where the revision is not the one in memory."""
    engine = session.get_bind().engine
    if revision is None:
        revision = session.scalar(select(revision_of))
    with _guard:
        known = _cache.get(engine)
    if known is None or known.revision != revision:
        known = _load(session, revision or 0)
        with _guard:
            _cache[engine] = known
    return known


def _load(session: Session, revision: int) -> Organisation:
    groups: dict[str, set[str]] = {}
    for username, group in session.execute(select(Membership.username, Membership.group)):
        groups.setdefault(username, set()).add(group)
    people = session.execute(
        select(User.username, User.display_name, User.department, User.superior, User.active).order_by(User.id)
    )
    return Organisation(
        revision=revision,
        people={
            row.username: Person(
                username=row.username,
                display_name=row.display_name,
                department=row.department,
                superior=row.superior,
                active=row.active,
                groups=frozenset(groups.get(row.username, ())),
            )
            for row in people
        },
        heads=dict(session.execute(select(Department.name, Department.head)).all()),
        grants=dict(session.execute(select(Group.name, Group.grants)).all()),
    )
