"""Turns that wait in a sequence: whose they are by a rule that only reads the item, and who gets one instead."""

from types import SimpleNamespace
from typing import Any

import pytest

from engine.interpreter import turns
from engine.interpreter.detours import ASSIGNEE


def body(*items: object, whose: list[Any] | None = None, item: str | None = "person") -> Any:  # noqa: ANN401 - a stand-in
    """Give what a body is to this module: the turns that wait, and how an item is called."""
    data = {"loop": {"items": list(items), **({"whose": whose} if whose is not None else {})}}
    return SimpleNamespace(internal_data=data, peek=data, task_spec=SimpleNamespace(loop=SimpleNamespace(item=item)))


def instance(**data: object) -> Any:  # noqa: ANN401 - a stand-in
    """Give what an instance is to this module."""
    return SimpleNamespace(internal_data=data, peek=data, id=7)


@pytest.mark.parametrize(
    ("rule", "item", "person"),
    [
        ("=person", "li.na", "li.na"),
        (" = person ", "li.na", "li.na"),
        ("=person.name", {"name": "li.na"}, "li.na"),
        ("= person . who . name", {"who": {"name": "li.na"}}, "li.na"),
        ("=person.name", {"other": "li.na"}, None),
        ("=person.name", "li.na", None),
        ("=person", 7, None),
        ("=person", None, None),
        ("=other", "li.na", None),
        ("=superior of(person)", "li.na", None),
        ("li.na", "li.na", None),
        (None, "li.na", None),
    ],
)
def test_only_a_rule_that_reads_the_item_tells_whose_a_turn_is(
    rule: str | None, item: object, person: str | None
) -> None:
    assert turns.people(body(item), rule) == [person]
    assert turns.people(body(item, whose=[{"person": "wu.tao"}]), rule) == ["wu.tao"]


def test_a_turn_without_a_name_for_its_item_is_told_by_its_rule_alone() -> None:
    assert turns.people(body("li.na", item=None), "=person") == [None]


def test_who_gets_a_turn_is_shown_instead_of_the_item() -> None:
    assert turns.shown(body("li.na", "wu.tao", whose=[None, {"person": "xu.jing"}])) == ["li.na", "xu.jing"]


def test_a_turn_that_is_given_away_keeps_that_it_was_somebodys_own_and_nothing_they_typed() -> None:
    given = body("li.na", "wu.tao", "xu.jing", whose=[{"person": "li.na", "token": 5}, {"person": "wu.tao"}, None])
    turns.give(given, [0, 1, 2], "he.qiang")
    him = {"person": "he.qiang"}
    assert given.peek["loop"]["whose"] == [{**him, "token": None}, him, him]
    plain = body("li.na", "wu.tao")
    turns.give(plain, [1], "he.qiang")
    assert plain.peek["loop"]["whose"] == [None, him]


def test_turns_come_next_and_are_taken_in_their_order() -> None:
    state = body("li.na").peek["loop"]
    turns.put_next(state, "wu.tao")
    assert state == {"items": ["wu.tao", "li.na"]}
    turns.put_next(state, "xu.jing", {"person": "he.qiang"})
    assert state == {"items": ["xu.jing", "wu.tao", "li.na"], "whose": [{"person": "he.qiang"}, None, None]}
    turns.put_next(state, "chen.jie")
    assert turns.take(state, 2) == ("wu.tao", None)
    assert turns.take(state) == ("chen.jie", None)
    assert state["whose"] == [{"person": "he.qiang"}, None]
    assert turns.take(state) == ("xu.jing", {"person": "he.qiang"})
    assert state == {"items": ["li.na"]}


def test_a_turn_is_the_persons_own_again_or_an_heirs() -> None:
    again, own, heir, ruled = instance(), instance(), instance(), instance()
    turns.assign(again, {"person": "li.na", "token": 5})
    turns.assign(own, {"person": "li.na", "token": None})
    turns.assign(heir, {"person": "wu.tao"})
    turns.assign(ruled, None)
    assert again.peek == {ASSIGNEE: "li.na", turns.AGAIN: 5}
    assert own.peek == {ASSIGNEE: "li.na"}
    assert heir.peek == {turns.HEIR: "wu.tao"}
    assert ruled.peek == {}
    assert [turns.whose_is(one) for one in (again, own, heir, ruled)] == [
        {"person": "li.na", "token": 7},
        {"person": "li.na", "token": 7},
        {"person": "wu.tao"},
        None,
    ]
