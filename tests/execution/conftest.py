"""What the tests of this folder share."""

import pytest

from tests.execution.operating import Office
from tests.execution.test_events import World, world

__all__ = ["world"]


@pytest.fixture
def office(world: World) -> Office:
    """Give a world whose people act by their own names; it must verify and replay, too."""
    return Office(world.database, world.clock)
