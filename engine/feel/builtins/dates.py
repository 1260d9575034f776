"""Dates, times and durations: made from text and parts, and what calendars say of them."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.feel import messages, temporal_text, zones
from engine.feel.functions import RejectedError, builtin
from engine.feel.kinds import KINDS
from engine.feel.state import State
from engine.feel.temporal import (
    Date,
    DateTime,
    Time,
    at_instant,
    combine,
    date_days,
    date_part,
    instant,
    make_date,
    make_datetime,
    make_time,
    time_nanoseconds,
    time_part,
)
from engine.feel.temporal_math import add_months, months_between, weekday
from engine.feel.values import NANOSECONDS, DaysTime, YearsMonths

SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = dt.time(0, 0, tzinfo=dt.UTC)
"""What a date stands for where a moment is wanted (section 10.3.2.9.4)."""
DAY = "date: date|date and time"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip


def date_of(value: Date | DateTime) -> Date:
    """Give the date, or the date of a moment."""
    return date_part(value) if KINDS[type(value)] == "date and time" else value  # type: ignore[arg-type,return-value]


def read(value: object) -> object:
    """Give what a text was read as; raise RejectedError when it was not."""
    if value is None:
        raise RejectedError(messages.NO_TEMPORAL)
    return value


def whole(number: Decimal) -> int:
    """Give a whole number of a size that calendars know; raise RejectedError."""
    if number.adjusted() > 12 or number != number.to_integral_value():
        raise RejectedError(messages.NO_TEMPORAL)
    return int(number)


@builtin("now", "", summary="现在(上海时间)")
def now(state: State) -> dt.datetime:
    """Give the present moment in the time of Shanghai."""
    return state.clock().astimezone(SHANGHAI)


@builtin("today", "", summary="今天(上海日期)")
def today(state: State) -> dt.date:
    """Give the present day in Shanghai."""
    return now(state).date()


@builtin("date", "from: string", summary="由文字、日期时间或年月日得到日期")
def date(_: State, text: str) -> object:
    """Read a date."""
    return read(temporal_text.parse_date(text))


@builtin("date", "from: date|date and time")
def date_of_moment(_: State, moment: Date | DateTime) -> object:
    """Give the date of a moment."""
    return date_of(moment)


@builtin("date", "year: number, month: number, day: number")
def date_of_parts(_: State, year: Decimal, month: Decimal, day: Decimal) -> object:
    """Give a date from its parts."""
    return read(make_date(whole(year), whole(month), whole(day)))


@builtin("time", "from: string", summary="由文字、日期时间或时分秒得到时间")
def time(_: State, text: str) -> object:
    """Read a time."""
    return read(temporal_text.parse_time(text))


@builtin("time", "from: time")
def time_itself(_: State, value: Time) -> object:
    """Give the time itself."""
    return value


@builtin("time", "from: date and time")
def time_of_moment(_: State, moment: DateTime) -> object:
    """Give the time of a moment, with its zone."""
    return time_part(moment)


@builtin("time", "from: date")
def time_of_date(_: State, _date: Date) -> object:
    """Give the midnight that a date stands for."""
    return MIDNIGHT


@builtin("time", "hour: number, minute: number, second: number, offset?: days and time duration|null")
def time_of_parts(_: State, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTime | None = None) -> object:
    """Give a time from its parts."""
    zone = None
    if offset is not None:
        zone = zones.fixed(offset.timedelta) if abs(offset.nanoseconds) < 10**15 else None
        read(zone)
    hours, minutes, seconds = whole(hour), whole(minute), int(second)
    if hours not in range(24) or minutes not in range(60) or not 0 <= second < 60:
        raise RejectedError(messages.NO_TEMPORAL)
    fraction = int((second - seconds) * NANOSECONDS)
    return make_time((hours * 3_600 + minutes * 60 + seconds) * NANOSECONDS + fraction, zone)


@builtin("date and time", "from: string", summary="由文字或日期加时间得到日期时间;也可换时区")
def date_and_time(_: State, text: str) -> object:
    """Read a moment; a date alone is its midnight."""
    day = temporal_text.parse_date(text)
    return read(temporal_text.parse_date_time(text) if day is None else make_datetime(date_days(day), 0, None))


@builtin("date and time", "from: date|date and time")
def date_and_time_of(_: State, value: Date | DateTime) -> object:
    """Give a moment itself, or the midnight that a date stands for."""
    return value if KINDS[type(value)] == "date and time" else combine(value, MIDNIGHT)  # type: ignore[arg-type]


@builtin("date and time", "date: date|date and time, time: time")
def date_and_time_of_parts(_: State, day: Date | DateTime, clock: Time) -> object:
    """Put a date and a time together."""
    return combine(date_of(day), clock)


@builtin("date and time", "date: date and time, timezone: string")
def date_and_time_in(_: State, moment: DateTime, timezone: str) -> object:
    """Give the same moment in another zone; one without a zone gets it."""
    zone = zones.from_text(timezone) or zones.named(timezone)
    if zone is None:
        raise RejectedError(messages.NO_ZONE)
    passed, zoned = instant(moment)
    if zoned:
        return at_instant(passed, zone)
    return make_datetime(date_days(date_part(moment)), time_nanoseconds(moment), zone)


@builtin("duration", "from: string", summary="由 ISO 8601 文字得到时长")
def duration(_: State, text: str) -> object:
    """Read a duration."""
    return read(temporal_text.parse_duration(text))


@builtin("duration", "from: days and time duration|years and months duration")
def duration_itself(_: State, value: object) -> object:
    """Give the duration itself."""
    return value


@builtin(
    "years and months duration",
    "from: date|date and time, to: date|date and time",
    summary="两个日期之间整年整月的时长",
)
def years_and_months_duration(_: State, start: Date | DateTime, end: Date | DateTime) -> YearsMonths:
    """Count the whole months between two dates."""
    return months_between(date_of(start), date_of(end))


@builtin("day of year", DAY, summary="一年中的第几天")
def day_of_year(_: State, value: Date | DateTime) -> Decimal:
    """Give the number of the day in its year."""
    day = date_of(value)
    first = make_date(day.year, 1, 1)
    return Decimal(date_days(day) - date_days(first) + 1) if first else Decimal(0)


@builtin("day of week", DAY, summary="星期几(英文)")
def day_of_week(_: State, value: Date | DateTime) -> str:
    """Give the name of the day."""
    return DAYS[weekday(date_of(value)) - 1]


@builtin("month of year", DAY, summary="月份(英文)")
def month_of_year(_: State, value: Date | DateTime) -> str:
    """Give the name of the month."""
    return MONTHS[date_of(value).month - 1]


@builtin("week of year", DAY, summary="ISO 8601 的第几周")
def week_of_year(_: State, value: Date | DateTime) -> Decimal:
    """Give the number of the ISO week: the week belongs to the year of its Thursday."""
    days = date_days(date_of(value))
    thursday = temporal_date(days - weekday(date_of(value)) + 4)
    return (day_of_year(_, thursday) - 1) // 7 + 1


def temporal_date(days: int) -> Date:
    """Give the date of a count of days; raise OverflowError beyond the largest year."""
    moment = make_datetime(days, 0, None)
    if moment is None:
        raise OverflowError(days)
    return date_part(moment)


@builtin("last day of month", DAY, summary="当月最后一天", standard=False)
def last_day_of_month(_: State, value: Date | DateTime) -> object:
    """Give the last day of the month."""
    day = date_of(value)
    january = make_date(day.year, 1, 31)
    return january and add_months(january, day.month - 1)


@builtin(
    "cycle",
    "repetitions: number|null, interval: days and time duration|years and months duration",
    "interval: days and time duration|years and months duration",
    summary="循环定时的文字，如 R3/PT1H",
    standard=False,
)
def cycle(_: State, *arguments: object) -> str:
    """Give the text of a repeating interval, as timers take it; without a number of repetitions it has no end."""
    *given, interval = arguments
    times = next((whole(number) for number in given if isinstance(number, Decimal)), None)
    if times is not None and times < 0:
        raise RejectedError(messages.NO_TEMPORAL)
    return f"R{'' if times is None else times}/{temporal_text.to_text(interval)}"
