"""How much waits for a person: the counters of the navigation."""

from dataclasses import dataclass

from sqlalchemy import false, func, select, true
from sqlalchemy.orm import Session

from engine.model import Incident, Notification
from engine.queries.copies import unread_copies
from engine.queries.inbox import claimable_tasks, own_tasks
from engine.queries.people import Person


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Counters; each stops at 100, more is "99+" to a reader."""

    own: int
    """Open tasks that are the person's own."""
    claimable: int
    """Open tasks nobody has, which the person may claim."""
    notifications: int
    """Messages not yet read."""
    copies: int
    """Cases that were copied to the person and are not read."""
    incidents: int
    """Cases that are stuck; none for whoever can't do anything about it."""

    @property
    def tasks(self) -> int:
        """Give the number of all tasks that wait for the person."""
        return self.own + self.claimable


def waiting_for(session: Session, person: Person) -> Waiting:
    """Count in two statements; the counting stops at 100 so that a long queue costs no more than a short one."""
    unread = select(Notification.id).where(Notification.username == person.username, Notification.read_at.is_(None))
    stuck = select(Incident.id).where(Incident.resolved_at.is_(None), true() if "admin" in person.roles else false())
    claimable_ids = claimable_tasks(session, person).distinct()
    counts = [
        select(func.count()).select_from(statement.limit(100).subquery()).scalar_subquery()
        for statement in (own_tasks(session, person), claimable_ids, unread, unread_copies(person), stuck)
    ]
    own, claimable, notifications, copies, incidents = session.execute(select(*counts)).one()
    return Waiting(own=own, claimable=claimable, notifications=notifications, copies=copies, incidents=incidents)
