"""Rules of one task that meet: whoever comes instead of the person named is the initiator, or was asked before."""

import pytest

from engine.commands.start_instance import start_instance
from engine.errors import InvalidError
from tests.execution.test_events import World
from tests.execution.test_incidents import incidents
from tests.execution.test_task_rules import NOBODY, asked, complete, passed, row, task

AFTER = task("after", "wu.tao")


def start(world: World, initiator: str) -> int:
    with world.database.transaction() as session:
        return start_instance(session, "process", {}, initiator)


@pytest.mark.parametrize(
    ("rule", "then"), [("self", ("a", "zhang.wei")), ("skip", ("after", "wu.tao")), ("superior", ("a", "zhao.lei"))]
)
def test_a_stand_in_who_is_the_initiator_is_ruled_on_as_such(world: World, rule: str, then: tuple[str, str]) -> None:
    world.publish(row(task("a", NOBODY, whenNobody="zhang.wei", whenInitiator=rule), AFTER))
    world.start()
    assert asked(world) == [then]


@pytest.mark.parametrize("nobody", ["administrator", "liu.yang", "nobody.knows"])
def test_the_administrators_decide_where_nobody_is_above_the_initiator(world: World, nobody: str) -> None:
    world.publish(row(task("first", "wu.tao"), task("a", "=initiator", whenNobody=nobody, whenInitiator="superior")))
    start(world, "liu.yang")
    complete(world, "first", "wu.tao")
    assert [one.code for one in incidents(world)] == ["nobody_found"]
    assert asked(world) == [("a", None)]
    complete(world, "a", "admin")


def test_nobody_starts_a_case_that_would_be_theirs_alone_to_decide_on(world: World) -> None:
    world.publish(row(task("a", "=initiator", whenInitiator="superior")))
    with pytest.raises(InvalidError, match="没有办理人"):
        start(world, "liu.yang")


@pytest.mark.parametrize(("nobody", "then"), [("pass", "approve"), ("reject", "reject")])
def test_without_anybody_above_the_initiator_it_is_as_if_nobody_was_found(world: World, nobody: str, then: str) -> None:
    world.publish(row(task("a", "=initiator", whenNobody=nobody, whenInitiator="superior"), AFTER))
    case = start(world, "liu.yang")
    assert world.variables(case)["decision"] == then


def test_who_stands_in_where_nobody_is_above_the_initiator(world: World) -> None:
    world.publish(row(task("a", "=initiator", whenNobody="li.na", whenInitiator="superior"), AFTER))
    start(world, "liu.yang")
    assert asked(world) == [("a", "li.na")]


@pytest.mark.parametrize(
    "rules",
    [
        {"assignee": "=initiator", "whenInitiator": "superior"},
        {"assignee": NOBODY, "whenNobody": "zhao.lei"},
        {"assignee": NOBODY, "whenNobody": "zhang.wei", "whenInitiator": "superior"},
    ],
)
@pytest.mark.parametrize("again", ["ask", "consecutive", "any"])
def test_whoever_comes_instead_and_has_just_agreed_is_not_asked_again(
    world: World, rules: dict[str, str], again: str
) -> None:
    world.publish(row(task("first", "zhao.lei"), task("a", whenSamePerson=again, **rules), AFTER))
    case = world.start()
    complete(world, "first", "zhao.lei", decision="approve")
    if again == "ask":
        assert asked(world) == [("a", "zhao.lei")]
    else:
        assert (asked(world), passed(world)) == ([("after", "wu.tao")], [("a", "pass", "same_person")])
        assert world.variables(case)["decision"] == "approve"


def test_whoever_comes_instead_and_has_refused_is_asked(world: World) -> None:
    instead = task("a", NOBODY, whenNobody="zhao.lei", whenSamePerson="any")
    world.publish(row(task("first", "zhao.lei"), instead, AFTER))
    world.start()
    complete(world, "first", "zhao.lei", decision="reject")
    assert asked(world) == [("a", "zhao.lei")]


def test_what_passes_for_a_stand_in_bears_their_name(world: World) -> None:
    result = "={decision: &quot;approve&quot;, approver: assignee}"
    instead = task("a", NOBODY, whenNobody="zhao.lei", whenSamePerson="any", passWith=result)
    world.publish(row(task("first", "zhao.lei"), instead, AFTER))
    case = world.start()
    complete(world, "first", "zhao.lei")
    assert world.variables(case)["approver"] == "zhao.lei"
