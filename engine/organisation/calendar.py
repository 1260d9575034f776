"""Working days in China, exchanged ones (调休) included."""

import datetime as dt
from functools import lru_cache

import holidays

from engine.clock import SHANGHAI


@lru_cache(maxsize=1)
def _china() -> holidays.HolidayBase:
    return holidays.country_holidays("CN", categories=("public",))


def working_days_after(start: dt.datetime, days: int) -> dt.datetime:
    """Give the same time of day, a number of working days later; negative numbers count backwards.

    ``start`` is aware; the result is in Shanghai's time.
    """
    local = start.astimezone(SHANGHAI)
    day = _china().get_nth_working_day(local.date(), days) if days else local.date()
    return dt.datetime.combine(day, local.time(), SHANGHAI)
