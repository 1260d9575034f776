import pytest

from engine.forms import Form, check, view
from tests.forms.building import Component, accepted, clock, form, one, problems

DECISION: Component = {"type": "radio", "key": "decision", "id": "d", "values": ["approve", "return"]}
OPINION: Component = {
    "type": "textarea",
    "key": "opinion",
    "id": "o",
    "conditional": {"hide": '=decision = "approve"'},
    "validate": {"required": True},
}


def shown(subject: Form, stored: Component, submitted: Component | None = None) -> list[str]:
    rows = view(subject, stored, submitted=submitted, clock=clock)
    return [getattr(part, "name", part.type) for row in rows for part in row.parts]


def texts(subject: Form, stored: Component, submitted: Component) -> list[str]:
    rows = view(subject, stored, submitted=submitted, clock=clock)
    parts = [part for row in rows for part in row.parts if part.type == "textarea"]
    return [str(getattr(part, "value", None) or "") for part in parts]


def test_a_hidden_field_is_not_asked_for_and_its_value_is_dropped() -> None:
    subject = form(DECISION, OPINION)
    assert accepted(subject, {"decision": "approve", "opinion": "旧的话"}) == {"decision": "approve"}
    assert problems(subject, {"decision": "return"}) == {"opinion": "请填写此项。"}
    assert shown(subject, {}, {"decision": "approve"}) == ["decision"]
    assert shown(subject, {}, {"decision": "return"}) == ["decision", "opinion"]


def test_a_field_that_appears_comes_with_what_is_stored_or_its_default() -> None:
    note = {**OPINION, "key": "note", "id": "n", "defaultValue": "无"}
    stored, chosen = {"opinion": "旧的话"}, {"decision": "return"}
    assert texts(form(DECISION, OPINION, note), stored, chosen) == ["旧的话", "无"]
    assert texts(form(DECISION, OPINION, note), stored, {**chosen, "opinion": "", "note": ""}) == ["", ""]


def test_everything_in_a_hidden_group_is_hidden() -> None:
    inner = {**OPINION, "conditional": {}}
    group = {"type": "group", "id": "g", "conditional": {"hide": "=true"}, "components": [inner]}
    assert accepted(form(DECISION, group), {"opinion": "x"}) == {"decision": None}


def test_a_condition_sees_stored_variables() -> None:
    subject = form({**OPINION, "conditional": {"hide": "=level < 2"}})
    assert accepted(subject, {}, {"level": 1}) == {}
    assert problems(subject, {}, {"level": 2}) == {"opinion": "请填写此项。"}


@pytest.mark.parametrize(
    ("hide", "amount", "hidden"),
    [
        ("=amount > 100", 101, True),
        ("=amount > 100", 100, False),
        ("=amount > 100", None, True),  # as form-js: a unary test that null passes
        ('="x"', 1, False),
        ("=1", 1, False),
        ("=not(amount = 1)", 2, True),
        ("amount > 100", 101, False),  # no expression
    ],
)
def test_a_condition_is_a_unary_test(hide: str, amount: object, *, hidden: bool) -> None:
    subject = form({**OPINION, "conditional": {"hide": hide}})
    assert (problems(subject, {}, {"amount": amount}) == {}) is hidden


def test_a_submission_cannot_overwrite_variables_that_conditions_see() -> None:
    subject = form({**OPINION, "conditional": {"hide": "=level < 2"}})
    assert problems(subject, {"level": 1}, {"level": 2}) == {"opinion": "请填写此项。"}


def test_a_field_hidden_by_a_hidden_field_follows_the_data_without_it() -> None:
    subject = form(
        {"type": "checkbox", "key": "first", "id": "a"},
        {"type": "checkbox", "key": "second", "id": "b", "conditional": {"hide": "=first"}},
        {"type": "textfield", "key": "third", "id": "c", "conditional": {"hide": "=second"}},
    )
    everything = {"first": True, "second": True, "third": "x"}
    assert accepted(subject, everything) == {"first": True, "third": "x"}
    assert accepted(subject, {**everything, "first": False}) == {"first": False, "second": True}


def test_the_same_key_can_stand_twice_if_conditions_exclude_each_other() -> None:
    optional = {**OPINION, "id": "p", "validate": {}, "conditional": {"hide": '=decision != "approve"'}}
    subject = form(DECISION, OPINION, optional)
    assert accepted(subject, {"decision": "approve", "opinion": "好"}) == {"decision": "approve", "opinion": "好"}
    assert problems(subject, {"decision": "return", "opinion": ""}) == {"opinion": "请填写此项。"}


