"""The tables of Procrastinate's queue: they come and grow with the installed library."""

from pathlib import Path

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, text


def upgrade_queue(connection: Connection) -> None:
    """Make the queue's tables, or bring them to what the installed library expects, in the caller's transaction."""
    connection.execute(text("CREATE TABLE IF NOT EXISTS procrastinate_schema_seen (name text PRIMARY KEY)"))
    # Web processes that start at once take turns.
    connection.execute(text("LOCK TABLE procrastinate_schema_seen"))
    seen = set(connection.scalars(text("SELECT name FROM procrastinate_schema_seen")))
    known = {path.name: path for path in Path(SchemaManager.get_migrations_path()).glob("*.sql")}
    if not seen:
        _run(connection, SchemaManager.get_schema())
    new = sorted(known.keys() - seen)
    for name in new:
        if seen:
            _run(connection, known[name].read_text(encoding="utf-8"))
        connection.execute(text("INSERT INTO procrastinate_schema_seen VALUES (:name)"), {"name": name})


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Tell Alembic to compare with the models what is ours, and not the queue's tables."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def _run(connection: Connection, script: str) -> None:
    # Many statements in one text, with percent signs and colons in it: only the driver itself takes it as it is.
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - narrows the type
    driver.execute(script)
