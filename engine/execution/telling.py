"""Messages to people inside the product about what was done with their tasks."""

from collections.abc import Iterable

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine import clock
from engine.execution.locked import LockedCase
from engine.model import Notification

COPIED = "“{title}”抄送给您"


def tell(locked: LockedCase, usernames: Iterable[str], title: str, text: str = "") -> None:
    """Write a notification to each person once: one statement, none for nobody. Unknown names are left out."""
    rows = [
        {
            "username": name,
            "instance_id": locked.instance.id,
            "title": title,
            "text": text or f"#{locked.instance.id} {locked.instance.title}",
            "created_at": locked.environment.now,
        }
        for name in dict.fromkeys(usernames)
        if name in locked.organisation.people
    ]
    if rows:
        locked.session.execute(insert(Notification), rows)


def tell_person(session: Session, username: str, title: str, text: str) -> None:
    """Write a notification that is about no single case."""
    row = {"username": username, "title": title, "text": text, "created_at": clock.now()}
    session.execute(insert(Notification).values(**row))
