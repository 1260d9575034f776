"""A private PostgreSQL for one test run."""

from collections.abc import Iterator

import pytest

from engine.bench.postgresql import Cluster, private_cluster

__all__ = ["Cluster", "postgresql_cluster"]


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """Start a cluster for this test process; stop and remove it at the end."""
    with private_cluster() as cluster:
        yield cluster
