"""Item definitions: values that don't fit their type become null, and a warning says so."""

import datetime as dt
from decimal import Decimal

import pytest

from engine import dmn
from tests.dmn.building import component, decision, definitions, input_data, item, text

PERSON = item("tPerson", "", "", component("姓名", "string"), component("月 薪", "number", "> 0"))
LEVEL = item("tLevel", "string", '"A","B"')
LEVELS = item("tLevels", "tLevel", collection=True)


def through(type_ref: str, value: object, expression: str = "x") -> dmn.Result:
    """Pass a value through an input and a decision of a type."""
    model = dmn.load(
        definitions(PERSON, LEVEL, LEVELS, input_data("x", type_ref), decision("d", text(expression), inputs=["x"]))
    )
    assert model.findings == []
    return model.evaluate("d", {"x": value})


def made(type_ref: str, expression: str) -> dmn.Result:
    model = dmn.load(definitions(PERSON, LEVEL, LEVELS, decision("d", text(expression), type_ref=type_ref)))
    return model.evaluate("d", {})


@pytest.mark.parametrize(
    ("type_ref", "value"),
    [
        ("string", "a"),
        ("number", Decimal("1.5")),
        ("boolean", True),
        ("Any", [1]),
        ("date", dt.date(2026, 1, 1)),
        ("dateTime", dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC)),
        ("feel:number", Decimal(1)),
        ("tLevel", "B"),
        ("tLevels", ["A", "B"]),
        ("tPerson", {"姓名": "王", "月 薪": Decimal(5)}),
        ("tPerson", {"姓名": None, "月 薪": None}),
        ("tLevel", None),
    ],
)
def test_a_value_of_its_type_passes_unchanged(type_ref: str, value: object) -> None:
    result = through(type_ref, value)
    assert result.value == value
    assert result.warnings == ()


@pytest.mark.parametrize(
    ("type_ref", "value"),
    [
        ("string", 1),
        ("number", "1"),
        ("date", dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        ("tLevel", "C"),
        ("tLevels", ["A", "C"]),
        ("tPerson", {"姓名": 1, "月 薪": 5}),
        ("tPerson", {"姓名": "王", "月 薪": -5}),
        ("tPerson", "王"),
    ],
)
def test_a_value_of_another_type_becomes_null_and_is_named(type_ref: str, value: object) -> None:
    result = through(type_ref, value)
    assert result.value is None
    assert "x" in str(result.warnings[0])
    assert type_ref in str(result.warnings[0])


def test_components_left_out_of_an_input_are_null() -> None:
    assert through("tPerson", {"姓名": "王"}).value == {"姓名": "王", "月 薪": None}


def test_components_with_spaces_are_read_by_name() -> None:
    assert through("tPerson", {"姓名": "王", "月 薪": 5}, "x.月 薪 * 2").value == Decimal(10)


@pytest.mark.parametrize(
    ("type_ref", "expression", "value"),
    [
        ("number", "[1]", Decimal(1)),
        ("tLevels", '"A"', ["A"]),
        ("tLevel", '["A"]', "A"),
        ("dateTime", 'date("2026-01-01")', dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        ("number", "[1, 2]", None),
        ("tPerson", '{姓名: "王"}', None),
    ],
)
def test_a_result_is_made_to_fit_or_becomes_null(type_ref: str, expression: str, value: object) -> None:
    assert made(type_ref, expression).value == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('"A" instance of tLevel', True),
        ('"C" instance of tLevel', False),
        ('["A"] instance of tLevels', True),
        ("1 instance of tPerson", False),
        ('{姓名: "王", 月 薪: 1} instance of tPerson', True),
    ],
)
def test_instance_of_knows_the_item_definitions(expression: str, value: object) -> None:
    assert made("Any", expression).value is value


def test_types_may_be_defined_in_any_order_and_hold_themselves() -> None:
    tree = item("tNode", "", "", component("值", "tLater"), component("下级", "tNode", collection=True))
    later = item("tLater", "number")
    model = dmn.load(definitions(tree, later, input_data("x", "tNode"), decision("d", text("x"), inputs=["x"])))
    good = {"值": Decimal(1), "下级": [{"值": Decimal(2), "下级": []}]}
    assert model.evaluate("d", {"x": good}).value == good
    assert model.evaluate("d", {"x": {"值": 1, "下级": [{"值": "a", "下级": []}]}}).value is None


def test_a_constraint_on_the_whole_collection_is_kept() -> None:
    limited = (
        '<itemDefinition name="tFew" isCollection="true"><typeRef>number</typeRef>'
        "<typeConstraint><text>count(?) &lt;= 2</text></typeConstraint></itemDefinition>"
    )
    model = dmn.load(definitions(limited, input_data("x", "tFew"), decision("d", text("x"), inputs=["x"])))
    assert model.evaluate("d", {"x": [1, 2]}).value == [1, 2]
    assert model.evaluate("d", {"x": [1, 2, 3]}).value is None


def test_an_unknown_type_is_reported() -> None:
    (found,) = dmn.load(definitions(decision("d", text("1"), type_ref="tNobody"))).findings
    assert found.code == "unknown_type"
    assert "tNobody" in str(found)
