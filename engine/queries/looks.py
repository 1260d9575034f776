"""Who looked at a case, when and how, and who was not let in: for auditors."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from engine.errors import NotFoundError, mark
from engine.execution.search_text import like_pattern
from engine.model import AccessEvent, ProcessInstance, User
from engine.queries.paging import PAGE_SIZE, Page, fetch_page


@dataclass(frozen=True, kw_only=True)
class LookFilter:
    """What an auditor asks for; what is empty bounds nothing."""

    instance_id: int
    person: str = ""
    """Part of a name or username."""
    kind: str = ""
    personal: bool = False
    """Only looks at personal data as they are."""


@dataclass(frozen=True, kw_only=True)
class LookRow:
    """One look."""

    at: dt.datetime
    who: str
    """A display name."""
    kind: str
    subject: str
    personal: bool


def case_title(session: Session, instance_id: int) -> str:
    """Give the title of a case. Raises NotFoundError."""
    title = session.scalar(select(ProcessInstance.title).where(ProcessInstance.id == instance_id))
    if title is None:
        raise NotFoundError(mark("没有编号为 {id} 的事项，或者您看不到它。"), id=instance_id)
    return title


def list_looks(session: Session, wanted: LookFilter, page: int = 1, size: int = PAGE_SIZE) -> Page[LookRow]:
    """Give one page of the looks at a case, newest first: two statements."""
    statement = (
        select(
            AccessEvent.at,
            func.coalesce(User.display_name, AccessEvent.username).label("who"),
            AccessEvent.kind,
            AccessEvent.subject,
            AccessEvent.personal,
        )
        .outerjoin(User, User.username == AccessEvent.username)
        .where(AccessEvent.instance_id == wanted.instance_id, *_conditions(wanted))
        .order_by(AccessEvent.id.desc())
    )
    return fetch_page(session, statement, page, _row, size)


def _conditions(wanted: LookFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.person.strip():
        pattern = like_pattern(wanted.person)
        names = (User.display_name, AccessEvent.username)
        found.append(or_(*(func.lower(name).like(pattern, escape="\\") for name in names)))
    if wanted.kind:
        found.append(AccessEvent.kind == wanted.kind)
    if wanted.personal:
        found.append(AccessEvent.personal.is_(True))
    return found


def _row(row: Row[*tuple[Any, ...]]) -> LookRow:
    return LookRow(**row._asdict())
