"""Dates, times and durations."""

import datetime as dt

from engine.clock import SHANGHAI
from engine.feel import temporal_text
from engine.feel.functions import builtin
from engine.feel.state import State
from engine.feel.temporal import DateTime, date_part


@builtin("now", "")
def now(state: State) -> dt.datetime:
    """The present moment, in the time of Shanghai."""
    return state.clock().astimezone(SHANGHAI)


@builtin("today", "")
def today(state: State) -> dt.date:
    """The present day in Shanghai."""
    return now(state).date()


@builtin("date", "from: string")
def date(_: State, text: str) -> object:
    """A date from text."""
    return temporal_text.parse_date(text)


@builtin("date", "from: date and time")
def date_of(_: State, moment: DateTime) -> object:
    """The date of a moment."""
    return date_part(moment)


@builtin("time", "from: string")
def time(_: State, text: str) -> object:
    """A time from text."""
    return temporal_text.parse_time(text)


@builtin("date and time", "from: string")
def date_and_time(_: State, text: str) -> object:
    """A moment from text."""
    return temporal_text.parse_date_time(text)


@builtin("duration", "from: string")
def duration(_: State, text: str) -> object:
    """A duration from text."""
    return temporal_text.parse_duration(text)
