"""Built-in functions, each with what it gives and where it gives null."""

from decimal import Decimal

import pytest

from engine import feel

CASES = [
    ("substring('foobar', -2)", "ar"),
    ("substring('foobar', 3, 2)", "ob"),
    ("substring('foobar', 9)", None),
    ("substring before('2026-11', '-')", "2026"),
    ("substring after('2026-11', '/')", ""),
    ("upper case('ab')", "AB"),
    ("starts with('渠成', '渠')", True),
    ("string join(['a', null, 'b'], '、')", "a、b"),
    ("string join(['a', 'b'], ',', '<', '>')", "<a,b>"),
    ("string join(['a', 1])", None),
    ("is blank('  ')", True),
    ("money(1200.5)", "1,200.50"),
    ("money(1200)", "1,200.00"),
    ("money(0)", "0.00"),
    ("money(-1234567.8)", "-1,234,567.80"),
    ("money(74.9931)", "74.9931"),
    ("money(1200.500)", "1,200.50"),
    ("money(1e3)", "1,000.00"),
    ("money(null)", None),
    ("from base64(to base64('渠成'))", "渠成"),
    ("from base64('?')", None),
    ("trim('  a ')", "a"),
    ("split('a, b;c', '[,;] ?')", ["a", "b", "c"]),
    ("split('abc', '')", None),
    ("replace('2026-11-24', '(\\d+)-(\\d+)-(\\d+)', '$3.$2.$1')", "24.11.2026"),
    ("replace('a', 'a', '$')", None),
    ("replace('a.b', '.', '-', 'q')", "a-b"),
    ("extract('a1b22', '\\d+')", ["1", "22"]),
    ("matches('(a)\\1', '(a)\\1')", None),
    ("matches('渠成', '^\\p{IsCJKUnifiedIdeographs}+$')", True),
    ("matches('b', '[a-z-[aeiou]]')", True),
    ("matches('e', '[a-z-[aeiou]]')", False),
    ("matches('é', '[\\w-[a-z]]')", True),
    ("matches('_', '\\w')", False),
    ("matches('a:b', '^\\i\\c*$')", True),
    ("matches('ab', 'a(?=b)')", None),
    ("round half up(2.345, 2)", Decimal("2.35")),
    ("round half down(2.345, 2)", Decimal("2.34")),
    ("decimal(2.345, 2)", Decimal("2.34")),
    ("decimal(12345, -2)", Decimal("12300")),
    ("round up(-1.21, 1)", Decimal("-1.3")),
    ("floor(-1.5)", Decimal(-2)),
    ("ceiling(1.21, 1)", Decimal("1.3")),
    ("modulo(-12, 5)", Decimal(3)),
    ("modulo(1, 0)", None),
    ("modulo(10 ** 40, 3)", Decimal(1)),
    ("abs(@'-P1D') = @'P1D'", True),
    ("sqrt(-1)", None),
    ("0 <= random number() and random number() < 1", True),
    ("string length(uuid())", Decimal(36)),
    ("list contains([1, null], null)", True),
    ("sublist([1, 2, 3], -2, 1)", [Decimal(2)]),
    ("append([1], 2, 3)", [1, 2, 3]),
    ("concatenate([1], [2, 3])", [1, 2, 3]),
    ("insert before([1, 3], 2, 2)", [1, 2, 3]),
    ("insert before([1, 3], 5, 2)", None),
    ("remove([1, 2, 3], -1)", [1, 2]),
    ("list replace([1, 2, 3], function(item, newItem) item > 1, 0)", [1, 0, 0]),
    ("reverse([1, 2])", [2, 1]),
    ("index of([1, 2, 1], 1)", [1, 3]),
    ("union([1, 2], [2, 3])", [1, 2, 3]),
    ("distinct values([1, 1.0, 'a', {a: 1}, {a: 1}])", [1, "a", {"a": Decimal(1)}]),
    ("duplicate values([1, 2, 1, 1])", [1]),
    ("flatten([[1, [2]], 3])", [1, 2, 3]),
    ("sort([3, 1, 2])", [1, 2, 3]),
    ("sort([3, 1, 2], function(a, b) a > b)", [3, 2, 1]),
    ("sort([1, 'a'])", None),
    ("partition([1, 2, 3], 2)", [[1, 2], [3]]),
    ("partition([1], 0)", None),
    ("min(['b', 'a'])", "a"),
    ("max(1, 2, 3)", Decimal(3)),
    ("max([1, 'a'])", None),
    ("mean([1, 2])", Decimal("1.5")),
    ("sum([])", None),
    ("median([1, 2, 3, 4])", Decimal("2.5")),
    ("mode([2, 1, 2, 1])", [1, 2]),
    ("stddev([1])", None),
    ("get value({a: {b: 1}}, ['a', 'b'])", Decimal(1)),
    ("get entries({a: 1})", [{"key": "a", "value": Decimal(1)}]),
    ("context([{key: 'a', value: 1}, {key: 'a', value: 2}])", None),
    ("context put({a: {b: 1}}, ['a', 'b'], 2)", {"a": {"b": Decimal(2)}}),
    ("context merge([{a: 1}, {a: 2}])", {"a": Decimal(2)}),
    ("from json(to json({a: [1.5, null, 'x']}))", {"a": [Decimal("1.5"), None, "x"]}),
    ("from json('{')", None),
    ("to json(abs)", None),
    ("number('1.234,5', '.', ',')", Decimal("1234.5")),
    ("number('x')", None),
    ("string([1.50, 'a', {b: null}])", '[1.5, "a", {b: null}]'),
    ("get or else(null, 1)", Decimal(1)),
    ("is defined(nothing)", False),
    ("overlaps([1..5], [5..8])", True),
    ("overlaps([1..5), [5..8])", False),
    ("before([1..5), [5..8])", True),
    ("meets([1..5], [5..8])", True),
    ("during(5, [1..5])", True),
    ("finishes(5, [1..5)) ", False),
    ("includes([1..5], (1..5))", True),
    ("coincides([1..5], [1..5])", True),
    ("before(1, 'a')", None),
    ("get value({a: 1}, [{}])", None),
    ("get value({a: 1}, [[1]])", None),
    ("2 in range('[1..3]')", True),
]


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_a_function_gives_its_value(expression: str, expected: object) -> None:
    value = feel.evaluate(expression.replace("'", '"'), {})
    assert value == expected
    assert isinstance(value, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(
    ("expression", "warning"),
    [
        ("substring(1, 2)", "函数“substring”的参数“string”不能是数字。"),
        ("floor()", "函数“floor”的参数个数或名称不对，应为：n / n, scale。"),
        ("insert before([1], 5, 2)", "函数“insert before”不能处理这个值：列表没有这个位置。"),
        ("log(-1) + 1", "“+”不能用于空值和数字。"),
        ("nothing(1)", "没有名为“nothing”的变量，按空值处理。"),
    ],
)
def test_a_null_from_a_function_has_its_reason(expression: str, warning: str) -> None:
    value, warnings = feel.compile(expression).evaluate_with_warnings({})
    assert value is None
    assert [str(found) for found in warnings] == [warning]


def test_a_failed_assertion_stops_the_expression_with_its_cause() -> None:
    with pytest.raises(feel.FeelError, match="断言不成立：金额必须大于零"):
        feel.evaluate('assert(amount, amount > 0, "金额必须大于零")', {"amount": 0})


def test_the_host_may_replace_a_built_in_function() -> None:
    assert feel.evaluate("uuid()", {"uuid": feel.HostFunction((), lambda: "u-1")}) == "u-1"
