"""A fresh database at the newest schema for each test, on SQLite and on PostgreSQL."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine import migrations
from engine.database import Database
from tests.support.postgresql import Cluster

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate an SQLite file once, to be copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_cluster: Cluster) -> str:
    """Migrate a PostgreSQL database once and give its name, to be copied for each test."""
    _migrate(postgresql_cluster.create("migrated"))
    return "migrated"


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """Give the URL of a fresh SQLite database at the newest schema."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'qucheng.db')}"


@pytest.fixture
def postgresql_url(postgresql_cluster: Cluster, migrated_postgresql: str) -> Iterator[str]:
    """Give the URL of a fresh PostgreSQL database at the newest schema."""
    with copied(postgresql_cluster, migrated_postgresql) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Run the test once for each kind of database."""
    return str(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, backend: str) -> str:
    """Give the URL of a fresh database at the newest schema; the test runs on both kinds."""
    # Looked up by name, so that a run on SQLite alone starts no PostgreSQL.
    return str(request.getfixturevalue(f"{backend}_url"))


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a database without any table, for tests of the migrations; on both kinds."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with copied(request.getfixturevalue("postgresql_cluster"), "template0") as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Open a fresh database at the newest schema; the test runs on both kinds."""
    opened = Database(database_url)
    yield opened
    opened.dispose()


@contextmanager
def copied(cluster: Cluster, template: str) -> Iterator[str]:
    """Copy a PostgreSQL database for the duration of a block and give the copy's URL."""
    name = f"test_{next(_numbers)}"
    try:
        yield cluster.create(name, template=template)
    finally:
        cluster.drop(name)


def _migrate(url: str) -> None:
    database = Database(url)
    migrations.upgrade(database)
    # Closing the last connection also folds SQLite's write-ahead log into the file that is copied.
    database.dispose()
