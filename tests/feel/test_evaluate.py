"""What others rely on: expressions, unary tests, host functions, names."""

from decimal import Decimal

import pytest

from engine import feel


def test_a_condition_reads_the_variables_it_is_given() -> None:
    assert feel.evaluate("= amount > 1000 and level in (1, 2)", {"amount": 1200, "level": 2}) is True


def test_numbers_are_decimals() -> None:
    assert feel.evaluate("0.1 + 0.2", {}) == Decimal("0.3")


@pytest.mark.parametrize(
    ("key", "text"),
    [("应付 金额", "应付 金额 * 2"), ("net-amount", "net-amount * 2"), ("come and go", "come and go * 2")],
)
def test_a_name_with_spaces_or_signs_is_found_among_the_keys_of_the_context(key: str, text: str) -> None:
    assert feel.evaluate(text, {key: 21}) == 42


def test_without_such_a_key_the_signs_are_operators() -> None:
    assert feel.evaluate("net-amount * 2", {"net": 5, "amount": 1}) == 3


def test_a_host_function_is_called_by_position_or_by_name() -> None:
    superior = feel.HostFunction(("user", "level"), lambda user, level=Decimal(1): f"{user}+{level}", optional=1)
    context = {"superior of": superior, "initiator": "ann"}
    assert feel.evaluate("superior of(initiator)", context) == "ann+1"
    assert feel.evaluate("superior of(level: 2, user: initiator)", context) == "ann+2"


def test_a_missing_variable_is_null_with_a_warning() -> None:
    value, warnings = feel.compile("amount").evaluate_with_warnings({})
    assert value is None
    assert [(str(w), w.english, w.line, w.column) for w in warnings] == [
        ("没有名为“amount”的变量，按空值处理。", "There is no variable amount; null is used.", 1, 1)
    ]


def test_a_syntax_error_says_where_and_what_was_expected() -> None:
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.compile("if a\nthen")
    error = caught.value
    assert (error.line, error.column, error.expected) == (2, 5, "一个值、名称或“(”")
    assert str(error) == "第 2 行第 5 列：这里应为一个值、名称或“(”，但写的是表达式的结尾。"
    assert error.english == 'Line 2, column 5: expected a value, a name or "(", found the end of the expression.'


def test_names_are_the_variables_read_but_not_what_feel_binds_itself() -> None:
    text = "sum(for x in orders return x.price * rate) > limit and some y in [1] satisfies y = z"
    assert feel.names(text) == {"orders", "rate", "limit", "z"}


def test_a_kept_syntax_error_is_raised_anew_each_time() -> None:
    errors = []
    for _ in range(2):
        with pytest.raises(feel.FeelSyntaxError) as caught:
            feel.evaluate("1 +", {})
        errors.append(caught.value)
    assert errors[0] is not errors[1]
    assert [str(error) for error in errors] == [str(errors[0])] * 2
