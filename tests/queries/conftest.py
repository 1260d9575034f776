"""What the tests of this folder share with those of execution."""

from tests.execution.conftest import office
from tests.execution.test_events import world

__all__ = ["office", "world"]
