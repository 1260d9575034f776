"""Who a username is: what sessions, pages and permissions need to know of a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.execution.prepared import table
from engine.model import Group, Membership, User

# On tables and written once: it is asked with every request.
_USERS, _MEMBERS, _GROUPS = table(User), table(Membership), table(Group)
_PERSON = (
    select(
        _USERS.c.username,
        _USERS.c.display_name,
        _USERS.c.department,
        _USERS.c.locale,
        _USERS.c.active,
        _USERS.c.session_epoch,
        _GROUPS.c.name.label("group"),
        _GROUPS.c.grants,
    )
    .select_from(
        _USERS.outerjoin(_MEMBERS, _MEMBERS.c.username == _USERS.c.username).outerjoin(
            _GROUPS, _GROUPS.c.name == _MEMBERS.c.group_name
        )
    )
    .where(_USERS.c.username == bindparam("username"))
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person as the product knows them."""

    username: str
    display_name: str
    department: str | None
    groups: frozenset[str]
    """Names of posts and teams; the department counts as one."""
    roles: frozenset[str]
    """Which rooms are open: ``staff``, ``supervisor``, ``owner``, ``auditor``, ``admin``."""
    locale: str
    active: bool
    session_epoch: int
    """A session that was begun in another epoch has ended."""


def find_person(session: Session, username: str) -> Person | None:
    """Find a person by username, with groups and roles, in one statement."""
    rows: Any = session.execute(_PERSON, {"username": username}).all()
    if not rows:
        return None
    user = rows[0]
    return Person(
        username=user.username,
        display_name=user.display_name,
        department=user.department,
        groups=frozenset(name for name in (user.department, *(row.group for row in rows)) if name is not None),
        roles=_roles(row.grants for row in rows),
        locale=user.locale,
        active=user.active,
        session_epoch=user.session_epoch,
    )


def display_names(session: Session, usernames: Iterable[str | None]) -> dict[str, str]:
    """Give the display name of each username that exists, in one statement."""
    wanted = {name for name in usernames if name}
    if not wanted:
        return {}
    rows = session.execute(select(User.username, User.display_name).where(User.username.in_(wanted)))
    return {row.username: row.display_name for row in rows}


def _roles(grants: Iterable[str | None]) -> frozenset[str]:
    """Turn what groups grant into roles: everybody is staff but auditors, who only read."""
    granted = {grant for grant in grants if grant is not None}
    return frozenset(granted if granted == {"auditor"} else granted | {"staff"})


def list_people(session: Session) -> list[tuple[str, str, tuple[str, ...]]]:
    """Give username, display name and groups of everybody who may sign in, in two statements."""
    groups: dict[str, list[str]] = {}
    for username, group in session.execute(select(Membership.username, Membership.group).order_by(Membership.group)):
        groups.setdefault(username, []).append(group)
    people = session.execute(select(User.username, User.display_name).where(User.active.is_(True)).order_by(User.id))
    return [(row.username, row.display_name, tuple(groups.get(row.username, ()))) for row in people]
