"""Which values of a form are personal data, and how they look to others."""

from decimal import Decimal

import pytest

from engine import forms
from engine.forms import Veil, mask, personal_places, unmask
from tests.forms.building import form as form_of
from tests.forms.building import written


def text(key: str, **settings: object) -> dict[str, object]:
    return {"type": "textfield", "id": f"field_{key}", "key": key, "label": key, **settings}


VEIL = Veil(places=frozenset({("name",), ("people", "[]", "phone")}), registers={"guest": frozenset({("card",)})})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("王芳", "王**"),
        ("欧阳若兰", "欧**"),
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "+86****5678"),
        ("11010119900307123X", "110****123X"),
        (Decimal(3), "●●●"),
        ("wang@example.com", "●●●"),
        ("1234567", "●●●"),
        (True, "●●●"),
        (["a"], "●●●"),
    ],
)
def test_a_mask_tells_whom_it_may_be_and_no_more(value: object, shown: str) -> None:
    assert mask(value) == shown


def test_values_are_masked_at_their_places_in_entries_and_wherever_they_were_copied() -> None:
    values = {
        "name": "王芳",
        "people": [{"phone": "13812345678", "tie": "母亲"}, {"phone": "", "tie": "姐姐"}],
        "picked": {"register": "guest", "number": "GK-1", "values": {"card": "K-77", "city": "杭州"}},
        "note": "请致电13812345678，找王芳，卡号 K-77",
        "count": Decimal(2),
    }
    assert VEIL.over(values).values(values) == {
        "name": "王**",
        "people": [{"phone": "138****5678", "tie": "母亲"}, {"phone": "", "tie": "姐姐"}],
        "picked": {"register": "guest", "number": "GK-1", "values": {"card": "●●●", "city": "杭州"}},
        "note": "请致电138****5678，找王**，卡号 ●●●",
        "count": Decimal(2),
    }


def test_a_mask_that_is_handed_back_means_what_it_stands_for() -> None:
    stored = {"name": "王芳", "people": [{"phone": "13812345678", "tie": "母亲"}]}
    shown = VEIL.over(stored).values(stored)
    assert unmask(shown, stored) == stored
    assert unmask({**shown, "name": "李娜"}, stored) == {**stored, "name": "李娜"}


def test_everything_in_a_personal_group_or_list_is_personal() -> None:
    personal = {"properties": {"personal": "true"}}
    form = form_of(
        {"type": "group", "id": "g", "path": "guest", "components": [text("phone")], **personal},
        {"type": "dynamiclist", "id": "l", "path": "people", "components": [text("who")], **personal},
        text("card", **personal),
        text("city"),
    )
    assert personal_places(form) == {("guest", "phone"), ("people", "[]", "who"), ("card",)}


@pytest.mark.parametrize(
    "component",
    [
        text("a", properties={"personal": "yes"}),
        {"type": "text", "id": "t", "text": "字", "properties": {"personal": "true"}},
        text("a", properties={"personal": "true", "search": "true"}),
        text("a", properties={"personal": "true", "filter": "true"}),
        {
            "type": "group",
            "id": "g",
            "components": [text("a", properties={"search": "true"})],
            "properties": {"personal": "true"},
        },
    ],
)
def test_a_mark_that_means_nothing_or_lets_them_be_found_is_refused(component: dict[str, object]) -> None:
    assert "form_personal" in {one.code for one in forms.lint(written(component))}
