"""One stage for all plays of a kind of database: each play starts when its predecessor's cases have ended."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.database import Database
from engine.demo import load_demo
from tests.dialect.playing import FOLDER, Play
from tests.support.clock import FixedClock
from tests.support.databases import copied


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Give a database with the demo company in it, for all plays of this folder."""
    if request.param == "sqlite":
        migrated = request.getfixturevalue("migrated_sqlite")
        yield from _founded(f"sqlite:///{shutil.copy(migrated, tmp_path_factory.mktemp('dialect') / 'qucheng.db')}")
        return
    cluster = request.getfixturevalue("postgresql_cluster")
    with copied(cluster, request.getfixturevalue("migrated_postgresql")) as url:
        yield from _founded(url)


def _founded(url: str) -> Iterator[Database]:
    database = Database(url)
    with database.transaction() as session:
        load_demo(session)
    yield database
    database.dispose()


@pytest.fixture
def play(request: pytest.FixtureRequest, stage: Database, fixed_clock: FixedClock) -> Iterator[Play]:
    """Publish the diagram that has the name of the test; in the end all its cases must be over and replay."""
    module, _, name = request.node.nodeid.partition("::test_")
    family = Path(module).stem.removeprefix("test_")
    played = Play(stage, fixed_clock, FOLDER / family / name.partition("[")[0])
    yield played
    played.check()
