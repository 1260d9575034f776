"""What is said about a file before it is published: with the rule's number, the line and the remedy."""

import random

import pytest

from engine import dmn
from engine.errors import Finding
from tests.dmn.building import decision, definitions, input_data, item, table, text

NUMBER = "n|number"
TEXT = 's|string|"a","b"'


def lint(*parts: str) -> list[Finding]:
    return dmn.lint(definitions(*parts), "tables.dmn")


def lint_table(inputs: list[str], outputs: list[str], rules: list[list[str]], policy: str = "UNIQUE") -> list[Finding]:
    names = [one.partition("|")[0] for one in inputs]
    parts = [input_data(name) for name in names]
    return lint(*parts, decision("费率", table(inputs, outputs, rules, policy=policy), inputs=names))


def codes(found: list[Finding]) -> list[str]:
    return [one.code for one in found]


def test_a_good_table_has_no_findings() -> None:
    rules = [["< 10", '"a"', "1"], [">= 10", '"a"', "2"], ["-", '"b"', "3"]]
    assert lint_table([NUMBER, TEXT], ["r|number"], rules) == []


class TestOverlaps:
    def test_rules_that_match_together_under_unique_are_named_with_the_case(self) -> None:
        (found,) = lint_table([NUMBER], ["r"], [["<= 10", "1"], [">= 10", "2"]])
        assert (found.code, found.severity, found.element) == ("rules_overlap", "error", "rule_2")
        assert found.facts["rule"] == 2
        assert found.facts["other"] == 1
        assert found.facts["case"] == "n: 10"
        assert found.line is not None

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("[1..5]", "(4..9]"),
            ("not(1)", "2"),
            ("1, 2, 3", "[3..4]"),
            ("-", "7"),
            ("? > 3", "4"),
            ("5 <= ?", "5"),
            ("f", "f"),
        ],
    )
    def test_cells_that_share_a_value_overlap(self, first: str, second: str) -> None:
        found = lint_table([NUMBER], ["r"], [[first, "1"], [second, "2"]])
        assert "rules_overlap" in codes(found)

    @pytest.mark.parametrize(
        ("first", "second"),
        [("< 5", ">= 5"), ("[1..5)", "5"), ("1, 2", "3"), ("not(1)", "1"), ("(1..2)", "2"), ("f", "5")],
    )
    def test_cells_that_share_nothing_or_cannot_be_judged_are_left_alone(self, first: str, second: str) -> None:
        assert "rules_overlap" not in codes(lint_table([NUMBER], ["r"], [[first, "1"], [second, "2"]]))

    def test_dates_and_durations_are_compared(self) -> None:
        rules = [['<= date("2026-06-30")', "1"], ['>= @"2026-06-30"', "2"]]
        (found,) = lint_table(["d|date"], ["r"], rules)
        assert found.facts["case"] == 'd: @"2026-06-30"'

    def test_two_days_in_a_row_leave_no_gap_between_them(self) -> None:
        rules = [['<= date("2026-06-30")', "1"], ['>= date("2026-07-01")', "2"]]
        assert lint_table(["d|date"], ["r"], rules) == []

    def test_matches_under_any_must_agree(self) -> None:
        assert codes(lint_table([NUMBER], ["r"], [["-", "1"], ["> 1", "1"]], "ANY")) == []
        assert codes(lint_table([NUMBER], ["r"], [["-", "1"], ["> 1", "2"]], "ANY")) == ["outputs_differ"]

    @pytest.mark.parametrize("policy", ["FIRST", "COLLECT", "RULE ORDER"])
    def test_other_policies_allow_several_matches(self, policy: str) -> None:
        assert lint_table([NUMBER], ["r"], [["> 5", "1"], ["-", "2"]], policy) == []


class TestGaps:
    @pytest.mark.parametrize(
        ("rules", "case"),
        [
            ([["< 10", '"a"', "1"], [">= 10", "-", "2"]], 'n: < 10; s: "b"'),
            ([["< 10", "-", "1"], ["> 10", "-", "2"]], "n: 10"),
            ([["[0..10]", "-", "1"], ["(10..20)", "-", "2"]], "n: < 0, >= 20"),
            ([["-", '"b"', "1"]], 's: "a"'),
        ],
    )
    def test_a_gap_names_the_case_that_no_rule_covers(self, rules: list[list[str]], case: str) -> None:
        (found,) = lint_table([NUMBER, TEXT], ["r"], rules)
        assert (found.code, found.severity, found.facts["case"]) == ("gap", "warning", case)

    def test_texts_that_are_not_listed_are_a_gap(self) -> None:
        (found,) = lint_table(["s|string"], ["r"], [['"a"', "1"], ['"b"', "2"]])
        assert found.facts["case"] == 's: not("a", "b")'

    def test_both_booleans_leave_no_gap(self) -> None:
        assert lint_table(["b|boolean"], ["r"], [["true", "1"], ["false", "2"]]) == []

    def test_a_default_output_fills_gaps(self) -> None:
        assert lint_table([NUMBER], ["r|number||0"], [["> 1", "1"]]) == []

    def test_the_allowed_values_of_a_type_are_all_that_may_come(self) -> None:
        logic = table(["s"], ["r"], [['"A"', "1"], ['"B"', "2"]])
        parts = [item("tLevel", "string", '"A","B"'), input_data("s", "tLevel")]
        assert lint(*parts, decision("d", logic, inputs=["s"])) == []

    def test_a_table_too_intricate_to_check_says_so(self) -> None:
        inputs = [f"n{index}|number" for index in range(12)]
        chosen = random.Random(3)  # noqa: S311 - the same table every time
        rules = [[chosen.choice(["-", "< 5", "> 3", "[2..6]"]) for _ in inputs] + ["1"] for _ in range(80)]
        assert "table_too_large" in codes(lint_table(inputs, ["r"], rules, "FIRST"))


