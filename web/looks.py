"""Looks at personal data: noted while a page is made, written before it is sent."""

from flask import g

from engine.commands.record_access import Look, record_access
from engine.database import Database
from web.auth import current_person


def note_look(look: Look) -> None:
    """Note that the person of this request sees, or was refused, something. ``write_looks`` stores it."""
    noted: list[tuple[str, Look]] = g.setdefault("looks", [])
    noted.append((current_person().username, look))


def forget_looks() -> None:
    """Forget what was noted for an answer that is made anew."""
    g.pop("looks", None)


def write_looks(database: Database) -> None:
    """Store what was noted in a transaction of its own: a page that only reads holds no lock while it is made.

    Nothing is sent to the reader before this has succeeded.
    """
    noted: list[tuple[str, Look]] = g.pop("looks", [])
    if not noted:
        return
    with database.transaction() as session:
        for username, look in noted:
            record_access(session, username, look)
