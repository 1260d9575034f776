"""What the tests of this folder share."""

from tests.execution.test_events import world

__all__ = ["world"]
