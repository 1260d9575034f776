"""A clock that a test sets."""

import datetime as dt
from collections.abc import Iterator

import pytest

from engine import clock


class FixedClock:
    """Stand still until told to go on; starts on Monday 2026-03-02 at 09:00 in Shanghai."""

    def __init__(self) -> None:
        self.moment = dt.datetime(2026, 3, 2, 9, tzinfo=clock.SHANGHAI).astimezone(dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.moment

    def advance(self, **duration: float) -> None:
        """Move forward by a timedelta given in its own words: ``advance(hours=3)``."""
        self.moment += dt.timedelta(**duration)


@pytest.fixture
def fixed_clock() -> Iterator[FixedClock]:
    """Replace the program's clock for one test."""
    fixed = FixedClock()
    clock.set_clock(fixed)
    yield fixed
    clock.set_clock(clock.system_clock)
