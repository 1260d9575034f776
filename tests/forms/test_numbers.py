from decimal import Decimal

import pytest

from tests.forms.building import accepted, one, problems


@pytest.mark.parametrize(
    ("entered", "value"),
    [
        ("12.50", Decimal("12.50")),
        (" 12 ", Decimal(12)),
        ("-0.1", Decimal("-0.1")),
        ("1,234,567.89", Decimal("1234567.89")),
        ("１２．５", Decimal("12.5")),
        ("1e3", Decimal(1000)),
        (".5", Decimal("0.5")),
        (7, Decimal(7)),
        (0.1, Decimal("0.1")),
        (Decimal("99999999.99"), Decimal("99999999.99")),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_a_number_becomes_a_decimal(entered: object, value: Decimal | None) -> None:
    assert accepted(one("number"), {"value": entered}) == {"value": value}


@pytest.mark.parametrize(
    "entered",
    [
        "一百",
        "1,2",
        "1.2.3",
        "0x10",
        "NaN",
        "Infinity",
        "1_000",
        True,
        [],
        {},
        "--1",
        pytest.param(10**5000, id="enormous"),
    ],
)
def test_what_is_no_number_is_refused(entered: object) -> None:
    assert problems(one("number"), {"value": entered}) == {"value": "请填数字，例如 1200 或 1200.50。"}


@pytest.mark.parametrize("entered", ["9" * 35, "1e99", "1e-99", 10**40])
def test_a_number_has_at_most_the_digits_of_feel(entered: object) -> None:
    assert problems(one("number"), {"value": entered}) == {"value": "数字不能超过 34 位。"}


def test_a_number_can_be_kept_as_text() -> None:
    subject = one("number", serializeToString=True)
    assert accepted(subject, {"value": "0.10"}) == {"value": "0.10"}
    assert accepted(subject, {"value": "1,200"}) == {"value": "1200"}
    assert accepted(subject, {"value": "1e3"}) == {"value": "1000"}


def test_limits_include_themselves() -> None:
    subject = one("number", validate={"min": 0.01, "max": "=top"})
    stored = {"top": Decimal("0.3")}
    assert problems(subject, {"value": "0.01"}, stored) == {}
    assert problems(subject, {"value": "0.3"}, stored) == {}
    assert problems(subject, {"value": "0.009"}, stored) == {"value": "不能小于 0.01。"}
    assert problems(subject, {"value": "0.31"}, stored) == {"value": "不能大于 0.3。"}


def test_zero_is_a_value() -> None:
    subject = one("number", validate={"required": True, "min": 1})
    assert problems(subject, {"value": "0"}) == {"value": "不能小于 1。"}


def test_a_required_number_is_missing_when_empty() -> None:
    assert problems(one("number", validate={"required": True}), {"value": ""}) == {"value": "请填写此项。"}


@pytest.mark.parametrize(
    ("digits", "entered", "problem"),
    [
        (2, "1.25", None),
        (2, "1.250", None),
        (2, "1.255", "最多 2 位小数。"),
        (0, "1", None),
        (0, "1.0", None),
        (0, "1.5", "请填整数。"),
    ],
)
def test_decimal_digits_are_counted_without_zeros_at_the_end(digits: int, entered: str, problem: str | None) -> None:
    assert problems(one("number", decimalDigits=digits), {"value": entered}).get("value") == problem


@pytest.mark.parametrize(
    ("entered", "problem"),
    [
        ("0.3", None),
        ("0", None),
        ("-0.2", None),
        ("0.35", "必须是 0.1 的倍数，最近的是 0.3 和 0.4。"),
        ("-0.35", "必须是 0.1 的倍数，最近的是 -0.3 和 -0.4。"),
    ],
)
def test_an_increment_is_exact(entered: str, problem: str | None) -> None:
    assert problems(one("number", increment="0.1"), {"value": entered}).get("value") == problem


def test_an_increment_of_a_very_large_number_is_exact() -> None:
    subject = one("number", increment="0.0000001")
    assert problems(subject, {"value": "9" * 30 + ".00000015"}) != {}
    assert problems(subject, {"value": "9" * 30}) == {}
