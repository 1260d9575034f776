"""The forms of 新渠道报备 as the server checks them: what is asked, and when."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import pytest

from engine.errors import FormInvalidError
from engine.forms import Form, check, load, view
from engine.forms.parts import Moment, Section
from tests.bpmn.drawing import ROOT

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
FILED: dict[str, object] = {
    "channel_name": "城南优选社群",
    "channel_kind": "online",
    "partner": "城南优选商贸有限公司",
    "region": "华东",
    "basics": "社区团购社群，覆盖城南三个街道。",
    "expected_business_size": "120.50",
    "expected_start_date": "2026-03-02",
    "resources_needed": "宣传物料 500 份",
    "attachments": [
        {"documentId": "1", "metadata": {"fileName": "合作意向书.pdf", "contentType": "application/pdf", "size": 900}}
    ],
    "declaration_of_truth": True,
}


def test_a_complete_filing_is_accepted_with_exact_money() -> None:
    accepted = check(_form("new_channel_filing"), FILED, {}, clock=_clock)
    assert set(accepted) == set(FILED)
    assert accepted["expected_business_size"] == Decimal("120.50")
    assert str(accepted["expected_business_size"]) == "120.50"


def test_everything_is_required() -> None:
    assert _problems("new_channel_filing", {}) == set(FILED)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("expected_start_date", "2026-03-01"),
        ("expected_business_size", "0"),
        ("expected_business_size", "1.234"),
        ("channel_kind", "both"),
        ("region", "火星"),
        ("channel_name", "字" * 61),
        ("declaration_of_truth", False),
        ("attachments", []),
        ("attachments", [{"documentId": "1", "metadata": {"fileName": "a.exe", "contentType": "x", "size": 1}}]),
        ("attachments", [{"documentId": "1", "metadata": {"fileName": "a.pdf", "size": 20 * 1024 * 1024 + 1}}]),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(key: str, value: object) -> None:
    assert _problems("new_channel_filing", FILED | {key: value}) == {key}


def test_approval_needs_a_decision() -> None:
    assert _problems("new_channel_filing_approval", {"opinion": "好"}, FILED) == {"decision"}


def test_approving_needs_both_checks_and_no_opinion() -> None:
    checks = {"completeness_checked", "compliance_checked"}
    assert _problems("new_channel_filing_approval", {"decision": "approve"}, FILED) == checks
    ticked = {"decision": "approve", "completeness_checked": True, "compliance_checked": True}
    assert _problems("new_channel_filing_approval", ticked, FILED) == set()


@pytest.mark.parametrize("decision", ["return", "reject"])
def test_returning_and_refusing_need_an_opinion_and_no_checks(decision: str) -> None:
    given = {"decision": decision, "completeness_checked": True}
    assert _problems("new_channel_filing_approval", given, FILED) == {"opinion"}
    accepted = check(_form("new_channel_filing_approval"), given | {"opinion": "请补充"}, FILED, clock=_clock)
    assert "completeness_checked" not in accepted


def test_an_approver_cannot_change_what_was_filed() -> None:
    given = {"decision": "reject", "opinion": "不妥", "partner": "别的公司"}
    accepted = check(_form("new_channel_filing_approval"), given, FILED, clock=_clock)
    assert accepted["partner"] == FILED["partner"]


def test_a_correction_asks_the_same_as_the_filing() -> None:
    returned = {"opinion": "请补充营业执照。", "approver_name": "赵磊"}
    assert _problems("new_channel_filing_correction", {}, returned) == set(FILED)
    accepted = check(_form("new_channel_filing_correction"), FILED, returned, clock=_clock)
    assert accepted.keys() == FILED.keys() | returned.keys()


def test_recording_asks_for_a_date_only() -> None:
    assert _problems("new_channel_filing_record", {"filing_date": ""}, FILED) == {"filing_date"}
    assert _problems("new_channel_filing_record", {"filing_date": "2026-03-03"}, FILED) == set()


def test_the_day_of_recording_is_offered() -> None:
    shown = view(_form("new_channel_filing_record"), FILED, clock=_clock)
    groups = [part for row in shown for part in row.parts if isinstance(part, Section)]
    dates = {
        part.name: part.date for one in groups for row in one.rows for part in row.parts if isinstance(part, Moment)
    }
    assert dates["filing_date"] == "2026-03-02"


def _form(name: str) -> Form:
    return load((ROOT / f"forms/new_channel_filing/{name}.form").read_bytes())


def _problems(name: str, given: Mapping[str, object], stored: Mapping[str, object] | None = None) -> set[str]:
    try:
        check(_form(name), given, stored or {}, clock=_clock)
    except FormInvalidError as error:
        return set(error.problems)
    return set()


def _clock() -> dt.datetime:
    return NOW
