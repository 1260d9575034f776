"""How much waits for a person: the counters of the navigation."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.model import Notification
from engine.queries.inbox import open_tasks_of
from engine.queries.people import Person


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Counters; each stops at 100, more is "99+" to a reader."""

    tasks: int
    """Open tasks that are the person's own or that they may claim."""
    notifications: int
    """Messages not yet read."""


def waiting_for(session: Session, person: Person) -> Waiting:
    """Count in one statement; the counting stops at 100 so that a long queue costs no more than a short one."""
    tasks = open_tasks_of(person).limit(100).subquery()
    unread = (
        select(Notification.id)
        .where(Notification.username == person.username, Notification.read_at.is_(None))
        .limit(100)
        .subquery()
    )
    row = session.execute(
        select(
            select(func.count()).select_from(tasks).scalar_subquery(),
            select(func.count()).select_from(unread).scalar_subquery(),
        )
    ).one()
    return Waiting(tasks=row[0], notifications=row[1])
