"""The schema's history, for SQLite and PostgreSQL alike."""

from pathlib import Path

from sqlalchemy import inspect, text

from engine.database import Database

_VERSIONS = Path(__file__).with_name("versions")


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database to the newest schema, or to a named one; does nothing where it is there already."""
    if revision == "head" and database.is_sqlite and is_newest(database):
        return
    # Not at the top: Alembic costs a start 9 MB and a fifth of a second, and is needed once for each new version.
    from engine.migrations import changing

    changing.upgrade(database, revision)


def is_newest(database: Database) -> bool:
    """Tell whether a database has the schema of the newest revision; its queue of jobs has a version of its own."""
    newest = max(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*.py"))
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return list(connection.scalars(text("SELECT version_num FROM alembic_version"))) == [newest]
