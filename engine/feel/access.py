"""Read parts of values: entries of contexts, properties of dates, items of lists."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.feel import messages, zones
from engine.feel.adoption import adopt
from engine.feel.equality import equal
from engine.feel.kinds import KINDS
from engine.feel.state import Place, State
from engine.feel.temporal import (
    DateTime,
    Time,
    WideDateTime,
    WideTime,
    date_part,
    offset,
    time_nanoseconds,
    time_offset,
)
from engine.feel.temporal_math import weekday
from engine.feel.values import DAY, NANOSECONDS, DaysTime, YearsMonths


def get(value: object, name: str, state: State, place: Place) -> object:
    """Give the entry or property of that name; of a list, that of each item; null where there is none."""
    if type(value) is dict:
        if name in value:
            return value[name]
        state.warn(messages.UNKNOWN_KEY, place, name=name)
        return None
    if type(value) is list:
        state.spend(len(value) + 1)
        return [get(item, name, state, place) for item in value]
    reader = PROPERTIES.get((KINDS[type(value)], name))
    if reader is None:
        state.warn(messages.UNKNOWN_KEY, place, name=name)
        return None
    return reader(value)


def get_raw(value: object, name: str, state: State, place: Place) -> object:
    """Give an entry of a value that was not taken in yet; what comes out must be."""
    if type(value) is list:
        state.spend(len(value) + 1)
        return [get_raw(item, name, state, place) for item in value]
    if type(value) is dict and name in value:
        return value[name]
    return get(adopt(value, state), name, state, place)


def _time_offset(value: Time | DateTime) -> DaysTime | None:
    found = time_offset(value) if KINDS[type(value)] == "time" else offset(value)  # type: ignore[arg-type]
    return None if found is None else DaysTime.of(found)


def _zone(value: Time | DateTime) -> str | None:
    """Give the name of a zone; an offset has none."""
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _parts(duration: DaysTime) -> tuple[int, int, int, Decimal]:
    sign = -1 if duration.nanoseconds < 0 else 1
    days, rest = divmod(abs(duration.nanoseconds), DAY)
    hours, rest = divmod(rest, 3_600 * NANOSECONDS)
    minutes, rest = divmod(rest, 60 * NANOSECONDS)
    return sign * days, sign * hours, sign * minutes, sign * Decimal(rest).scaleb(-9).normalize()


def _months(duration: YearsMonths) -> tuple[int, int]:
    sign = -1 if duration.months < 0 else 1
    years, months = divmod(abs(duration.months), 12)
    return sign * years, sign * months


def _second(value: Time | DateTime) -> Decimal:
    return Decimal(time_nanoseconds(value) // NANOSECONDS % 60)


Property = Callable[..., object]
_DATE: dict[str, Property] = {
    "year": lambda value: Decimal(value.year),
    "month": lambda value: Decimal(value.month),
    "day": lambda value: Decimal(value.day),
    "weekday": lambda value: Decimal(weekday(value)),
}
_TIME: dict[str, Property] = {
    "hour": lambda value: Decimal(time_nanoseconds(value) // (3_600 * NANOSECONDS)),
    "minute": lambda value: Decimal(time_nanoseconds(value) // (60 * NANOSECONDS) % 60),
    "second": _second,
    "time offset": _time_offset,
    "timezone": _zone,
}


def _of_date_part(read: Property) -> Property:
    return lambda value: read(date_part(value))


_RANGE: dict[str, Property] = {
    "start": lambda value: value.start,
    "end": lambda value: value.end,
    "start included": lambda value: value.start_included,
    "end included": lambda value: value.end_included,
}
_BY_KIND: dict[str, dict[str, Property]] = {
    "date": _DATE,
    "time": _TIME,
    "date and time": {
        **{name: _of_date_part(read) for name, read in _DATE.items()},
        **_TIME,
    },
    "years and months duration": {
        "years": lambda value: Decimal(_months(value)[0]),
        "months": lambda value: Decimal(_months(value)[1]),
    },
    "days and time duration": {
        "days": lambda value: Decimal(_parts(value)[0]),
        "hours": lambda value: Decimal(_parts(value)[1]),
        "minutes": lambda value: Decimal(_parts(value)[2]),
        "seconds": lambda value: _parts(value)[3],
    },
    "range": _RANGE,
}
PROPERTIES = {(kind, name): read for kind, found in _BY_KIND.items() for name, read in found.items()}
"""What may stand after a dot, by the kind before it (DMN 1.5 table 65)."""


def identical(left: object, right: object, state: State) -> bool:
    """Tell whether two values are the same: equal, and for times and moments also in the same zone."""
    if KINDS[type(left)] != KINDS[type(right)] or not equal(left, right, state):
        return False
    return wall(left) == wall(right)


def wall(value: object) -> tuple[str, int]:
    """Give the zone as it is written and the time on the wall; the same for all values that have none."""
    if isinstance(value, dt.time | dt.datetime | WideTime | WideDateTime):
        return zones.to_text(value.tzinfo), time_nanoseconds(value)
    return "", 0
