"""Changing the schema with Alembic, on SQLite and PostgreSQL alike."""

from collections.abc import Callable
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import IntegrityError

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from engine.database import Database
from engine.migrations.job_queue import upgrade_queue


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database to the newest schema, or to a named one."""
    with database.engine.connect().execution_options(writing=True) as connection:
        if database.is_sqlite:
            _change_sqlite(connection, command.upgrade, revision)
        else:
            with connection.begin():
                command.upgrade(_config(connection), revision)
                upgrade_queue(connection)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to a revision; what only the newer one could hold is lost."""
    with database.engine.connect().execution_options(writing=True) as connection:
        if database.is_sqlite:
            _change_sqlite(connection, command.downgrade, revision)
        else:
            with connection.begin():
                command.downgrade(_config(connection), revision)


def _change_sqlite(connection: Connection, change: Callable[[Config, str], None], revision: str) -> None:
    """Change without foreign keys: SQLite changes a table by writing it anew, and what points to it would go along."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, SQLiteConnection)  # noqa: S101 - narrows the type
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            change(_config(connection), revision)
            broken = driver.execute("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise IntegrityError(f"a migration left rows that point to nothing: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def revise(database: Database, message: str) -> None:
    """Write a new migration file from the difference between the models and ``database``: for developers."""
    with database.engine.connect() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def _config(connection: object) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "engine:migrations")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config
