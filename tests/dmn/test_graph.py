"""Requirement graphs: what a decision sees, functions that decisions share, services, and imports."""

import datetime as dt
from decimal import Decimal

import pytest

from engine import dmn, feel
from engine.errors import NotFoundError
from tests.dmn.building import (
    attributes,
    decision,
    definitions,
    href,
    ident,
    input_data,
    item,
    knowledge,
    text,
    variable,
)


def service(name: str, *, outputs: str, inner: str = "", decisions: str = "", data: str = "") -> str:
    kinds = [
        ("outputDecision", outputs),
        ("encapsulatedDecision", inner),
        ("inputDecision", decisions),
        ("inputData", data),
    ]
    parts = "".join(f"<{kind}{href(one)}/>" for kind, names in kinds for one in names.split())
    return f"<decisionService{attributes(id=ident(name), name=name)}>{variable(name)}{parts}</decisionService>"


def imported(name: str, namespace: str, kind: str = "https://www.omg.org/spec/DMN/20230324/MODEL/") -> str:
    return f"<import{attributes(name=name, namespace=namespace, importType=kind)}/>"


def test_decisions_are_evaluated_once_and_in_order() -> None:
    model = dmn.load(
        definitions(
            input_data("金额"),
            decision("末", text("左 + 右"), decisions=["左", "右"]),
            decision("左", text("底 + 1"), decisions=["底"]),
            decision("右", text("底 + 2"), decisions=["底"]),
            decision("底", text("金额 * 10"), inputs=["金额"]),
        )
    )
    result = model.evaluate("末", {"金额": 1})
    assert result.value == Decimal(23)
    assert [(one.name, one.value) for one in result.decisions] == [("底", 10), ("左", 11), ("右", 12), ("末", 23)]


def test_a_decision_is_found_by_id_and_by_name() -> None:
    model = dmn.load(definitions(decision("费 率", text("1"))))
    assert model.decisions == {"_费_率": "费 率"}
    assert model.evaluate("_费_率", {}).value == model.evaluate("费  率", {}).value == Decimal(1)
    with pytest.raises(NotFoundError, match="费 率"):
        model.evaluate("折扣", {})


def test_a_long_chain_of_decisions_does_not_nest() -> None:
    chain = [decision(f"d{n}", text(f"d{n - 1} + 1"), decisions=[f"d{n - 1}"]) for n in range(1, 2000)]
    model = dmn.load(definitions(decision("d0", text("0")), *chain))
    assert model.evaluate("d1999", {}).value == Decimal(1999)


def test_a_decision_sees_only_what_it_requires_of_the_declared() -> None:
    model = dmn.load(definitions(input_data("a"), decision("d", text("a"))))
    assert model.evaluate("d", {"a": 1}).value is None


def test_functions_of_the_host_are_seen_everywhere() -> None:
    functions = {"superior of": feel.HostFunction(("user",), lambda user: f"{user}的上级")}
    model = dmn.load(
        definitions(
            input_data("人"),
            knowledge("问", ["x"], text("superior of(x)")),
            decision("d", text("问(人)"), inputs=["人"], knowledge=["问"]),
        )
    )
    assert model.evaluate("d", {"人": "张伟", **functions}).value == "张伟的上级"


def test_now_is_that_of_the_clock() -> None:
    model = dmn.load(definitions(decision("d", text("now().year"))))
    moment = dt.datetime(2031, 5, 1, tzinfo=dt.UTC)
    assert model.evaluate("d", {}, clock=lambda: moment).value == Decimal(2031)


def test_decisions_that_depend_on_each_other_give_null_and_say_so() -> None:
    model = dmn.load(definitions(decision("a", text("b"), decisions=["b"]), decision("b", text("a"), decisions=["a"])))
    result = model.evaluate("a", {})
    assert result.value is None
    assert any("取决于它自己" in str(one) for one in result.warnings)


def test_a_missing_input_is_null_and_named() -> None:
    model = dmn.load(definitions(input_data("金额"), decision("d", text("金额"), inputs=["金额"])))
    result = model.evaluate("d", {})
    assert result.value is None
    assert "金额" in str(result.warnings[0])


def test_a_decision_without_logic_is_null_and_named() -> None:
    result = dmn.load(definitions(decision("空", ""))).evaluate("空", {})
    assert result.value is None
    assert "空" in str(result.warnings[0])


class TestKnowledge:
    def test_a_function_is_called_by_position_and_by_name(self) -> None:
        shared = knowledge("差", ["a:number", "b:number"], text("a - b"), type_ref="number")
        for call in ("差(5, 3)", "差(b: 3, a: 5)"):
            model = dmn.load(definitions(shared, decision("d", text(call), knowledge=["差"])))
            assert model.evaluate("d", {}).value == Decimal(2)

    def test_a_function_uses_others_that_it_requires(self) -> None:
        model = dmn.load(
            definitions(
                knowledge("一", ["x"], text("x + 1")),
                knowledge("二", ["x"], text("一(一(x))"), needs="一"),
                decision("d", text("二(0)"), knowledge=["二"]),
            )
        )
        assert model.evaluate("d", {}).value == Decimal(2)

    def test_a_function_may_call_itself(self) -> None:
        body = text("if n < 2 then 1 else n * 阶乘(n - 1)")
        model = dmn.load(
            definitions(knowledge("阶乘", ["n"], body), decision("d", text("阶乘(5)"), knowledge=["阶乘"]))
        )
        assert model.evaluate("d", {}).value == Decimal(120)

    def test_a_result_of_the_wrong_type_is_null(self) -> None:
        shared = knowledge("f", [], text('"a"'), type_ref="number")
        model = dmn.load(definitions(shared, decision("d", text("f()"), knowledge=["f"])))
        assert model.evaluate("d", {}).value is None


