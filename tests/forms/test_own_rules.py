"""Rules between fields that the owner of a form writes, told beside the field in the owner's own words."""

import pytest

from engine.forms import lint
from tests.forms.building import Component, form, problems, written

PRICE: Component = {"type": "number", "key": "price", "id": "p", "label": "成交价", "decimalDigits": 2}
LAB: Component = {"type": "number", "key": "lab", "id": "l", "label": "化验费", "decimalDigits": 2}
RULE = {"mustHold": "=price >= lab", "otherwise": "扣除 {{lab}} 元，超过了成交价 {{price}} 元。请核对。"}
RULED: Component = {**PRICE, "properties": RULE}


@pytest.mark.parametrize(
    ("submitted", "told"),
    [
        ({"price": "100.00", "lab": "100.00"}, {}),
        ({"price": "99.99", "lab": "100"}, {"price": "扣除 100 元，超过了成交价 99.99 元。请核对。"}),
        ({"price": "99.99", "lab": ""}, {}),
        ({"price": "", "lab": "100"}, {}),
    ],
)
def test_a_rule_between_fields_holds_for_what_is_filled_in(submitted: Component, told: Component) -> None:
    assert problems(form(RULED, LAB), submitted) == told


def test_braces_that_a_person_wrote_are_only_text() -> None:
    name: Component = {"type": "textfield", "key": "name", "id": "n", "label": "名称"}
    ruled = {**name, "properties": {"mustHold": '=name != "{x}"', "otherwise": "不能叫 {{name}}。"}}
    assert problems(form(ruled), {"name": "{x}"}) == {"name": "不能叫 {x}。"}


def test_what_to_say_may_itself_be_computed() -> None:
    computed = {**PRICE, "properties": {**RULE, "otherwise": '=if price = 0 then "请填成交价。" else "超过了。"'}}
    assert problems(form(computed, LAB), {"price": "0", "lab": "1"}) == {"price": "请填成交价。"}
    assert problems(form(computed, LAB), {"price": "1", "lab": "2"}) == {"price": "超过了。"}


@pytest.mark.parametrize(
    ("properties", "codes"),
    [
        (RULE, []),
        ({**RULE, "mustHold": "price >= lab"}, ["form_rule"]),
        ({"mustHold": "=price >= lab"}, ["form_rule"]),
        ({**RULE, "mustHold": "=price >="}, ["form_feel"]),
        ({**RULE, "otherwise": "{{#if lab}}"}, ["form_template"]),
        ({"requiredWhen": "=lab > 0"}, []),
        ({"requiredWhen": "lab > 0"}, ["form_rule"]),
    ],
)
def test_a_rule_that_cannot_be_told_is_refused_before_publication(properties: Component, codes: list[str]) -> None:
    assert [one.code for one in lint(written({**PRICE, "properties": properties}, LAB), "example.form")] == codes
