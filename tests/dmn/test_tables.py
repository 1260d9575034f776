"""Decision tables: which rules match, what the hit policies make of them, and what is kept as the reason."""

from decimal import Decimal

import pytest

from engine import dmn
from tests.dmn.building import decision, definitions, input_data, table

RATES = [['"A"', "1"], ['"A","B"', "3"], ["-", "2"]]


def evaluate(logic: str, inputs: dict[str, object], type_ref: str | None = None) -> dmn.Result:
    parts = [input_data(name) for name in inputs]
    model = dmn.load(definitions(*parts, decision("结果", logic, inputs=inputs, type_ref=type_ref)))
    assert model.findings == []
    return model.evaluate("结果", inputs)


@pytest.mark.parametrize(
    ("policy", "aggregation", "expected"),
    [
        ("FIRST", None, Decimal(1)),
        ("PRIORITY", None, Decimal(3)),
        ("COLLECT", None, [Decimal(1), Decimal(3), Decimal(2)]),
        ("RULE ORDER", None, [Decimal(1), Decimal(3), Decimal(2)]),
        ("OUTPUT ORDER", None, [Decimal(3), Decimal(2), Decimal(1)]),
        ("COLLECT", "SUM", Decimal(6)),
        ("COLLECT", "MIN", Decimal(1)),
        ("COLLECT", "MAX", Decimal(3)),
        ("COLLECT", "COUNT", Decimal(3)),
    ],
)
def test_a_hit_policy_chooses_among_the_rules_that_match(
    policy: str, aggregation: str | None, expected: object
) -> None:
    logic = table(["级别"], ["费率||3,2,1"], RATES, policy=policy, aggregation=aggregation)
    assert evaluate(logic, {"级别": "A"}).value == expected


def test_several_matches_under_unique_give_null_and_say_which_rules() -> None:
    result = evaluate(table(["级别"], ["费率"], RATES), {"级别": "A"})
    assert result.value is None
    assert [match.number for match in result.matched] == [1, 2, 3]
    assert "1、2、3" in str(result.warnings[0])


def test_matches_under_any_must_agree() -> None:
    agreeing = table(["n"], ["r"], [["> 1", '"x"'], ["> 2", '"x"']], policy="ANY")
    assert evaluate(agreeing, {"n": 5}).value == "x"
    differing = table(["n"], ["r"], [["> 1", '"x"'], ["> 2", '"y"']], policy="ANY")
    assert evaluate(differing, {"n": 5}).value is None


def test_several_outputs_give_a_context() -> None:
    logic = table(["n"], ["级别", "折扣"], [["> 1", '"高"', "0.9"]])
    assert evaluate(logic, {"n": 2}).value == {"级别": "高", "折扣": Decimal("0.9")}


def test_the_priority_of_several_outputs_goes_by_the_first_column_first() -> None:
    rules = [["-", '"b"', "2"], ["-", '"a"', "2"], ["-", '"a"', "1"]]
    logic = table(["n"], ['x||"a","b"', "y||1,2"], rules, policy="OUTPUT ORDER")
    found = evaluate(logic, {"n": 0}).value
    assert found == [{"x": "a", "y": 1}, {"x": "a", "y": 2}, {"x": "b", "y": 2}]


@pytest.mark.parametrize(
    ("policy", "aggregation", "default", "expected"),
    [
        ("UNIQUE", None, "", None),
        ("UNIQUE", None, "9", Decimal(9)),
        ("FIRST", None, "9", Decimal(9)),
        ("COLLECT", None, "", []),
        ("COLLECT", None, "9", [Decimal(9)]),
        ("COLLECT", "SUM", "", None),
        ("COLLECT", "SUM", "9", Decimal(9)),
        ("COLLECT", "COUNT", "", Decimal(0)),
    ],
)
def test_where_no_rule_matches_the_default_is_the_result(
    policy: str, aggregation: str | None, default: str, expected: object
) -> None:
    logic = table(["n"], [f"r|||{default}"], [["> 10", "1"]], policy=policy, aggregation=aggregation)
    assert evaluate(logic, {"n": 1}).value == expected


def test_the_result_keeps_what_an_auditor_asks_for() -> None:
    rules = [["< 100", "-", '"自批"', "小额"], [">= 100", '"VIP"', '"总经理"', "D01-3.2"]]
    result = evaluate(table(["金额", "级别"], ["审批人"], rules), {"金额": 150, "级别": "VIP"})
    (trace,) = result.tables
    assert trace.inputs == {"金额": Decimal(150), "级别": "VIP"}
    (match,) = trace.matched
    assert (match.number, match.id, match.outputs) == (2, "rule_2", {"审批人": "总经理"})
    assert match.annotations == {"依据": "D01-3.2"}


def test_a_description_as_camunda_writes_it_is_an_annotation() -> None:
    logic = table(["n"], ["r"], [["-", "1"]]).replace(
        '<rule id="rule_1">', '<rule id="rule_1"><description>原因</description>'
    )
    assert evaluate(logic, {"n": 1}).matched[0].annotations == {"description": "原因"}


def test_an_input_that_is_not_allowed_gives_no_result() -> None:
    result = evaluate(table(['级别|string|"A","B"'], ["r"], [["-", "1"]]), {"级别": "C"})
    assert result.value is None
    assert "级别" in str(result.warnings[0])


def test_an_output_that_is_not_allowed_becomes_null_and_names_its_rule() -> None:
    result = evaluate(table(["n"], ['r||"x","y"'], [["-", '"z"']]), {"n": 1})
    assert result.value is None
    assert result.warnings[0].rule == 1


def test_an_input_of_the_wrong_type_matches_no_comparison() -> None:
    result = evaluate(table(["n|number"], ["r"], [["> 1", "1"]]), {"n": "5"})
    assert result.value is None
    assert any("number" in str(one) for one in result.warnings)


def test_cells_may_ask_for_their_value_and_read_other_inputs() -> None:
    rules = [['starts with(?, "渠")', "-", '"渠道"'], ["-", "> limit", '"大"']]
    logic = table(["name", "n"], ["r"], rules, policy="FIRST")
    assert evaluate(logic, {"name": "渠成", "n": 1, "limit": 5}).value == "渠道"
    assert evaluate(logic, {"name": "店", "n": 6, "limit": 5}).value == "大"


def test_a_table_without_input_data_reads_the_variables_of_the_process() -> None:
    model = dmn.load(definitions(decision("费率", table(["渠道级别"], ["费率"], [['"A"', "基数 * 2"]]))))
    assert model.evaluate("费率", {"渠道级别": "A", "基数": 3}).value == Decimal(6)


def test_money_stays_decimal() -> None:
    result = evaluate(table(["a"], ["r"], [["-", "a * 0.1 + 0.2"]]), {"a": Decimal("0.1")})
    assert result.value == Decimal("0.21")


def test_an_unknown_hit_policy_is_named_with_id_and_line() -> None:
    model = dmn.load(definitions(decision("d", table(["n"], ["r"], [["-", "1"]], policy="BEST"))))
    (found,) = model.findings
    assert found.code == "unsupported_construct"
    assert "hitPolicy=BEST" in str(found)
    assert (found.element, found.line) == ("_d", 2)
    assert model.evaluate("d", {}).value is None
