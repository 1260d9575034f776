from decimal import Decimal

import pytest

from tests.forms.building import accepted, form, one, problems

KINDS = [{"label": "线上", "value": "online"}, {"label": "线下", "value": "offline"}]
NOT_OFFERED = {"value": "请从列出的选项中选择。"}


@pytest.mark.parametrize("kind", ["radio", "select"])
def test_one_of_the_options_is_chosen(kind: str) -> None:
    subject = one(kind, values=KINDS)
    assert accepted(subject, {"value": "online"}) == {"value": "online"}
    assert accepted(subject, {"value": ""}) == {"value": None}
    assert problems(subject, {"value": "other"}) == NOT_OFFERED


@pytest.mark.parametrize("kind", ["checklist", "taglist"])
def test_several_of_the_options_are_chosen_once_each(kind: str) -> None:
    subject = one(kind, values=KINDS)
    assert accepted(subject, {"value": ["offline", "online", "offline"]}) == {"value": ["offline", "online"]}
    assert accepted(subject, {}) == {"value": []}
    assert problems(subject, {"value": ["online", "other"]}) == NOT_OFFERED
    assert problems(subject, {"value": "online"}) == NOT_OFFERED


@pytest.mark.parametrize("kind", ["radio", "select", "checklist", "taglist"])
def test_a_required_choice_is_missing_when_nothing_is_chosen(kind: str) -> None:
    assert problems(one(kind, values=KINDS, validate={"required": True}), {}) == {"value": "请选择。"}


def test_options_come_from_a_stored_variable() -> None:
    subject = one("select", valuesKey="regions")
    stored = {"regions": ["华东", {"label": "华南区", "value": "华南"}, {"value": 3}, None, "", {}, {"label": "x"}]}
    assert accepted(subject, {"value": "华东"}, stored) == {"value": "华东"}
    assert accepted(subject, {"value": "华南"}, stored) == {"value": "华南"}
    assert accepted(subject, {"value": "3"}, stored) == {"value": 3}
    assert problems(subject, {"value": "x"}, stored) == NOT_OFFERED
    assert problems(subject, {"value": "华东"}) == NOT_OFFERED


def test_a_submission_cannot_bring_its_own_options() -> None:
    assert problems(one("select", valuesKey="regions"), {"value": "a", "regions": ["a"]}) == NOT_OFFERED


def test_options_come_from_an_expression_on_another_field() -> None:
    subject = form(
        {"type": "select", "key": "province", "id": "a", "values": ["苏", "浙"]},
        {"type": "select", "key": "city", "id": "b", "valuesExpression": '=if province = "苏" then ["宁"] else ["杭"]'},
    )
    assert accepted(subject, {"province": "苏", "city": "宁"}) == {"province": "苏", "city": "宁"}
    assert problems(subject, {"province": "浙", "city": "宁"}) == {"city": "请从列出的选项中选择。"}


def test_an_option_keeps_its_type() -> None:
    values = [{"label": "是", "value": True}, {"label": "一", "value": 1}, {"label": "多", "value": {"n": 2}}]
    subject = one("radio", values=values)
    assert accepted(subject, {"value": "true"}) == {"value": True}
    assert accepted(subject, {"value": "1"}) == {"value": 1}
    assert accepted(subject, {"value": Decimal(1)}) == {"value": 1}
    assert accepted(subject, {"value": '{"n":2}'}) == {"value": {"n": 2}}
    assert accepted(subject, {"value": {"n": 2}}) == {"value": {"n": 2}}


def test_true_is_not_one() -> None:
    both = one("checklist", values=[1, True])
    assert repr(accepted(both, {"value": [1, True]})) == "{'value': [1, True]}"
    assert problems(one("radio", values=[{"label": "一", "value": 1}]), {"value": True}) == NOT_OFFERED


@pytest.mark.parametrize("ticked", [True, "true", "on"])
def test_a_ticked_box_is_true(ticked: object) -> None:
    assert accepted(one("checkbox"), {"value": ticked}) == {"value": True}


@pytest.mark.parametrize("unticked", [False, None, "", "false", "off"])
def test_an_unticked_box_is_false(unticked: object) -> None:
    assert accepted(one("checkbox"), {"value": unticked}) == {"value": False}
    assert problems(one("checkbox", validate={"required": True}), {"value": unticked}) == {"value": "请勾选此项。"}


def test_a_box_is_ticked_or_not() -> None:
    assert problems(one("checkbox"), {"value": ["x"]}) == {"value": "请勾选或取消勾选。"}
