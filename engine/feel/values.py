"""The values FEEL computes with that Python has no type for: durations, ranges, functions.

Numbers are ``Decimal``; strings, booleans, null, lists and contexts are ``str``, ``bool``, ``None``,
``list`` and ``dict``; dates and times are those of ``datetime`` (see ``temporal`` for the very large ones).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NANOSECONDS = 1_000_000_000
DAY = 86_400 * NANOSECONDS


@dataclass(frozen=True, order=True)
class YearsMonths:
    """A duration of years and months."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return f"{'-' if self.months < 0 else ''}P{text}"


@dataclass(frozen=True, order=True)
class DaysTime:
    """A duration of days, hours, minutes and seconds, to the nanosecond."""

    nanoseconds: int

    @classmethod
    def of(cls, delta: dt.timedelta) -> "DaysTime":
        """Make one from Python's own."""
        return cls(((delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds) * 1_000)

    @property
    def timedelta(self) -> dt.timedelta:
        """Give Python's own, to the microsecond; raise OverflowError beyond its 999,999,999 days."""
        return dt.timedelta(microseconds=self.nanoseconds // 1_000)

    def __str__(self) -> str:
        days, rest = divmod(abs(self.nanoseconds), DAY)
        hours, rest = divmod(rest, 3_600 * NANOSECONDS)
        minutes, rest = divmod(rest, 60 * NANOSECONDS)
        seconds, fraction = divmod(rest, NANOSECONDS)
        tail = f".{fraction:09d}".rstrip("0") if fraction else ""
        time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        time += f"{seconds}{tail}S" if seconds or fraction else ""
        text = (f"{days}D" if days else "") + (f"T{time}" if time else "")
        return f"{'-' if self.nanoseconds < 0 else ''}P{text or 'T0S'}"


@dataclass(frozen=True)
class Range:
    """A range of numbers, strings, dates, times or durations.

    ``None`` at an end means no limit. ``test`` is set where the range was written as a test such as
    ``(>= 10)``: DMN 1.5 holds that to differ from ``[10..null)``.
    """

    start: object
    end: object
    start_included: bool = True
    end_included: bool = True
    test: str | None = None


@dataclass(frozen=True)
class HostFunction:
    """A function of the program that expressions may call, by position or by name.

    ``parameters`` names all of them, the last ``optional`` may be left out. ``call`` gets FEEL values by
    position and returns one; an EngineError it raises becomes null and a warning.
    """

    parameters: tuple[str, ...]
    call: Callable[..., object]
    optional: int = 0


@dataclass(frozen=True, eq=False)
class Function:
    """A function defined in FEEL; equal only to itself."""

    parameters: tuple[str, ...]
    call: Callable[..., object]
    """Takes the state of the caller's evaluation, then the arguments by position."""
    types: tuple[Any, ...] = ()
    """The type of each parameter, or None."""
