"""Names with spaces, signs and reserved words, and where they are looked for."""

import pytest

from engine import feel


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("order.net-amount > 5", {"order": {"net-amount": 6}}, True),
        ("order.net-amount", {"order": {"net": 5}, "amount": 3}, 2),
        ("count(orders[net-amount > 5])", {"orders": [{"net-amount": 6}, {"net-amount": 1}]}, 1),
        ("for o in orders return o.a+b", {"orders": [{"a+b": 1}, {"a+b": 2}]}, [1, 2]),
        ("{a-b: 1, c: a-b + 1}.c", {}, 2),
        ("{a-b: 1}.a-b", {}, 1),
        ("for item-x in [1, 2] return item-x * 2", {}, [2, 4]),
        ("(function(a-b) a-b)(3)", {}, 3),
        ("not paid", {"not paid": True}, True),
        ("checked in", {"checked in": True}, True),
        ("`a, b`", {"a, b": 1}, 1),
        ("金额（元） > 5", {"金额（元）": 6}, True),
        ("amount - discount", {"amount": 5, "discount": 2}, 3),
        ("amount - discount", {"amount": 5, "discount": 2, "amount-discount": 9}, 9),
        ("(amount) - (discount)", {"amount": 5, "discount": 2, "amount-discount": 9}, 3),
        ("第 2 审批人", {"第 2 审批人": "ann"}, "ann"),
        ("order.date and time", {"order": {"date and time": 1}}, 1),
        ("customer's name", {"customer's name": "ann"}, "ann"),
    ],
)
def test_a_name_is_the_longest_one_in_scope(text: str, context: dict[str, object], expected: object) -> None:
    assert feel.evaluate(text, context) == expected


def test_one_compiled_expression_serves_contexts_that_read_it_differently() -> None:
    compiled = feel.compile("a-b")
    assert [compiled.evaluate({"a": 5, "b": 2}), compiled.evaluate({"a-b": 1})] == [3, 1]


def test_names_known_in_advance_change_the_reading() -> None:
    assert feel.names("a-b + c") == {"a", "b", "c"}
    assert feel.names("a-b + c", known=["a-b"]) == {"a-b", "c"}


def test_names_in_a_filter_may_belong_to_the_items() -> None:
    compiled = feel.compile("orders[amount > limit]")
    assert compiled.names == {"orders", "amount", "limit"}
    assert compiled.item_names == {"amount", "limit"}


def test_functions_of_the_host_are_names_but_those_of_feel_are_not() -> None:
    assert feel.names("superior of(initiator) = count([1])") == {"superior of", "initiator"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("金额 ＞ 5", "第 1 行第 4 列：“＞”是全角符号，请改用半角“>”。"),
        ('f("a"，1)', "第 1 行第 6 列：“，”是全角符号，请改用半角“,”。"),
        ('"abc', "第 1 行第 1 列：这里应为以右引号结束的文字，但写的是没有右引号的文字。"),
        ("[1, 2", "第 1 行第 6 列：这里应为“]”，但写的是表达式的结尾。"),
        ("a\n  &", "第 2 行第 3 列：这里应为数字、文字、名称或运算符，但写的是&。"),
        ("1 + and", "第 1 行第 5 列：这里应为一个值、名称或“(”，但写的是and。"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.compile(text)
    assert str(caught.value) == message
