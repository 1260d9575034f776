"""Boxed expressions: contexts, invocations, lists, relations, functions, conditionals, filters and iterators."""

from decimal import Decimal

import pytest

from engine import dmn
from engine.errors import UnpublishableError
from tests.dmn.building import VERSIONS, decision, definitions, formal, input_data, text, variable


def evaluate(logic: str, inputs: dict[str, object] | None = None) -> dmn.Result:
    given = inputs or {}
    model = dmn.load(definitions(*map(input_data, given), decision("结果", logic, inputs=given)))
    return model.evaluate("结果", given)


def entry(name: str, logic: str, type_ref: str | None = None) -> str:
    return f"<contextEntry>{variable(name, type_ref)}{logic}</contextEntry>"


@pytest.mark.parametrize("version", VERSIONS)
def test_all_versions_of_the_standard_are_read(version: str) -> None:
    model = dmn.load(definitions(decision("d", text("1 + 1")), version=version))
    assert model.evaluate("d", {}).value == Decimal(2)


def test_entries_of_a_context_see_those_before_them() -> None:
    logic = (
        f"<context>{entry('a', text('n + 1'))}{entry('净 额', text('a * 2'))}{entry('c', text('净 额 + a'))}</context>"
    )
    assert evaluate(logic, {"n": 1}).value == {"a": 2, "净 额": 4, "c": 6}


def test_an_entry_without_a_name_is_the_result_of_a_context() -> None:
    logic = f"<context>{entry('a', text('2'))}<contextEntry>{text('a * a')}</contextEntry></context>"
    assert evaluate(logic).value == Decimal(4)


def test_an_entry_of_the_wrong_type_becomes_null() -> None:
    result = evaluate(f"<context>{entry('a', text('1'), 'string')}</context>")
    assert result.value == {"a": None}
    assert "string" in str(result.warnings[0])


def test_a_list_has_the_values_of_its_items() -> None:
    assert evaluate(f"<list>{text('1')}<list>{text('2')}</list></list>").value == [1, [2]]


def test_a_relation_is_a_list_of_contexts() -> None:
    rows = "".join(f"<row>{text(name)}{text(age)}</row>" for name, age in [('"王"', "30"), ('"李"', "n")])
    logic = f'<relation><column name="name"/><column name="age" typeRef="number"/>{rows}</relation>'
    assert evaluate(logic, {"n": 40}).value == [{"name": "王", "age": 30}, {"name": "李", "age": 40}]


def test_a_boxed_function_is_invoked_by_name() -> None:
    function = f"<functionDefinition>{formal(['a:number', 'b'])}{text('a - b')}</functionDefinition>"
    bindings = "".join(f'<binding><parameter name="{n}"/>{text(v)}</binding>' for n, v in [("b", "1"), ("a", "10")])
    invocation = f"<invocation>{text('f')}{bindings}</invocation>"
    logic = f"<context>{entry('f', function)}<contextEntry>{invocation}</contextEntry></context>"
    assert evaluate(logic).value == Decimal(9)


def test_a_built_in_function_can_be_invoked() -> None:
    binding = f'<binding><parameter name="string"/>{text(chr(34) + "渠成" + chr(34))}</binding>'
    assert evaluate(f"<invocation>{text('string length')}{binding}</invocation>").value == Decimal(2)


def test_an_argument_of_the_wrong_type_gives_null() -> None:
    function = f"<functionDefinition>{formal(['a:number'])}{text('1')}</functionDefinition>"
    logic = f"<context>{entry('f', function)}<contextEntry>{text('f(true)')}</contextEntry></context>"
    assert evaluate(logic).value is None


@pytest.mark.parametrize("kind", ["Java", "PMML"])
def test_external_functions_are_refused_by_name(kind: str) -> None:
    logic = f'<functionDefinition kind="{kind}"><context/></functionDefinition>'
    model = dmn.load(definitions(decision("d", logic)))
    assert kind in str(model.findings[0])
    assert model.evaluate("d", {}).value is None


def test_another_expression_language_is_refused_by_name() -> None:
    logic = '<literalExpression expressionLanguage="http://www.ecma-international.org/ecma-262"><text>1</text></literalExpression>'
    (found,) = dmn.load(definitions(decision("d", logic))).findings
    assert "ecma-262" in str(found)


@pytest.mark.parametrize(("n", "expected"), [(1, "小"), (9, "大"), (None, "大")])
def test_a_conditional_chooses(n: int | None, expected: str) -> None:
    yes, no = text('"小"'), text('"大"')
    logic = f"<conditional><if>{text('n < 5')}</if><then>{yes}</then><else>{no}</else></conditional>"
    assert evaluate(logic, {"n": n}).value == expected


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("item.age > 35", [{"name": "李", "age": 40}]),
        ("age > 35", [{"name": "李", "age": 40}]),
        ("2", {"name": "李", "age": 40}),
        ("-2", {"name": "王", "age": 30}),
        ("5", None),
        ("null", []),
    ],
)
def test_a_filter_keeps_what_matches(match: str, expected: object) -> None:
    logic = f"<filter><in>{text('people')}</in><match>{text(match)}</match></filter>"
    people = [{"name": "王", "age": 30}, {"name": "李", "age": 40}]
    assert evaluate(logic, {"people": people}).value == expected


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("for", "x * 2", [2, 4, 6]),
        ("for", "x + count(partial)", [1, 3, 5]),
        ("some", "x > 2", True),
        ("some", "x > 3", False),
        ("every", "x > 0", True),
        ("every", "x > 1", False),
        ("every", "if x = 2 then null else true", None),
    ],
)
def test_iterators_go_through_lists_and_ranges(kind: str, body: str, expected: object) -> None:
    part = "return" if kind == "for" else "satisfies"
    for source in ("[1, 2, 3]", "[1..3]"):
        logic = f'<{kind} iteratorVariable="x"><in>{text(source)}</in><{part}>{text(body)}</{part}></{kind}>'
        assert evaluate(logic).value == expected


def test_a_syntax_error_gives_null_at_run_time_and_a_finding_at_load() -> None:
    model = dmn.load(definitions(decision("d", text("1 +"))))
    assert [found.code for found in model.findings] == ["expression_malformed"]
    result = model.evaluate("d", {})
    assert result.value is None
    assert result.warnings


@pytest.mark.parametrize(
    "content", [b"", b"<a/>", b"<definitions", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"\xff\xfe\x00"]
)
def test_what_is_no_dmn_is_refused(content: bytes) -> None:
    with pytest.raises(UnpublishableError):
        dmn.load(content)
    assert dmn.lint(content, "a.dmn")[0].resource == "a.dmn"
