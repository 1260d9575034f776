"""Messages to a person inside the product."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine.model import Notification
from engine.queries.paging import Page, fetch_page
from engine.queries.people import Person


@dataclass(frozen=True, kw_only=True)
class NotificationRow:
    """One message."""

    id: int
    title: str
    text: str
    instance_id: int | None
    created_at: dt.datetime
    read_at: dt.datetime | None


def list_notifications(session: Session, person: Person, page: int) -> Page[NotificationRow]:
    """Give one page of a person's messages, newest first."""
    statement = (
        select(
            Notification.id,
            Notification.title,
            Notification.text,
            Notification.instance_id,
            Notification.created_at,
            Notification.read_at,
        )
        .where(Notification.username == person.username)
        .order_by(Notification.id.desc())
    )
    return fetch_page(session, statement, page, _row)


def _row(row: Row[*tuple[Any, ...]]) -> NotificationRow:
    return NotificationRow(**row._asdict())
