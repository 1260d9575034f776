import pytest

from engine.forms import Form, values_of, view
from engine.forms.parts import Control, Repeat
from tests.forms.building import Component, accepted, clock, form, problems

NAME: Component = {"type": "textfield", "key": "name", "id": "n", "validate": {"required": True}}
AMOUNT: Component = {"type": "number", "key": "amount", "id": "m", "defaultValue": 1}


def listing(*components: Component, **settings: object) -> Component:
    return {
        "type": "dynamiclist",
        "path": "rows",
        "id": "l",
        "label": "明细",
        "components": list(components),
        **settings,
    }


def shown(subject: Form, stored: Component, submitted: Component | None = None) -> list[list[tuple[str, object]]]:
    part = view(subject, stored, submitted=submitted, clock=clock)[0].parts[0]
    assert isinstance(part, Repeat)
    return [
        [(one.name, getattr(one, "value", None)) for row in item.rows for one in row.parts if isinstance(one, Control)]
        for item in part.items
    ]


def test_each_row_is_checked() -> None:
    subject = form(listing(NAME, AMOUNT))
    rows = [{"name": "甲", "amount": "1"}, {"name": "", "amount": "x"}]
    assert problems(subject, {"rows": rows}) == {
        "rows[1].name": "请填写此项。",
        "rows[1].amount": "请填数字，例如 1200 或 1200.50。",
    }
    assert accepted(subject, {"rows": rows[:1]}) == {"rows": [{"name": "甲", "amount": 1}]}


@pytest.mark.parametrize("submitted", [{}, {"rows": []}, {"rows": "x"}])
def test_a_list_can_be_empty(submitted: dict[str, object]) -> None:
    assert accepted(form(listing(NAME)), submitted) == {"rows": []}


def test_a_list_begins_with_one_row_or_as_many_as_the_form_says() -> None:
    assert shown(form(listing(NAME, AMOUNT)), {}) == [[("rows[0].name", ""), ("rows[0].amount", "1")]]
    assert shown(form(listing(NAME, defaultRepetitions=0)), {}) == []
    assert len(shown(form(listing(NAME, defaultRepetitions=3)), {})) == 3


def test_a_list_begins_with_what_is_stored() -> None:
    stored = {"rows": [{"name": "甲"}, {"name": "乙", "amount": 3}]}
    assert shown(form(listing(NAME, AMOUNT)), stored) == [
        [("rows[0].name", "甲"), ("rows[0].amount", "1")],
        [("rows[1].name", "乙"), ("rows[1].amount", "3")],
    ]


def test_a_new_row_begins_with_defaults() -> None:
    assert shown(form(listing(NAME, AMOUNT)), {}, {"rows": [{"name": "甲", "amount": ""}, None]}) == [
        [("rows[0].name", "甲"), ("rows[0].amount", "")],
        [("rows[1].name", ""), ("rows[1].amount", "1")],
    ]


def test_readonly_fields_follow_their_row_when_another_is_removed() -> None:
    subject = form(listing({**NAME, "readonly": True}, AMOUNT))
    stored = {"rows": [{"name": "甲", "amount": 1}, {"name": "乙", "amount": 2}]}
    assert accepted(subject, {"rows": [{"#": 1, "amount": "5"}]}, stored) == {"rows": [{"name": "乙", "amount": 5}]}
    assert accepted(subject, {"rows": [{"#": None, "amount": "5"}]}, stored) == {"rows": [{"amount": 5}]}
    assert accepted(subject, {"rows": [{"#": 99, "amount": "5"}]}, stored) == {"rows": [{"amount": 5}]}


def test_rows_that_may_not_be_added_or_removed_stay() -> None:
    subject = form(listing(AMOUNT, allowAddRemove=False))
    stored = {"rows": [{"amount": 1}, {"amount": 2}]}
    submitted = {"rows": [{"amount": "7"}, {"amount": "8"}, {"amount": "9"}]}
    assert accepted(subject, submitted, stored) == {"rows": [{"amount": 7}, {"amount": 8}]}


def test_a_row_sees_itself_and_what_is_around_it() -> None:
    double = {"type": "expression", "key": "double", "id": "x", "expression": "=this.amount * factor + i[1]"}
    subject = form({"type": "number", "key": "factor", "id": "f"}, listing(AMOUNT, double))
    submitted = {"factor": "10", "rows": [{"amount": "1"}, {"amount": "2"}]}
    assert accepted(subject, submitted) == {
        "factor": 10,
        "rows": [{"amount": 1, "double": 11}, {"amount": 2, "double": 22}],
    }


def test_a_condition_hides_a_field_in_one_row_only() -> None:
    reason = {"type": "textfield", "key": "reason", "id": "r", "conditional": {"hide": "=this.amount < 100"}}
    submitted = {"rows": [{"amount": "1", "reason": "a"}, {"amount": "100", "reason": "b"}]}
    assert accepted(form(listing(AMOUNT, reason)), submitted) == {
        "rows": [{"amount": 1}, {"amount": 100, "reason": "b"}]
    }


def test_lists_stand_in_lists() -> None:
    number = {"type": "textfield", "key": "number", "id": "k"}
    inner = {"type": "dynamiclist", "path": "phones", "id": "p", "components": [number]}
    subject = form(listing(NAME, inner))
    submitted = {"rows": [{"name": "甲", "phones": [{"number": "1"}, {"number": "2"}]}]}
    assert accepted(subject, submitted) == submitted


def test_a_list_is_not_endless() -> None:
    assert problems(form(listing(AMOUNT)), {"rows": [{}] * 501}) == {"rows": "最多 500 项。"}


def test_a_total_over_rows_is_computed() -> None:
    total = {"type": "expression", "key": "total", "id": "t", "expression": "=sum(rows.amount)"}
    assert accepted(form(listing(AMOUNT), total), {"rows": [{"amount": "1.5"}, {"amount": "2"}]}) == {
        "rows": [{"amount": 1.5}, {"amount": 2}],
        "total": 3.5,
    }


def test_the_values_of_fields_are_found_in_groups_and_in_each_row_of_a_list() -> None:
    card: Component = {"type": "filepicker", "key": "card", "id": "c"}
    group: Component = {"type": "group", "id": "g", "components": [card]}
    subject = form({"type": "filepicker", "key": "contract", "id": "d"}, listing(NAME, group))
    data = {"contract": ["a"], "rows": [{"name": "甲", "card": ["b"]}, {"card": ["c"]}], "other": ["d"]}
    found = [(component.key, value) for component, value in values_of(subject, data)]
    assert found == [("contract", ["a"]), ("name", "甲"), ("card", ["b"]), ("card", ["c"])]
