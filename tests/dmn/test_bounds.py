"""A hostile model ends in an error or in null: never in a hang, a crash or another exception."""

import pytest

from engine import dmn
from engine.feel import FeelLimitError
from tests.dmn.building import decision, definitions, input_data, item, knowledge, table, text


def load(*parts: str) -> dmn.Model:
    return dmn.load(definitions(*parts))


@pytest.mark.parametrize(
    "body",
    ["f(n)", "f(n - 1) + f(n - 2)", "sum(for i in 1..100 return f(i))", "[f(n + 1)]"],
    ids=["endless", "doubling", "branching", "nesting"],
)
def test_recursion_of_shared_functions_ends(body: str) -> None:
    model = load(knowledge("f", ["n"], text(body)), decision("d", text("f(50)"), knowledge=["f"]))
    with pytest.raises(FeelLimitError):
        model.evaluate("d", {})


def test_decisions_share_one_budget() -> None:
    busy = text("count(for i in 1..20000 return i * 2)")
    names = [f"d{index}" for index in range(200)]
    parts = [decision(name, busy) for name in names]
    model = load(*parts, decision("all", text("1"), decisions=names))
    assert model.evaluate("d0", {}).value == 20000
    with pytest.raises(FeelLimitError):
        model.evaluate("all", {})


def test_boxed_loops_within_loops_end() -> None:
    logic = text("1")
    for depth in range(6):
        logic = f'<for iteratorVariable="i{depth}"><in>{text("1..100")}</in><return>{logic}</return></for>'
    with pytest.raises(FeelLimitError):
        load(decision("d", logic.replace("1..100", "[1..100]"))).evaluate("d", {})


def test_boxed_expressions_nest_as_deep_as_xml_may() -> None:
    logic = text("1")
    for _ in range(60):
        logic = f"<list>{logic}</list>"
    assert load(decision("d", logic)).evaluate("d", {}).value is not None


def test_types_that_are_each_other_end() -> None:
    model = load(item("tA", "tB"), item("tB", "tA"), input_data("x", "tA"), decision("d", text("x"), inputs=["x"]))
    with pytest.raises(FeelLimitError):
        model.evaluate("d", {"x": 1})


def test_a_large_table_is_checked_within_its_bounds() -> None:
    rules = [[f"[{index}..{index + 1})", f'"{index % 7}"', str(index)] for index in range(600)]
    found = dmn.lint(definitions(decision("d", table(["n|number", "s|string"], ["r"], rules))), "large.dmn")
    assert found
    assert all(one.code == "gap" for one in found)
