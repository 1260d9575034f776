"""Rules of one task that meet: whoever comes instead of the person named is the initiator, or was asked before."""

import pytest
from sqlalchemy import select, update

from engine.commands.complete_task import complete_task
from engine.commands.return_task import return_task
from engine.commands.start_instance import start_instance
from engine.commands.take_back_task import take_back_task
from engine.errors import InvalidError
from engine.model import User, UserTask
from tests.execution.test_escalating import candidates, reorganise
from tests.execution.test_events import World
from tests.execution.test_incidents import incidents
from tests.execution.test_task_rules import NOBODY, asked, complete, passed, row, task
from tests.interpreter.build import END, START, diagram, script, side_by_side

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


def test_the_rule_for_the_initiators_own_task_leaves_others_alone(world: World) -> None:
    world.publish(row(task("a", "li.na", whenInitiator="skip"), AFTER))
    world.start()
    assert asked(world) == [("a", "li.na")]


def test_a_group_is_asked_in_a_case_that_nobody_has_started(world: World) -> None:
    group = task("a", "x", whenInitiator="skip").replace('assignee="x"', 'candidateGroups="渠道专员"')
    flows = {"start->forget": "f1", "forget->a": "f2", "a->end": "f3"}
    world.publish(diagram(START + script("forget", "=null", "initiator") + group + END, flows))
    world.start()
    assert asked(world) == [("a", None)]


def test_whoever_was_passed_over_in_the_same_step_counts_as_asked(world: World) -> None:
    own = task("own", "=initiator", whenInitiator="skip")
    steps = (task("first", "li.na"), own, task("again", "=initiator", whenSamePerson="consecutive"))
    world.publish(row(*steps, task("b", "li.na", whenSamePerson="consecutive")))
    world.start()
    complete(world, "first", "li.na")
    assert passed(world) == [("own", "pass", "initiator"), ("again", "pass", "same_person")]
    assert asked(world) == [("b", "li.na")]


def test_a_task_that_passed_for_nobody_comes_between_no_one(world: World) -> None:
    steps = (task("first", "li.na"), task("empty", NOBODY, whenNobody="pass"))
    world.publish(row(*steps, task("b", "li.na", whenSamePerson="consecutive"), AFTER))
    world.start()
    complete(world, "first", "li.na")
    assert asked(world) == [("after", "wu.tao")]


def test_whoever_has_only_been_given_a_task_in_the_same_step_has_not_agreed(world: World) -> None:
    world.publish(
        side_by_side(
            task("a", "=initiator", whenInitiator="superior"),
            task("b", "zhao.lei", whenSamePerson="any"),
        )
    )
    world.start()
    assert sorted(asked(world)) == [("a", "zhao.lei"), ("b", "zhao.lei")]


def test_who_has_agreed_and_left_is_nobody(world: World) -> None:
    again = task("again", "li.na", whenNobody="reject", whenSamePerson="any")
    instead = task("instead", NOBODY, whenNobody="li.na", whenSamePerson="any")
    world.publish(row(task("first", "li.na"), task("second", "xu.jing"), again, instead))
    case = world.start()
    complete(world, "first", "li.na", decision="approve")
    reorganise(world, update(User).where(User.username == "li.na").values(active=False))
    complete(world, "second", "xu.jing", decision="approve")
    assert passed(world) == [("again", "reject", "nobody")]
    assert world.variables(case)["decision"] == "reject"
    assert asked(world) == [("instead", None)]


@pytest.mark.parametrize(("rule", "then"), [("any", []), ("consecutive", [("c", "zhang.wei")])])
def test_whoever_was_passed_over_earlier_in_the_same_step_counts_for_any(
    world: World, rule: str, then: list[tuple[str, str]]
) -> None:
    own, left = task("a", "=initiator", whenInitiator="skip"), task("b", "li.na", whenNobody="pass")
    world.publish(row(own, left, task("c", "=initiator", whenSamePerson=rule)))
    reorganise(world, update(User).where(User.username == "li.na").values(active=False))
    world.start()
    assert asked(world) == then


@pytest.mark.parametrize("back", ["return", "take back"])
def test_consent_from_before_a_step_back_does_not_count_after_it(world: World, back: str) -> None:
    steps = (
        task("first", "li.na"),
        task("second", "xu.jing", operations="takeBack"),
        task("third", "wu.tao", operations="return"),
    )
    world.publish(row(*steps, task("fourth", "li.na", whenSamePerson="any")))
    world.start()
    for element, person in (("first", "li.na"), ("second", "xu.jing")):
        complete(world, element, person, decision="approve")
        world.clock.advance(minutes=1)
    with world.database.transaction() as session:
        rows = {one.element_id: one for one in session.scalars(select(UserTask))}
        if back == "return":
            return_task(session, rows["third"].id, rows["second"].token, "请再看一遍", "wu.tao")
        else:
            take_back_task(session, rows["second"].id, "xu.jing")
    world.clock.advance(minutes=1)
    for element, person in (("second", "xu.jing"), ("third", "wu.tao")):
        complete(world, element, person, decision="approve")
    assert asked(world) == [("fourth", "li.na")]


def test_what_was_agreed_or_sent_back_in_another_case_counts_for_that_case_alone(world: World) -> None:
    steps = (task("first", "li.na"), task("second", "wu.tao", operations="return"))
    world.publish(row(*steps, task("third", "li.na", whenSamePerson="any")))
    case, other = world.start(), world.start()

    def do(one: int, element: str, person: str, back_to: str | None = None) -> None:
        world.clock.advance(minutes=1)
        with world.database.transaction() as session:
            rows = {row.element_id: row for row in session.scalars(select(UserTask).where(UserTask.instance_id == one))}
            if back_to is None:
                complete_task(session, rows[element].id, {}, person)
            else:
                return_task(session, rows[element].id, rows[back_to].token, "请再看一遍", person)

    do(case, "first", "li.na")
    do(other, "first", "li.na")
    do(other, "second", "wu.tao", "first")
    do(case, "second", "wu.tao")
    assert world.state(case) == "COMPLETED"
    assert asked(world) == [("first", "li.na")]


def test_agreement_in_another_case_is_none_in_this_one(world: World) -> None:
    world.publish(row(task("first", "=who"), task("second", "li.na", whenSamePerson="any")))
    world.start(who="li.na")
    complete(world, "first", "li.na")
    world.clock.advance(minutes=1)
    case = world.start(who="wu.tao")
    complete(world, "first", "wu.tao")
    assert (asked(world), world.state(case)) == ([("second", "li.na")], "ACTIVE")


@pytest.mark.parametrize(
    ("rules", "because"),
    [
        ({"assignee": "=initiator", "whenInitiator": "superior"}, {"because": "initiator", "assignee": "zhang.wei"}),
        ({"assignee": NOBODY, "whenNobody": "zhao.lei"}, {"because": "nobody", "assignee": None}),
    ],
)
def test_whoever_comes_instead_has_it_alone_and_the_task_says_why(
    world: World, rules: dict[str, str], because: dict[str, str | None]
) -> None:
    named = 'candidateUsers="no.body" candidateGroups="高级顾问" assignee='
    world.publish(row(task("a", **rules).replace("assignee=", named, 1)))
    case = world.start()
    assert (asked(world), candidates(world, case)) == ([("a", "zhao.lei")], [])
    with world.database.reading() as session:
        assert session.scalars(select(UserTask.facts)).one()["ruling"] == because
