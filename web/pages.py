"""What every page shows around its content: navigation by role, counters, versioned assets."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, current_app, g, request, url_for

from engine.errors import mark
from engine.queries.people import Person
from engine.queries.waiting import Waiting, waiting_for
from web.i18n import LOCALES, html_lang, select_locale


@dataclass(frozen=True, kw_only=True)
class Room:
    """An entry of the navigation."""

    endpoint: str
    label: str
    icon: str
    roles: frozenset[str]
    counter: str | None = None
    """The attribute of Waiting whose number stands beside it."""
    on_phone: bool = False
    """It has a place in the navigation at the bottom of a phone."""
    on_home: bool = False
    """It has a card on the first page."""


_STAFF = frozenset({"staff"})
_ALL = frozenset({"staff", "auditor"})

_ROOMS = (
    Room(endpoint="home.index", label=mark("首页"), icon="home", roles=_ALL, on_phone=True),
    Room(
        endpoint="tasks.inbox",
        label=mark("待办"),
        icon="inbox",
        roles=_STAFF,
        counter="tasks",
        on_phone=True,
        on_home=True,
    ),
    Room(endpoint="tasks.done", label=mark("已办"), icon="done", roles=_STAFF),
    Room(endpoint="cases.startable", label=mark("发起"), icon="start", roles=_STAFF, on_phone=True),
    Room(endpoint="cases.mine", label=mark("我发起的"), icon="mine", roles=_STAFF, on_phone=True),
    Room(
        endpoint="cases.all_cases", label=mark("全部事项"), icon="search", roles=frozenset({"supervisor"}), on_home=True
    ),
    Room(endpoint="registers.index", label=mark("台账"), icon="register", roles=_ALL, on_phone=True, on_home=True),
    Room(endpoint="designer.index", label=mark("流程设计"), icon="diagram", roles=frozenset({"owner"}), on_home=True),
    Room(
        endpoint="incidents.index",
        label=mark("异常"),
        icon="alert",
        roles=frozenset({"admin"}),
        counter="incidents",
        on_home=True,
    ),
    Room(endpoint="handovers.index", label=mark("离职交接"), icon="leave", roles=frozenset({"admin"})),
    Room(
        endpoint="audit.index",
        label=mark("审计"),
        icon="shield",
        roles=frozenset({"auditor", "admin"}),
        on_phone=True,
        on_home=True,
    ),
)


def init_pages(app: Flask) -> None:
    """Teach the templates what every page needs."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_context)
    app.jinja_env.globals |= {
        "asset": asset,
        "document_url": document_url,
        "locales": LOCALES,
        "current_locale": select_locale,
    }


def rooms_of(person: Person) -> list[Room]:
    """Give the entries of the navigation that lead somewhere for this person."""
    views = current_app.view_functions
    return [room for room in _ROOMS if room.endpoint in views and room.roles & person.roles]


def asset(name: str) -> str:
    """Give the address of a static file, with its content's hash, so that browsers may keep it for ever."""
    return _address(name, _fingerprint(Path(str(current_app.static_folder)) / name), request.root_path)


def document_url(document_id: str) -> str:
    """Give the address from which an attachment is downloaded."""
    return url_for("attachments.download", attachment_id=document_id)


@cache
def _address(name: str, version: str | None, _root: str) -> str:
    """Write an address once: a page has thirty, and the router takes as long for them as a list for its rows."""
    return url_for("static", filename=name, v=version)


def _fingerprint(path: Path) -> str | None:
    try:
        return _hash_of(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@cache
def _hash_of(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def waiting() -> Waiting:
    """Count what waits for the person, once a request; nothing on an error page, whose transaction has ended."""
    person, db = g.get("person"), g.get("db")
    if person is None or db is None:
        return Waiting(own=0, claimable=0, notifications=0, copies=0, incidents=0)
    if "waiting" not in g:
        g.waiting = waiting_for(db, person)
    counted: Waiting = g.waiting
    return counted


def is_current(endpoint: str) -> bool:
    """Tell whether the navigation is to show an entry as the present one."""
    blueprint = "registers" if request.blueprint == "imports" else request.blueprint
    return request.endpoint == endpoint or (
        blueprint == endpoint.partition(".")[0]
        and blueprint in {"designer", "audit", "registers", "incidents", "handovers"}
    )


def _context() -> dict[str, object]:
    person = g.get("person")
    return {
        "person": person,
        "rooms": rooms_of(person) if person else [],
        "waiting": waiting,
        "is_current": is_current,
        "html_lang": html_lang(),
    }
