"""Working days in China, exchanged ones (调休) included."""

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from engine.clock import SHANGHAI

if TYPE_CHECKING:
    import holidays

SHIFTS = ((dt.time(9), dt.time(12)), (dt.time(13), dt.time(18)))
"""When people work on a working day, in Shanghai's time."""

MOST_HOURS = 20_000
"""Ten years of work, and few enough to count with."""


@lru_cache(maxsize=1)
def _china() -> "holidays.HolidayBase":
    # Not at the top: the countries of the world take 3 MB, and few processes count working days.
    import holidays

    return holidays.country_holidays("CN", categories=("public",))


def working_days_after(start: dt.datetime, days: int) -> dt.datetime:
    """Give the same time of day, a number of working days later; negative numbers count backwards.

    ``start`` is aware; the result is in Shanghai's time.
    """
    local = start.astimezone(SHANGHAI)
    day = _china().get_nth_working_day(local.date(), days) if days else local.date()
    return dt.datetime.combine(day, local.time(), SHANGHAI)


def working_hours_after(start: dt.datetime, hours: Decimal) -> dt.datetime | None:
    """Give the moment at which a number of working hours, parts of hours too, have passed since an aware ``start``.

    The result is in Shanghai's time; None for less than none, for more than ``MOST_HOURS`` and beyond the year 9999.
    """
    if not 0 <= hours <= MOST_HOURS:
        return None
    local, left = start.astimezone(SHANGHAI), dt.timedelta(microseconds=int(hours * 3_600_000_000))
    day = local.date()
    try:
        while True:
            for begin, end in _shifts(day):
                begins = max(begin, local)
                if begins < end and left <= end - begins:
                    return begins + left
                left -= max(end - begins, dt.timedelta(0))
            day += dt.timedelta(days=1)
    except OverflowError:
        return None


def _shifts(day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    if not _china().is_working_day(day):
        return []
    return [
        (dt.datetime.combine(day, begin, SHANGHAI), dt.datetime.combine(day, end, SHANGHAI)) for begin, end in SHIFTS
    ]
