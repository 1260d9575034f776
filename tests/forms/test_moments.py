from typing import Any

import pytest

from tests.forms.building import accepted, one, problems


@pytest.mark.parametrize(
    ("entered", "value"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026/1/31", "2026-01-31"),
        ("2026年1月31日", "2026-01-31"),
        ("20260131", "2026-01-31"),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_kept_as_iso_text(entered: object, value: str | None) -> None:
    assert accepted(one("datetime", subtype="date"), {"value": entered}) == {"value": value}


@pytest.mark.parametrize("entered", ["2026-02-30", "31.01.2026", "明天", "2026-01-31T10:00", 20260131, "0000-01-01"])
def test_what_is_no_date_is_refused(entered: object) -> None:
    assert problems(one("datetime", subtype="date"), {"value": entered}) == {"value": "请填日期，例如 2026-01-31。"}


@pytest.mark.parametrize(
    ("written", "entered", "value"),
    [
        (None, "14:30", "14:30"),
        ("no_timezone", "14:30", "14:30"),
        ("utc_offset", "14:30", "14:30+08:00"),
        ("utc_normalized", "14:30", "06:30Z"),
        ("utc_normalized", "02:00", "18:00Z"),
        ("utc_offset", "06:30Z", "14:30+08:00"),
        ("utc_offset", "01:30-05:00", "14:30+08:00"),
        ("no_timezone", "14:30:00.000", "14:30"),
    ],
)
def test_a_time_of_day_is_written_as_the_form_says(written: str | None, entered: str, value: str) -> None:
    settings = {} if written is None else {"timeSerializingFormat": written}
    assert accepted(one("datetime", subtype="time", **settings), {"value": entered}) == {"value": value}


@pytest.mark.parametrize("entered", ["25:00", "14:60", "下午", "14", 14, "14:30+99:00"])
def test_what_is_no_time_is_refused(entered: object) -> None:
    assert problems(one("datetime", subtype="time"), {"value": entered}) == {"value": "请填时间，例如 14:30。"}


@pytest.mark.parametrize(
    ("written", "entered", "value"),
    [
        ("no_timezone", "2026-01-31T14:30", "2026-01-31T14:30"),
        ("utc_offset", "2026-01-31T14:30", "2026-01-31T14:30+08:00"),
        ("utc_normalized", "2026-01-31T02:30", "2026-01-30T18:30Z"),
        ("utc_offset", "2026-01-30T18:30Z", "2026-01-31T02:30+08:00"),
        ("utc_offset", "T", None),
    ],
)
def test_a_date_with_a_time_is_written_as_the_form_says(written: str, entered: str, value: str | None) -> None:
    subject = one("datetime", subtype="datetime", timeSerializingFormat=written)
    assert accepted(subject, {"value": entered}) == {"value": value}


@pytest.mark.parametrize("entered", ["2026-01-31T", "T14:30", "2026-01-31"])
def test_date_and_time_belong_together(entered: str) -> None:
    assert problems(one("datetime", subtype="datetime"), {"value": entered}) == {"value": "日期和时间都要填写。"}


@pytest.mark.parametrize("entered", ["9999-12-31T23:00-08:00", "0001-01-01T00:00+09:00"])
def test_a_moment_beyond_the_calendar_is_refused(entered: str) -> None:
    assert "value" in problems(
        one("datetime", subtype="datetime", timeSerializingFormat="utc_offset"), {"value": entered}
    )


def test_a_passed_date_is_refused_where_the_form_says_so() -> None:
    subject = one("datetime", subtype="date", disallowPassedDates=True)
    assert problems(subject, {"value": "2026-01-15"}) == {}
    assert problems(subject, {"value": "2026-01-14"}) == {"value": "不能早于今天。"}
    assert problems(one("datetime", subtype="date"), {"value": "2026-01-14"}) == {}


@pytest.mark.parametrize(
    ("interval", "entered", "problem"),
    [
        (30, "14:30", None),
        (30, "14:20", "分钟数必须是 30 的倍数。"),
        (1, "14:07", None),
        (None, "14:07", "分钟数必须是 15 的倍数。"),
        (7, "14:07", "分钟数必须是 15 的倍数。"),
    ],
)
def test_minutes_follow_the_interval(interval: int | None, entered: str, problem: str | None) -> None:
    settings: dict[str, Any] = {} if interval is None else {"timeInterval": interval}
    assert problems(one("datetime", subtype="time", **settings), {"value": entered}).get("value") == problem


def test_a_required_date_is_missing_when_empty() -> None:
    assert problems(one("datetime", subtype="date", validate={"required": True}), {}) == {"value": "请填写此项。"}
