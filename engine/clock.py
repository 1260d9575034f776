"""The only now() of the program. Times are aware and in UTC; people see Asia/Shanghai."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

Clock = Callable[[], dt.datetime]

SHANGHAI = ZoneInfo("Asia/Shanghai")


def system_clock() -> dt.datetime:
    """Give the present moment, aware, in UTC, to the millisecond.

    Milliseconds, because that is what a canonical JSON text and every browser carry without loss.
    """
    now = dt.datetime.now(dt.UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


_clock: Clock = system_clock


def now() -> dt.datetime:
    """Give the present moment as the running program sees it."""
    return _clock()


def set_clock(clock: Clock) -> None:
    """Replace the clock of the whole program: for tests and for demo data that span months."""
    global _clock  # noqa: PLW0603 - one clock a process is the point of this module
    _clock = clock


@contextmanager
def ticking(clock: Clock) -> Iterator[None]:
    """Let another clock be the program's for the duration of a block."""
    before = _clock
    set_clock(clock)
    try:
        yield
    finally:
        set_clock(before)


def today() -> dt.date:
    """Give the present day in Shanghai."""
    return now().astimezone(SHANGHAI).date()
