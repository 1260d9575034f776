import pytest

from tests.forms.building import accepted, one, problems, raw_problems


def test_a_text_is_kept_as_it_was_typed() -> None:
    assert accepted(one("textfield"), {"value": "  渠道甲 "}) == {"value": "  渠道甲 "}


def test_a_text_field_has_one_line() -> None:
    assert accepted(one("textfield"), {"value": "甲\r\n乙\t丙"}) == {"value": "甲 乙 丙"}


def test_a_text_area_keeps_its_lines_whatever_the_browser_sends_between_them() -> None:
    assert accepted(one("textarea"), {"value": "甲\r\n乙\r丙\n丁"}) == {"value": "甲\n乙\n丙\n丁"}


def test_nothing_entered_is_an_empty_text() -> None:
    assert accepted(one("textfield"), {}) == {"value": ""}


@pytest.mark.parametrize("entered", ["", "   ", "\u3000", None])
def test_a_required_text_of_nothing_but_spaces_is_missing(entered: object) -> None:
    assert problems(one("textfield", validate={"required": True}), {"value": entered}) == {"value": "请填写此项。"}


def test_lengths_are_those_of_the_trimmed_text() -> None:
    subject = one("textfield", validate={"minLength": 2, "maxLength": 3})
    assert problems(subject, {"value": "  甲乙丙  "}) == {}
    assert problems(subject, {"value": " 甲 "}) == {"value": "至少 2 个字，现在是 1 个。"}
    assert problems(subject, {"value": "甲乙丙丁"}) == {"value": "最多 3 个字，现在是 4 个。"}


def test_lines_count_once_towards_a_length() -> None:
    assert problems(one("textarea", validate={"maxLength": 3}), {"value": "甲\r\n乙"}) == {}


def test_spaces_are_too_short_and_match_no_pattern() -> None:
    assert problems(one("textfield", validate={"minLength": 1}), {"value": "  "}) != {}
    assert problems(one("textfield", validate={"pattern": "^a"}), {"value": " "}) != {}
    assert problems(one("textfield", validate={"maxLength": 1}), {"value": "  "}) == {}


def test_an_empty_text_is_not_too_short() -> None:
    assert problems(one("textfield", validate={"minLength": 2}), {"value": ""}) == {}


def test_a_limit_can_be_an_expression() -> None:
    subject = one("textfield", validate={"maxLength": "=most"})
    assert problems(subject, {"value": "甲乙丙"}, {"most": 2}) == {"value": "最多 2 个字，现在是 3 个。"}
    assert problems(subject, {"value": "甲乙丙"}, {"most": None}) == {}


def test_a_limit_that_is_no_number_is_the_owners_to_mend() -> None:
    found = problems(one("textfield", validate={"maxLength": "很多"}), {"value": "甲"})
    assert found == {"value": "此项的限值不是数字，请联系流程负责人修改表单。"}


@pytest.mark.parametrize(
    ("pattern", "text", "right"),
    [
        ("^[A-Z]{2}$", "AB", True),
        ("^[A-Z]{2}$", "ABC", False),
        ("[0-9]", "abc1", True),  # it is searched, not matched in full
        (r"^[\u4e00-\u9fa5]+$", "渠道", True),
        (r"^[\u4e00-\u9fa5]+$", "channel", False),
        (r"^\\u4e00$", r"\u4e00", True),  # an escaped backslash is a backslash
    ],
)
def test_a_pattern_is_searched_in_the_text(pattern: str, text: str, *, right: bool) -> None:
    assert (problems(one("textfield", validate={"pattern": pattern}), {"value": text}) == {}) is right


def test_a_pattern_can_bring_its_own_sentence() -> None:
    subject = one("textfield", validate={"pattern": "^Q", "patternErrorMessage": "编号以 {Q} 开头"})
    assert problems(subject, {"value": "X"}) == {"value": "编号以 {Q} 开头"}


def test_a_hostile_pattern_ends_soon() -> None:
    assert problems(one("textfield", validate={"pattern": "^(a+)+$"}), {"value": "a" * 5000 + "!"}) != {}


@pytest.mark.parametrize("address", ["a@example.com", "zhang.wei+渠".replace("渠", "x") + "@a-b.example", "a@b"])
def test_an_email_address_is_accepted(address: str) -> None:
    assert problems(one("textfield", validate={"validationType": "email"}), {"value": address}) == {}


@pytest.mark.parametrize("address", ["a", "a@", "@b", "a b@c", "a@b..c", "a@-b.c", "张@例.cn"])
def test_what_is_no_email_address_is_refused(address: str) -> None:
    assert "value" in problems(one("textfield", validate={"validationType": "email"}), {"value": address})


@pytest.mark.parametrize("number", ["+8613800138000", "008613800138000", "+49 30 664 040 900", "+86-10-6552-9988"])
def test_an_international_phone_number_is_accepted(number: str) -> None:
    assert problems(one("textfield", validate={"validationType": "phone"}), {"value": number}) == {}


@pytest.mark.parametrize("number", ["13800138000", "+", "+0123456789", "phone", "+1234", "+12345678901234567890"])
def test_what_is_no_international_phone_number_is_refused(number: str) -> None:
    assert "value" in problems(one("textfield", validate={"validationType": "phone"}), {"value": number})


@pytest.mark.parametrize("entered", [["甲"], {"a": 1}, pytest.param(10**5000, id="enormous")])
def test_a_text_is_no_list_and_no_object(entered: object) -> None:
    assert problems(one("textfield"), {"value": entered}) == {"value": "这里只能填文字。"}


@pytest.mark.parametrize("entered", ["a\x00b", "\ud800", "a\x1b[31m"])
def test_characters_that_no_database_keeps_are_refused(entered: str) -> None:
    assert problems(one("textarea"), {"value": entered}) == {"value": "文字里有不能保存的控制字符，请删除后重新输入。"}


def test_a_sentence_keeps_its_template_for_translation() -> None:

    problem = raw_problems(one("textfield", validate={"maxLength": 1}), {"value": "甲乙"})["value"]
    assert problem.message == "最多 {limit} 个字，现在是 {length} 个。"
    assert problem.facts == {"limit": "1", "length": 2}


def test_a_rare_character_counts_as_two_as_in_browsers() -> None:
    assert problems(one("textfield", validate={"maxLength": 1}), {"value": "\U00020000"}) != {}
    assert problems(one("textfield", validate={"maxLength": 2}), {"value": "\U00020000"}) == {}