class TestServices:
    MODEL = (
        input_data("x"),
        decision("底", text("100"), inputs=["x"]),
        decision("中", text("底 + x"), inputs=["x"], decisions=["底"]),
        decision("甲", text("中 * 2"), decisions=["中"]),
        decision("乙", text("中 * 3"), decisions=["中"]),
        service("一", outputs="甲", inner="中", decisions="底", data="x"),
        service("二", outputs="甲 乙", inner="中", decisions="底", data="x"),
        decision("调用", text("一(1, 10)"), knowledge=["一"]),
        decision("按名", text("二(底: 10, x: 1)"), knowledge=["二"]),
    )

    def test_a_service_takes_its_input_decisions_from_the_caller(self) -> None:
        model = dmn.load(definitions(*self.MODEL))
        assert model.services == {"_一": "一", "_二": "二"}
        assert model.evaluate("一", {"x": 1, "底": 10}).value == Decimal(22)

    def test_several_outputs_give_a_context(self) -> None:
        assert dmn.load(definitions(*self.MODEL)).evaluate("二", {"x": 1, "底": 10}).value == {"甲": 22, "乙": 33}

    def test_a_service_is_a_function_of_its_data_and_decisions(self) -> None:
        model = dmn.load(definitions(*self.MODEL))
        assert model.evaluate("调用", {}).value == Decimal(22)
        assert model.evaluate("按名", {}).value == {"甲": 22, "乙": 33}


class TestImports:
    OTHER = definitions(
        item("tRate", "number", "[0..1]"),
        input_data("x", "number"),
        decision("双", text("x * 2"), inputs=["x"], type_ref="number"),
        knowledge("加一", ["n"], text("n + 1")),
        namespace="urn:other",
    )

    def main(self, name: str, expression: str, type_ref: str | None = None) -> dmn.Model:
        logic = text(expression)
        needed = {"decisions": ["urn:other#_双"], "knowledge": ["urn:other#_加一"]}
        content = definitions(imported(name, "urn:other"), decision("d", logic, type_ref=type_ref, **needed))
        return dmn.load(content, {"urn:other": self.OTHER})

    def test_elements_of_another_file_are_read_under_its_name(self) -> None:
        model = self.main("其他", "其他.加一(其他.双)")
        assert model.findings == []
        assert model.evaluate("d", {"其他": {"x": 4}}).value == Decimal(9)

    def test_an_import_without_a_name_needs_no_prefix(self) -> None:
        assert self.main("", "加一(双)").evaluate("d", {"x": 4}).value == Decimal(9)

    def test_types_of_another_file_are_known(self) -> None:
        model = self.main("其他", "2", type_ref="其他.tRate")
        assert model.evaluate("d", {"其他": {"x": 4}}).value is None

    def test_a_file_imported_twice_has_its_own_inputs_each_time(self) -> None:
        middle = {
            f"urn:{name}": definitions(
                imported("底", "urn:other"),
                decision("m", text("底.双 + 1"), decisions=["urn:other#_双"]),
                namespace=f"urn:{name}",
            )
            for name in ("a", "b")
        }
        top = definitions(
            imported("A", "urn:a"),
            imported("B", "urn:b"),
            decision("d", text("[A.m, B.m]"), decisions=["urn:a#_m", "urn:b#_m"]),
        )
        model = dmn.load(top, {**middle, "urn:other": self.OTHER})
        inputs = {"A": {"底": {"x": 1}}, "B": {"底": {"x": 10}}}
        assert model.evaluate("d", inputs).value == [3, 21]

    @pytest.mark.parametrize(
        ("kind", "namespace", "code"),
        [
            ("https://www.omg.org/spec/DMN/20230324/MODEL/", "urn:missing", "import_missing"),
            ("http://www.dmg.org/PMML-4_4", "urn:other", "unsupported_import"),
            ("https://www.omg.org/spec/DMN/20230324/MODEL/", "urn:test", "import_cycle"),
        ],
    )
    def test_an_import_that_cannot_be_followed_is_named(self, kind: str, namespace: str, code: str) -> None:
        content = definitions(imported("其他", namespace, kind), decision("d", text("1")))
        files = {"urn:other": self.OTHER, "urn:test": content}
        assert [found.code for found in dmn.load(content, files).findings] == [code]

    def test_a_reference_with_the_files_own_namespace_is_local(self) -> None:
        content = definitions(decision("a", text("1")), decision("b", text("a + 1"), decisions=["urn:test#_a"]))
        assert dmn.load(content).evaluate("b", {}).value == Decimal(2)