def test_a_field_can_be_required_sometimes() -> None:
    sometimes = {"requiredWhen": '=decision = "return"'}
    subject = form(DECISION, {**OPINION, "conditional": {}, "validate": {}, "properties": sometimes})
    assert problems(subject, {"decision": "return"}) == {"opinion": "请填写此项。"}
    assert problems(subject, {"decision": "approve"}) == {}


def test_a_readonly_field_keeps_what_is_stored() -> None:
    subject = one("textfield", readonly=True, validate={"required": True})
    assert accepted(subject, {"value": "偷改"}, {"value": "原值"}) == {"value": "原值"}
    assert accepted(subject, {"value": "偷改"}) == {}


def test_readonly_can_be_an_expression_on_another_field() -> None:
    subject = form(
        {"type": "checkbox", "key": "locked", "id": "a"},
        {"type": "number", "key": "amount", "id": "b", "readonly": "=locked"},
    )
    stored = {"amount": 5}
    assert accepted(subject, {"locked": True, "amount": "9"}, stored) == {"locked": True, "amount": 5}
    assert accepted(subject, {"amount": "9"}, stored) == {"locked": False, "amount": 9}


def test_a_disabled_field_is_shown_and_left_out() -> None:
    subject = one("textfield", disabled=True, validate={"required": True})
    assert accepted(subject, {"value": "x"}, {"value": "y"}) == {}
    assert shown(subject, {"value": "y"}) == ["value"]


def test_a_readonly_field_with_nothing_stored_is_null_in_conditions() -> None:
    subject = one("textarea", readonly=True, conditional={"hide": "=value = null"})
    assert shown(subject, {}) == []
    assert shown(subject, {"value": "x"}) == ["value"]


def test_an_expression_is_computed_whatever_is_submitted() -> None:
    subject = form(
        {"type": "expression", "key": "total", "id": "t", "expression": "=net * 2", "computeOn": "change"},
        {"type": "expression", "key": "net", "id": "n", "expression": "=amount + 1"},
        {"type": "number", "key": "amount", "id": "a"},
    )
    assert accepted(subject, {"amount": "4", "total": 999}) == {"amount": 4, "net": 5, "total": 10}


def test_a_circle_of_expressions_ends() -> None:
    subject = form(
        {"type": "expression", "key": "a", "id": "a", "expression": "=if b = null then 1 else b + 1"},
        {"type": "expression", "key": "b", "id": "b", "expression": "=if a = null then 1 else a + 1"},
    )
    assert set(check(subject, {}, {}, clock=clock)) == {"a", "b"}


def test_an_expression_gives_what_json_can_hold() -> None:
    subject = one("expression", expression='={a: date("2026-01-31"), b: duration("P1D"), c: [1.5]}')
    assert accepted(subject, {}) == {"value": {"a": "2026-01-31", "b": "P1D", "c": [1.5]}}


def test_nothing_but_the_form_is_taken() -> None:
    assert accepted(one("textfield"), {"value": "x", "approved": True, "__class__": "y"}) == {"value": "x"}


def test_a_key_with_dots_is_nested() -> None:
    submitted = {"bank": {"account": "6222"}}
    assert accepted(one("textfield", key="bank.account"), submitted) == submitted


def test_a_group_with_a_path_holds_its_fields() -> None:
    number = {"type": "number", "key": "n", "id": "n"}
    subject = form({"type": "group", "id": "g", "path": "bank", "components": [number]})
    assert accepted(subject, {"bank": {"n": "1"}}) == {"bank": {"n": 1}}
    assert problems(subject, {"bank": {"n": "x"}}) == {"bank.n": "请填数字，例如 1200 或 1200.50。"}
    assert accepted(subject, {"bank": "nonsense"}) == {"bank": {"n": None}}


@pytest.mark.parametrize("submitted", [{"value": {"a": {"b": []}}}, {"value": [[[]]]}])
def test_nonsense_never_raises_anything_but_a_refusal(submitted: dict[str, object]) -> None:
    for kind in ("textfield", "number", "datetime", "checkbox", "radio", "checklist", "filepicker"):
        assert set(problems(one(kind, values=["a"]), submitted)) <= {"value"}
