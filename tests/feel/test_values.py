"""Values on their way in and out."""

import datetime as dt
import threading
from collections import ChainMap
from decimal import Decimal
from types import MappingProxyType

import pytest

from engine import feel
from engine.errors import NotFoundError


def test_values_of_python_are_taken_in() -> None:
    context = MappingProxyType({"a": ChainMap({"x": (1, 2.5)}), "d": dt.timedelta(hours=36), "s": {"k"}})
    assert feel.evaluate("a.x[2] + 0.1", context) == Decimal("2.6")
    assert feel.evaluate('d = @"P1DT12H"', context) is True
    assert feel.evaluate("s[1]", context) == "k"


def test_a_value_that_feel_has_no_kind_for_is_null_with_a_warning() -> None:
    value, warnings = feel.compile("a").evaluate_with_warnings({"a": object()})
    assert value is None
    assert [warning.english for warning in warnings] == ["A value of type object can't be used; null is used."]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")])
def test_a_number_that_is_none_never_escapes_as_another_error(number: object) -> None:
    for text in ("a > 1", "a = 1", "a + 1", "floor(a)", "[a, 1][1]", "sort([a, 1])", "string(a)", "a in [1..2]"):
        value, warnings = feel.compile(text).evaluate_with_warnings({"a": number})
        assert value in (None, "null", False, [])
        assert warnings or text == "string(a)"


def test_json_keeps_numbers_and_writes_dates_as_text() -> None:
    value = feel.evaluate(
        '{a: 1.50, b: [@"2026-11-24", @"10:00:00", @"P1D"], c: @"2026-11-24T10:00:00@Asia/Shanghai"}', {}
    )
    text = '{"a":1.5,"b":["2026-11-24","10:00:00","P1D"],"c":"2026-11-24T10:00:00+08:00"}'
    assert feel.dump_json(value) == text
    assert feel.load_json(text) == feel.to_json(value)
    assert feel.from_json({"a": [1, 0.1]}) == {"a": [Decimal(1), Decimal("0.1")]}


def test_a_function_can_not_be_stored() -> None:
    with pytest.raises(feel.FeelError, match="函数不能保存为 JSON"):
        feel.to_json([feel.evaluate("function(x) x", {})])


def test_what_a_host_function_refuses_is_null_with_its_reason() -> None:
    def refuse(_: object) -> object:
        raise NotFoundError("没有名为 {name} 的用户。", name="ann")

    context = {"superior of": feel.HostFunction(("user",), refuse)}
    value, warnings = feel.compile('superior of("ann")').evaluate_with_warnings(context)
    assert value is None
    assert "没有名为 ann 的用户。" in str(warnings[0])


def test_a_host_function_called_with_the_wrong_arguments_is_not_run() -> None:
    function = feel.HostFunction(("user", "level"), lambda *_: 1, optional=1)
    for text in ("f()", "f(1, 2, 3)", "f(level: 1)", "f(usr: 1)"):
        value, warnings = feel.compile(text).evaluate_with_warnings({"f": function})
        assert (value, len(warnings)) == (None, 1)


def test_a_compiled_expression_serves_several_threads_at_once() -> None:
    compiled = feel.compile("sum(for i in 1..n return i * a-b)")
    results: dict[int, object] = {}

    def work(number: int) -> None:
        context = {"n": number, "a": 3, "b": 1} if number % 2 else {"n": number, "a-b": 2}
        results[number] = [compiled.evaluate(context) for _ in range(20)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {n: [n * (n + 1) * 3 // 2 - n if n % 2 else n * (n + 1)] * 20 for n in range(1, 9)}
    assert results == expected


def test_types_of_a_decision_model_are_known_to_instance_of() -> None:
    types = {"tLevel": feel.types.ListType(feel.types.NAMED["number"])}
    assert feel.compile("[1, 2] instance of tLevel", types=types).evaluate({}) is True
    value, warnings = feel.compile("1 instance of tUnknown").evaluate_with_warnings({})
    assert (value, str(warnings[0])) == (None, "没有名为“tUnknown”的类型。")
