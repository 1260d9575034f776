"""Money, ID numbers and mobile numbers: what is taken, what is kept, and how it reads."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms import Form, describe, lint, parts, view
from engine.forms.capitals import DIGITS, capitals
from engine.forms.identity import check_character
from tests.forms.building import accepted, clock, form, one, problems, written


def money(**settings: object) -> Form:
    return form({"type": "number", "key": "value", "id": "f", "properties": {"format": "money"}, **settings})


def text(name: str, **settings: object) -> Form:
    return form({"type": "textfield", "key": "value", "id": "f", "properties": {"format": name}, **settings})


def shown(subject: Form, value: object, *, readonly: bool = True) -> parts.Line:
    (row,) = view(subject, {"value": value}, readonly=readonly, clock=clock)
    (line,) = row.parts
    assert isinstance(line, parts.Line)
    return line


def words(subject: Form, value: object, *, masked: bool = False) -> str:
    (described,) = describe(subject, {"value": value}, masked=masked, clock=clock)
    return described.text


@pytest.mark.parametrize(
    ("entered", "value"),
    [
        ("1,234.5", "1234.5"),
        ("１，２３４．５", "1234.5"),
        ("¥1,234.50", "1234.50"),
        ("￥ 88", "88"),
        ("1234元", "1234"),
        ("人民币 1,000.00 元", "1000.00"),
        ("-20", "-20"),
    ],
)
def test_an_amount_may_be_typed_as_people_write_it(entered: str, value: str) -> None:
    assert accepted(money(), {"value": entered}) == {"value": Decimal(value)}


@pytest.mark.parametrize("entered", ["12.345", "1,23", "元", "¥", "一百", "1万"])
def test_what_is_no_amount_in_yuan_and_fen_is_refused(entered: str) -> None:
    assert set(problems(money(), {"value": entered})) == {"value"}


def test_money_reads_in_groups_of_three_with_all_its_digits() -> None:
    assert shown(money(), Decimal("1234567.5")).value == "1,234,567.50"
    assert shown(money(), Decimal(-20)).value == "-20.00"
    assert shown(money(decimalDigits=0), 12000).value == "12,000"
    assert shown(money(), Decimal("0.125")).value == "0.125"
    assert shown(money(), None).value == ""


def test_money_has_the_sign_of_the_yuan_unless_the_form_names_a_unit() -> None:
    assert words(money(), 5) == "¥5.00"
    assert words(money(appearance={"suffixAdorner": "万元"}), 5) == "5.00 万元"
    assert words(money(appearance={"prefixAdorner": "US$"}), 5) == "US$ 5.00"
    assert shown(money(), 5, readonly=False).prefix == "¥"


def test_a_number_with_decimal_digits_keeps_its_zeros_where_it_is_read() -> None:
    plain = one("number", decimalDigits=2, appearance={"suffixAdorner": "万元"})
    assert words(plain, Decimal("120.5")) == "120.50 万元"
    assert shown(plain, 120).value == "120.00"
    assert shown(plain, 120, readonly=False).value == "120"
    assert words(one("number"), Decimal("1.50")) == "1.5"


def test_an_amount_is_edited_as_it_reads() -> None:
    line = shown(money(), Decimal("1234.5"), readonly=False)
    assert (line.value, line.keyboard, line.format) == ("1,234.50", "decimal", "money")


def test_what_was_typed_wrongly_is_shown_again_as_it_was() -> None:
    (row,) = view(money(), {}, submitted={"value": "1,23元"}, clock=clock)
    (line,) = row.parts
    assert isinstance(line, parts.Line)
    assert line.value == "1,23元"


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.5", "伍角整"),
        ("1", "壹元整"),
        ("10.01", "壹拾元零壹分"),
        ("100.10", "壹佰元壹角整"),
        ("1005", "壹仟零伍元整"),
        ("12345.6", "壹万贰仟叁佰肆拾伍元陆角整"),
        ("100000", "壹拾万元整"),
        ("100001", "壹拾万零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("100000001", "壹亿零壹元整"),
        ("20300405.06", "贰仟零叁拾万零肆佰零伍元零陆分"),
        ("-3.2", "负叁元贰角整"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("1000000000000", ""),
        ("999999999999.999", ""),
    ],
)
def test_amounts_are_written_in_capitals(amount: str, expected: str) -> None:
    assert capitals(Decimal(amount)) == expected


PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read_back(written_amount: str) -> Decimal:
    """Read capitals as a person does, from left to right."""
    total = group = digit = Decimal(0)
    for one_character in written_amount:
        if one_character in DIGITS:
            digit = Decimal(DIGITS.index(one_character))
        elif one_character in PLACES:
            group, digit = group + digit * PLACES[one_character], Decimal(0)
        elif one_character in "万亿元":
            unit = {"万": 10_000, "亿": 100_000_000, "元": 1}[one_character]
            total, group, digit = total + (group + digit) * unit, Decimal(0), Decimal(0)
        elif one_character in "角分":
            total, digit = total + digit / (10 if one_character == "角" else 100), Decimal(0)
    return total


@given(st.integers(0, 10**14 - 1))
def test_capitals_say_the_amount_they_are_written_from(cents: int) -> None:
    amount = Decimal(cents) / 100
    found = capitals(amount)
    assert read_back(found) == amount
    assert "零零" not in found
    assert (cents % 10 == 0) == found.endswith("整")


def test_capitals_stand_only_in_records_of_yuan_that_ask_for_them() -> None:
    asked = {"format": "money", "capitals": "true"}
    assert shown(money(properties=asked), 5).capitals == "伍元整"
    assert shown(money(properties=asked, appearance={"suffixAdorner": "元"}), 5).capitals == "伍元整"
    assert shown(money(properties=asked, appearance={"suffixAdorner": "万元"}), 5).capitals == ""
    assert shown(money(properties=asked), None).capitals == ""
    assert shown(money(properties=asked), 5, readonly=False).capitals == ""
    assert shown(money(), 5).capitals == ""


RIGHT = "11010519491231002X"


@pytest.mark.parametrize(
    ("entered", "kept"),
    [
        (RIGHT, RIGHT),
        ("11010519491231002x", RIGHT),
        (" 110105 19491231 002X ", RIGHT),
        ("１１０１０５１９４９１２３１００２Ｘ", RIGHT),
        ("110105491231002", "110105491231002"),
    ],
)
def test_an_id_number_is_kept_in_one_form(entered: str, kept: str) -> None:
    assert accepted(text("id_number"), {"value": entered}) == {"value": kept}


@pytest.mark.parametrize(
    ("entered", "told"),
    [
        ("1101051949123100", "请填 18 位身份证号"),
        ("110105194912310O2X", "请填 18 位身份证号"),
        ("1101051949123100X2", "请填 18 位身份证号"),
        ("190105194912310029", "前两位"),
        ("110105194913310027", "出生日期"),
        ("110105190002290023", "出生日期"),
        ("110105202601160026", "出生日期"),
        ("110105491331002", "出生日期"),
        ("110105194912310021", "末位校验"),
    ],
)
def test_a_wrong_id_number_is_told_apart_by_what_is_wrong(entered: str, told: str) -> None:
    assert told in problems(text("id_number"), {"value": entered})["value"]


@given(
    st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2026, 1, 15)),
    st.sampled_from(["110105", "440304", "510107"]),
    st.integers(0, 999),
    st.integers(0, 16),
    st.integers(1, 9),
)
def test_a_single_wrong_digit_is_found(day: dt.date, region: str, order: int, at: int, change: int) -> None:
    digits = f"{region}{day:%Y%m%d}{order:03}"
    right = digits + check_character(digits)
    wrong = right[:at] + str((int(right[at]) + change) % 10) + right[at + 1 :]
    assert problems(text("id_number"), {"value": right}) == {}
    assert set(problems(text("id_number"), {"value": wrong})) == {"value"}


@pytest.mark.parametrize(
    "entered",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "+8613800138000",
        "008613800138000",
        "8613800138000",
        "１３８００１３８０００",
    ],
)
def test_a_mobile_number_is_kept_in_one_form(entered: str) -> None:
    assert accepted(text("mobile"), {"value": entered}) == {"value": "13800138000"}


@pytest.mark.parametrize("entered", ["1380013800", "12800138000", "138001380000", "+1 2025550123", "010-88886666"])
def test_what_is_no_mobile_number_is_refused(entered: str) -> None:
    assert problems(text("mobile"), {"value": entered}) == {"value": "请填 11 位手机号，例如 138 0013 8000。"}


def test_an_empty_field_has_no_format_to_break() -> None:
    assert problems(text("mobile"), {"value": ""}) == problems(text("id_number"), {"value": "  "}) == {}
    assert problems(text("mobile", validate={"required": True}), {"value": " "}) == {"value": "请填写此项。"}


def test_a_mobile_number_reads_in_parts_and_is_typed_on_the_keys_of_a_telephone() -> None:
    assert words(text("mobile"), "13800138000") == "138 0013 8000"
    assert shown(text("mobile"), "13800138000", readonly=False).keyboard == "tel"


def test_lists_show_only_the_ends_of_what_names_a_person() -> None:
    assert words(text("mobile"), "13800138000", masked=True) == "138****8000"
    assert words(text("id_number"), RIGHT, masked=True) == "110105********002X"
    assert words(text("id_number"), "12", masked=True) == "**"
    assert words(one("textfield"), "甲", masked=True) == "甲"


def test_whoever_was_picked_is_told_by_name() -> None:
    picker = form({"type": "taglist", "key": "value", "id": "f", "properties": {"picker": "person"}})
    (described,) = describe(
        picker, {"value": ["wu.tao", "li.na"]}, people={"wu.tao": "吴涛", "li.na": "李娜"}.__getitem__
    )
    assert described.text == "吴涛、李娜"


def codes(kind: str, **properties: str) -> list[str]:
    found = lint(written({"type": kind, "key": "value", "id": "f", "label": "示例", "properties": properties}))
    return [finding.code for finding in found]


def test_a_format_that_can_not_be_is_refused_at_publication() -> None:
    assert codes("number", format="money", capitals="true") == []
    assert codes("textfield", format="mobile") == []
    assert codes("textfield", format="money") == ["form_format"]
    assert codes("number", format="id_number") == ["form_format"]
    assert codes("textfield", format="passport") == ["form_format"]
    assert codes("number", capitals="true") == ["form_format"]
