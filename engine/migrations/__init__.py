"""The schema's history, for SQLite and PostgreSQL alike."""

from alembic import command
from alembic.config import Config

from engine.database import Database


def upgrade(database: Database) -> None:
    """Bring the database to the newest schema; does nothing where it is there already."""
    with database.engine.connect().execution_options(writing=True) as connection, connection.begin():
        command.upgrade(_config(connection), "head")


def revise(database: Database, message: str) -> None:
    """Write a new migration file from the difference between the models and ``database``: for developers."""
    with database.engine.connect() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def _config(connection: object) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "engine:migrations")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config