class TestDeadRules:
    @pytest.mark.parametrize("cell", ["[10..5]", "(5..5)"])
    def test_a_cell_that_lets_nothing_through_is_named(self, cell: str) -> None:
        found = lint_table([NUMBER], ["r"], [[cell, "1"], ["-", "2"]])
        assert [(one.code, one.facts["rule"]) for one in found] == [("rule_never_matches", 1)]

    def test_a_value_that_is_not_allowed_never_comes(self) -> None:
        found = lint_table([TEXT], ["r"], [['"c"', "1"], ["-", "2"]])
        assert codes(found) == ["rule_never_matches"]

    def test_a_rule_behind_others_that_cover_it_never_gets_its_turn(self) -> None:
        rules = [["< 10", "1"], [">= 5", "2"], ["[3..20]", "3"]]
        (found,) = lint_table([NUMBER], ["r"], rules, "FIRST")
        assert (found.code, found.facts["rule"], found.facts["others"]) == ("rule_never_matches", 3, "1、2")


class TestTypes:
    def test_a_cell_of_another_kind_is_named_with_its_rule(self) -> None:
        found = lint_table([NUMBER], ["r"], [["< 5", "1"], ['"10"', "2"]])
        assert found[0].code == "cell_wrong_type"
        assert found[0].facts["rule"] == 2
        assert "文字" in str(found[0])

    def test_the_type_of_the_input_data_counts_where_the_column_has_none(self) -> None:
        logic = table(["n"], ["r"], [['"10"', "1"]])
        found = lint(input_data("n", "number"), decision("d", logic, inputs=["n"]))
        assert "cell_wrong_type" in codes(found)

    def test_a_text_without_quotation_marks_is_named(self) -> None:
        found = lint_table(["s|string"], ["r"], [["VIP", "1"]])
        assert found[0].code == "unknown_word"
        assert '"VIP"' in str(found[0])

    def test_an_output_of_another_kind_is_named(self) -> None:
        found = lint_table([NUMBER], ["r|number"], [["-", '"1"']])
        assert [(one.code, one.facts["rule"]) for one in found] == [("output_wrong_type", 1)]

    def test_an_output_that_is_not_allowed_is_named(self) -> None:
        found = lint_table([NUMBER], ['r|string|"x","y"'], [["-", '"z"']])
        assert codes(found) == ["output_not_allowed"]

    def test_operands_of_two_kinds_are_named(self) -> None:
        found = lint(input_data("n", "number"), decision("d", text('"共" + n'), inputs=["n"]))
        assert codes(found) == ["operands_wrong_type"]


class TestTheRest:
    def test_a_syntax_error_in_a_cell_is_named_with_its_rule(self) -> None:
        found = lint_table([NUMBER], ["r"], [["-", "1"], ["> ", "2"]])
        broken = next(one for one in found if one.code == "expression_malformed")
        assert (broken.facts["rule"], broken.element) == (2, "rule_2")

    def test_malformed_xml_is_named_with_its_line(self) -> None:
        (found,) = dmn.lint(b"<definitions>\n<a>\n</definitions>", "tables.dmn")
        assert (found.code, found.line, found.resource) == ("xml_malformed", 3, "tables.dmn")

    def test_a_missing_connection_is_named(self) -> None:
        found = lint(input_data("金额"), decision("d", text("金额 * 2")))
        assert codes(found) == ["requirement_missing"]

    @pytest.mark.parametrize(
        ("parts", "code"),
        [
            ([input_data("a")], "no_decision"),
            ([decision("d", "")], "decision_empty"),
            ([decision("d", table(["n"], ["r"], []))], "table_empty"),
            ([decision("d", text("1"), inputs=["weg"])], "requirement_broken"),
            ([decision("d", text("1"), decisions=["d"])], "requirement_cycle"),
            ([decision("d", table(["n"], ["a", "a"], [["-", "1", "2"]]))], "output_name_missing"),
            ([decision("d", table(["n"], ["r"], [["-", "1"]], policy="PRIORITY"))], "priority_missing"),
            ([decision("d", '<functionDefinition kind="Java"/>')], "unsupported_construct"),
        ],
    )
    def test_other_faults_are_errors(self, parts: list[str], code: str) -> None:
        found = lint(*parts)
        assert code in codes(found)
        assert found[0].severity == "error"

    def test_every_finding_reads_as_a_sentence(self) -> None:
        found = lint_table([NUMBER], ['r|string|"x"'], [["< 5", "1"], ["5", '"y"'], ["> 5 +", '"x"'], ["< 7", "f"]])
        for one in found:
            assert str(one).endswith("。")
            assert "{" not in str(one)
