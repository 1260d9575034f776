"""Cycles: which moments their texts mean, in the time of Shanghai, and what is refused."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import SHANGHAI
from engine.interpreter import StuckError, cycles
from engine.interpreter.moments import moment

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
"""A Monday."""


def moments(text: str, count: int = 4, now: dt.datetime = NOW) -> list[str]:
    """Give the first moments of a cycle that fires whenever it is due."""
    found: list[str] = []
    due = cycles.first(text, now.astimezone(dt.UTC))
    while due is not None and len(found) < count:
        found.append(due.at.astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S").removesuffix(":00"))
        due = cycles.following(due, due.at)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R/PT1H", ["03-02 10:00", "03-02 11:00", "03-02 12:00", "03-02 13:00"]),
        ("R3/P1D", ["03-03 09:00", "03-04 09:00", "03-05 09:00"]),
        ("R2/P1DT30M", ["03-03 09:30", "03-04 10:00"]),
        ("R1/P1W", ["03-09 09:00"]),
        ("R0/PT1H", []),
        ("R3/2026-03-03T09:00:00+08:00/P1D", ["03-03 09:00", "03-04 09:00", "03-05 09:00"]),
        ("R2/2026-03-03T09:00/P1D", ["03-03 09:00", "03-04 09:00"]),
        ("R2/2026-03-03T01:00:00Z/P1D", ["03-03 09:00", "03-04 09:00"]),
        ("R2/2026-03-03T01:00:00[UTC]/P1D", ["03-03 09:00", "03-04 09:00"]),
    ],
)
def test_a_repeating_interval_counts_from_its_start_or_from_now(text: str, expected: list[str]) -> None:
    assert moments(text) == expected


def test_a_start_in_the_past_begins_at_the_next_regular_moment() -> None:
    assert moments("R2/2020-01-01T08:00:00+08:00/P1D") == ["03-03 08:00", "03-04 08:00"]


def test_months_are_counted_from_the_start_and_end_where_the_month_does() -> None:
    january = dt.datetime(2026, 1, 31, 9, tzinfo=SHANGHAI)
    assert moments("R/P1M", now=january) == ["02-28 09:00", "03-31 09:00", "04-30 09:00", "05-31 09:00"]
    assert moments("R/P1Y", 2, dt.datetime(2024, 2, 29, 9, tzinfo=SHANGHAI)) == ["02-28 09:00", "02-28 09:00"]


def test_a_day_in_a_zone_with_summer_time_keeps_its_hour() -> None:
    text = "R3/2026-03-28T09:00:00[Europe/Berlin]/P1D"
    assert moments(text) == ["03-28 16:00", "03-29 15:00", "03-30 15:00"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 0 9-17 * * MON-FRI", ["03-02 10:00", "03-02 11:00", "03-02 12:00", "03-02 13:00"]),
        ("0 30 8 * * MON-FRI", ["03-03 08:30", "03-04 08:30", "03-05 08:30", "03-06 08:30"]),
        ("0 0 9 1 * *", ["04-01 09:00", "05-01 09:00", "06-01 09:00", "07-01 09:00"]),
        ("0 0 9 L * ?", ["03-31 09:00", "04-30 09:00", "05-31 09:00", "06-30 09:00"]),
        ("0 0 9 ? * MON#2", ["03-09 09:00", "04-13 09:00", "05-11 09:00", "06-08 09:00"]),
        ("0 0 9 ? * FRIL", ["03-27 09:00", "04-24 09:00", "05-29 09:00", "06-26 09:00"]),
        ("0 0 9 * * FRI-SUN", ["03-06 09:00", "03-07 09:00", "03-08 09:00", "03-13 09:00"]),
        ("0 0 9 LW * *", ["03-31 09:00", "04-30 09:00", "05-29 09:00", "06-30 09:00"]),
        ("*/20 0 0 * * *", ["03-03 00:00", "03-03 00:00:20", "03-03 00:00:40", "03-04 00:00"]),
        ("0 0 0 13 * FRI", ["03-13 00:00", "11-13 00:00", "08-13 00:00", "10-13 00:00"]),
        ("@daily", ["03-03 00:00", "03-04 00:00", "03-05 00:00", "03-06 00:00"]),
        ("@midnight", ["03-03 00:00", "03-04 00:00", "03-05 00:00", "03-06 00:00"]),
        ("@hourly", ["03-02 10:00", "03-02 11:00", "03-02 12:00", "03-02 13:00"]),
        ("@weekly", ["03-08 00:00", "03-15 00:00", "03-22 00:00", "03-29 00:00"]),
        ("@monthly", ["04-01 00:00", "05-01 00:00", "06-01 00:00", "07-01 00:00"]),
        ("@yearly", ["01-01 00:00", "01-01 00:00", "01-01 00:00", "01-01 00:00"]),
        ("@annually", ["01-01 00:00", "01-01 00:00", "01-01 00:00", "01-01 00:00"]),
        ("0 0 0 31 2 MON", []),
    ],
)
def test_cron_has_seconds_first_and_means_the_clock_of_shanghai(text: str, expected: list[str]) -> None:
    assert moments(text) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "R/P1D"),
        ("hello", "R/P1D"),
        ("R", "R/P1D"),
        ("R/P", "R/P1D"),
        ("R-1/P1D", "R/P1D"),
        ("R1.5/P1D", "R/P1D"),
        ("R/P1D/2026-01-01", "R/P1D"),
        ("R3/2026-01-01/P1D", "R/P1D"),
        ("R3/2026-13-01T00:00:00/P1D", "R/P1D"),
        ("R3/2026-01-01T00:00:00[Nowhere/City]/P1D", "R/P1D"),
        ("R/PT0S", "至少 1 秒"),
        ("R/PT0.5S", "至少 1 秒"),
        ("R/-P1D", "至少 1 秒"),
        ("0 9 * * *", "0 0 9 * * *"),
        ("60 0 9 * * *", "第 1 段"),
        ("0 61 9 * * *", "第 2 段"),
        ("0 0 24 * * *", "第 3 段"),
        ("0 0 9 32 * *", "第 4 段"),
        ("0 0 9 30 2 *", "第 4 段"),
        ("0 0 9 * 13 *", "第 5 段"),
        ("0 0 9 * * MOON", "第 6 段"),
        ("@fortnightly", "R/P1D"),
        ("9" * 5_000 + " 0 0 * * *", "R/P1D"),
    ],
)
def test_what_is_no_cycle_is_refused_with_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(StuckError) as raised:
        cycles.first(text, NOW)
    assert raised.value.code == "timer_cycle"
    assert hint in str(raised.value)


def test_a_timer_three_periods_late_fires_once_and_is_next_due_at_a_regular_moment() -> None:
    due = cycles.first("R5/PT1H", NOW)
    assert due is not None
    again = cycles.following(due, NOW + dt.timedelta(hours=4, minutes=20))
    assert again is not None
    assert again.at == NOW + dt.timedelta(hours=5)
    assert again.left == 4


def test_a_clock_set_back_brings_no_moment_again() -> None:
    due = cycles.first("0 0 * * * *", NOW)
    assert due is not None
    again = cycles.following(due, NOW - dt.timedelta(hours=3))
    assert again is not None
    assert again.at == due.at + dt.timedelta(hours=1)


SECONDS = st.integers(0, 3_000_000_000)
INSTANTS = SECONDS.map(
    lambda seconds: dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=seconds * 1_001)
)
PERIODS = st.sampled_from(["PT1S", "PT7M", "PT36H", "P1D", "P1W", "P1M", "P5M3D", "P1Y", "P1Y2M3DT4H5M6S"])
CRONS = st.sampled_from(["0 0 9 * * MON-FRI", "*/7 */13 * * * *", "0 0 0 29 2 *", "0 0 9 L * *", "@weekly"])


@given(
    now=INSTANTS, late=st.timedeltas(dt.timedelta(0), dt.timedelta(days=4_000)), text=PERIODS.map("R/{}".format) | CRONS
)
def test_the_next_time_is_later_than_now_however_late_the_last_one_fired(
    now: dt.datetime, late: dt.timedelta, text: str
) -> None:
    due = cycles.first(text, now)
    assert due is not None
    assert due.at > now
    fired = due.at + late
    again = cycles.following(cycles.Occurrence.from_json(due.as_json()), fired)
    assert again is not None
    assert again.at > fired


@given(now=INSTANTS, period=PERIODS, times=st.integers(1, 40))
def test_no_regular_moment_is_left_out_by_a_timer_that_is_never_late(now: dt.datetime, period: str, times: int) -> None:
    fired = []
    due = cycles.first(f"R{times}/{now.isoformat()}/{period}", now - dt.timedelta(seconds=1))
    while due is not None:
        fired.append(due.at)
        due = cycles.following(due, due.at)
    assert len(fired) == times
    assert fired[0] == now
    assert fired == sorted(set(fired))


@given(st.text(st.sampled_from("0123456789*/-,#?LWRPTDMHS MONFRI@:+.[]"), max_size=40))
def test_any_text_is_a_cycle_or_is_refused(text: str) -> None:
    refused, due = None, None
    try:
        due = cycles.first(text, NOW)
    except StuckError as error:
        refused = error.code
    assert refused == "timer_cycle" or due is None or due.at > NOW


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-05T18:00", "03-05 18:00"),
        ("2026-03-05T18:00:00+08:00", "03-05 18:00"),
        ("2026-03-05T10:00:00Z", "03-05 18:00"),
        ("2026-03-05T11:00:00+01:00[Europe/Berlin]", "03-05 18:00"),
        ("2026-03-05T11:00:00@Europe/Berlin", "03-05 18:00"),
        ("2026-03-05", "03-05 23:59:59"),
        ("P3D", "03-05 09:00"),
        ("P1W", "03-09 09:00"),
        ("P1M5D", "04-07 09:00"),
        ("-PT1H", "03-02 08:00"),
        ("p1dt1h", "03-03 10:00"),
        ("P", None),
        ("PT", None),
        ("2026-02-30", None),
        ("2026-03-05T25:00", None),
        ("2026-03-05T10:00:00@Nowhere/City", None),
        ("P99999Y", None),
        ("PT999999999999999S", None),
    ],
)
def test_dates_and_durations_are_read_as_modelers_write_them(text: str, expected: str | None) -> None:
    found = moment(text, NOW.astimezone(dt.UTC))
    shown = found.astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S").removesuffix(":00") if found is not None else None
    assert shown == expected
