"""Opening the database of an installation, for all commands that need one."""

from pathlib import Path

from engine.config import Settings
from engine.database import Database
from engine.errors import InvalidError, mark


def require_initialised(settings: Settings) -> Database:
    """Open the database of an installation. Raises InvalidError where ``qucheng init`` was never run."""
    database = Database(settings.database_url)
    if database.is_sqlite and not Path(str(database.url.database)).exists():
        raise InvalidError(mark("还没有数据库。请先运行 qucheng init（演示用 qucheng init --demo）。"))
    return database
