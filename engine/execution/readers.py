"""Who may read a case although no task of it is theirs."""

from collections.abc import Iterable

from sqlalchemy.dialects import postgresql, sqlite

from engine.execution.locked import LockedCase
from engine.model import CaseReader


def add_readers(locked: LockedCase, kind: str, usernames: Iterable[str], *, by: str, note: str = "") -> None:
    """Let people read the locked case: one statement. Who was made one before for the same cause is so anew.

    ``kind`` is ``copy``, ``mention`` or ``took_part``.
    """
    rows = [
        {
            "instance_id": locked.instance.id,
            "username": name,
            "kind": kind,
            "at": locked.environment.now,
            "by": by,
            "note": note,
            "read_at": None,
        }
        for name in dict.fromkeys(usernames)
    ]
    if not rows:
        return
    insert = postgresql.insert if locked.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(CaseReader.__table__)  # type: ignore[arg-type] # declarative tables are FromClause to mypy
    known = {name: statement.excluded[name] for name in ("at", "by", "note", "read_at")}
    statement = statement.on_conflict_do_update(index_elements=["instance_id", "username", "kind"], set_=known)
    locked.session.execute(statement, rows)
