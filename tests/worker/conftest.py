"""The tests of this folder run on all three: by looking, on each database, and by the queue on PostgreSQL."""

from collections.abc import Iterator

import pytest

from engine.database import Database
from tests.execution.test_events import world

__all__ = ["world"]


@pytest.fixture(params=["sqlite", "postgresql", "queue"])
def backend(request: pytest.FixtureRequest) -> str:
    """Run the test once for each way in which workers come by their jobs."""
    return str(request.param)


@pytest.fixture
def queue_url(postgresql_url: str) -> str:
    """Give the URL of a fresh PostgreSQL database, from whose queue the jobs will be taken."""
    return postgresql_url


@pytest.fixture
def database(database_url: str, backend: str) -> Iterator[Database]:
    """Open a fresh database whose jobs are done in the way that the test runs for."""
    opened = Database(database_url, hands_out=backend == "queue")
    yield opened
    opened.dispose()
