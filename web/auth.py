"""Who is asking, and whether they may: sessions in a signed cookie, and a role on every route."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, g, request, session
from werkzeug.exceptions import MethodNotAllowed

from engine import clock
from engine.database import Database, Session
from engine.errors import ForbiddenError, UnauthenticatedError, mark
from engine.queries.people import Person, find_person

View = TypeVar("View", bound=Callable[..., Any])

ROLES = frozenset({"anyone", "staff", "supervisor", "owner", "auditor", "admin"})
"""``anyone`` is not signed in; the others come from a person's groups."""
IDLE_LIMIT = dt.timedelta(hours=8)
_TOUCH_EVERY = dt.timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Admission:
    """Who may call a route, and what it does to the database."""

    roles: frozenset[str]
    writes: bool | None
    """None: as the method says; GET and HEAD read, all others write."""
    database: bool
    """False for a route that needs no transaction and no person, such as a static file."""


def allow(*roles: str, writes: bool | None = None, database: bool = True) -> Callable[[View], View]:
    """Name the roles that may call a view; a view without this can't be called at all.

    A GET that leaves a trace (a look at personal data) says ``writes=True``, a POST that only searches
    ``writes=False``.
    """
    if not roles or not ROLES.issuperset(roles):
        raise ValueError(f"unknown roles: {roles}")

    def mark_view(view: View) -> View:
        view.__admission__ = Admission(roles=frozenset(roles), writes=writes, database=database)  # type: ignore[attr-defined] # functions carry attributes, their type can't say so
        return view

    return mark_view


def admission_of(view: Callable[..., Any]) -> Admission:
    """Give what ``allow`` said of a view; raises LookupError when nobody said anything."""
    admission: Admission | None = getattr(view, "__admission__", None)
    if admission is None:
        raise LookupError(f"{view.__module__}.{view.__qualname__} does not say who may call it: add @allow(…)")
    return admission


def verify_admissions(app: Flask) -> None:
    """Refuse to start with a route that nobody thought about."""
    for rule in app.url_map.iter_rules():
        admission_of(app.view_functions[rule.endpoint])


def begin_session(person: Person) -> None:
    """Sign a person in: everything of the session before is dropped, so that nobody can have prepared it."""
    session.clear()
    session["who"] = person.username
    session["epoch"] = person.session_epoch
    session["seen"] = clock.now().timestamp()


def end_session() -> None:
    """Sign out in this browser."""
    session.clear()
    g.pop("person", None)


def last_known_name() -> str | None:
    """Give the username of the session of this browser, also when it has run out."""
    name = session.get("who")
    return name if isinstance(name, str) else None


def identify(db: Session) -> Person | None:
    """Find the person of this request's session; None when there is none or it has ended.

    A changed password or a deactivated account ends it: both change what the database says of the session's epoch.
    """
    name = last_known_name()
    now = clock.now()
    if name is None or not _fresh(now):
        return None
    person = find_person(db, name)
    if person is None or not person.active or person.session_epoch != session.get("epoch"):
        return None
    if now.timestamp() - session["seen"] > _TOUCH_EVERY.total_seconds():
        session["seen"] = now.timestamp()
    return person


def _fresh(now: dt.datetime) -> bool:
    seen = session.get("seen")
    return isinstance(seen, (int, float)) and now.timestamp() - seen <= IDLE_LIMIT.total_seconds()


def identify_for_error_page(database: Database) -> None:
    """Find the person when a request failed before it was asked who sends it, so that the page keeps its navigation."""
    if "person" not in g and not request.path.startswith("/static/"):
        with database.reading() as db:
            g.person = identify(db)


def current_person() -> Person:
    """Give the person who is signed in; for views that ``anyone`` can't call."""
    person = person_or_none()
    if person is None:
        raise UnauthenticatedError(mark("请先登录。"))
    return person


def person_or_none() -> Person | None:
    """Give the person who is signed in, or None; for views that ``anyone`` may call."""
    person: Person | None = g.get("person")
    return person


def current_session() -> Session:
    """Give the transaction of this request."""
    db: Session = g.db
    return db


def admit(admission: Admission) -> None:
    """Refuse the person of this request unless one of their roles is allowed."""
    person = person_or_none()
    if "anyone" in admission.roles:
        return
    if person is None:
        raise UnauthenticatedError(mark("请先登录。"))
    if not admission.roles & person.roles:
        raise ForbiddenError(mark("您的角色不能使用这个页面。"))


def admission_of_request(app: Flask) -> Admission:
    """Give the admission of the view this request is for; raises the routing error when there is no such view."""
    if request.routing_exception is not None:
        raise request.routing_exception
    if request.url_rule is None:
        raise MethodNotAllowed
    return admission_of(app.view_functions[request.url_rule.endpoint])
