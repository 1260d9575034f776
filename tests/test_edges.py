"""The edges: settings, the clock, JSON with exact numbers."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import clock, json_text
from engine.config import load_lease, load_settings
from engine.errors import InvalidError
from tests.support.clock import FixedClock


def test_settings_have_defaults_that_work_on_one_machine(tmp_path: Path) -> None:
    settings = load_settings({"QUCHENG_HOME": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/var/qucheng.db"
    assert (settings.host, settings.port, settings.demo) == ("127.0.0.1", 8000, False)


def test_a_job_belongs_to_its_worker_for_two_minutes_or_as_long_as_is_set() -> None:
    assert load_lease({}) == dt.timedelta(minutes=2)
    assert load_lease({"QUCHENG_LEASE_SECONDS": "2"}) == dt.timedelta(seconds=2)


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = load_settings({"QUCHENG_DATA": str(tmp_path)}).secret_key
    assert load_settings({"QUCHENG_DATA": str(tmp_path)}).secret_key == first
    assert len(first) == 64
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_a_setting_that_is_not_a_number_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="QUCHENG_PORT"):
        load_settings({"QUCHENG_DATA": str(tmp_path), "QUCHENG_PORT": "eighty"})


def test_the_clock_can_be_replaced_and_today_is_shanghais(fixed_clock: FixedClock) -> None:
    fixed_clock.moment = dt.datetime(2026, 3, 2, 17, tzinfo=dt.UTC)
    assert clock.now() == fixed_clock.moment
    assert clock.today() == dt.date(2026, 3, 3)


def test_the_systems_clock_gives_milliseconds() -> None:
    now = clock.system_clock()
    assert now.tzinfo is dt.UTC
    assert now.microsecond % 1000 == 0


def test_numbers_stay_decimal_through_json() -> None:
    text = json_text.dump_text({"price": Decimal("0.10"), "many": Decimal("12345678901234567890.123456789")})
    assert text == '{"many":12345678901234567890.123456789,"price":0.10}'
    assert json_text.loads(text) == {"price": Decimal("0.10"), "many": Decimal("12345678901234567890.123456789")}


def test_what_json_has_no_form_for_is_refused() -> None:
    with pytest.raises(TypeError):
        json_text.dumps({"value": object()})


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    )
)
def test_values_survive_json_and_the_text_is_always_the_same(value: object) -> None:
    text = json_text.dumps(value)
    assert json_text.loads(text) == value
    assert json_text.dumps(json_text.loads(text)) == text
