"""Tasks that have rules on whom they ask, and listeners: the rules come first, listeners hear of whom they leave."""

import pytest
from sqlalchemy import select

from engine.commands.complete_job import complete_job
from engine.commands.start_instance import start_instance
from engine.model import Job, UserTask
from tests.execution.test_escalating import UP
from tests.execution.test_events import World
from tests.execution.test_incidents import incidents, retry
from tests.execution.test_listeners import take
from tests.execution.test_overdue import pass_time
from tests.execution.test_task_listeners import answer, kinds
from tests.execution.test_task_rules import NOBODY, asked, complete, passed, row, task

AFTER = task("after", "wu.tao")


def heard(drawn: str, moment: str) -> str:
    """Let a listener be asked about a task at a moment; ``start`` is one of any element."""
    kind = "execution" if moment == "start" else "task"
    listener = (
        f'<zeebe:{kind}Listeners><zeebe:{kind}Listener eventType="{moment}" type="check"/></zeebe:{kind}Listeners>'
    )
    return drawn.replace("<zeebe:properties>", f"{listener}<zeebe:properties>")


def hear(world: World) -> None:
    job = take(world, "check")
    with world.database.transaction() as session:
        complete_job(session, job.id, {}, "admin")


@pytest.mark.parametrize("moment", ["creating", "start"])
def test_a_task_is_ruled_on_after_the_listeners_that_come_before_people(world: World, moment: str) -> None:
    own = {"assignee": "=initiator"}
    steps = (task("a", whenInitiator="skip", **own), task("b", whenInitiator="superior", **own))
    world.publish(row(*(heard(one, moment) for one in steps), AFTER))
    world.start()
    assert (asked(world), passed(world)) == ([], [])
    hear(world)
    assert (asked(world), passed(world)) == ([], [("a", "pass", "initiator")])
    hear(world)
    assert asked(world) == [("b", "zhao.lei")]


def test_nobody_is_asked_about_whom_a_task_never_reaches(world: World) -> None:
    world.publish(row(heard(task("a", "=initiator", whenInitiator="skip"), "assigning"), AFTER))
    world.start()
    assert (asked(world), passed(world)) == ([("after", "wu.tao")], [("a", "pass", "initiator")])
    with world.database.reading() as session:
        assert session.scalars(select(Job.id)).all() == []


@pytest.mark.parametrize(
    "rules",
    [{"assignee": "=initiator", "whenInitiator": "superior"}, {"assignee": NOBODY, "whenNobody": "zhao.lei"}],
)
def test_listeners_are_asked_about_whom_a_rule_names(world: World, rules: dict[str, str]) -> None:
    world.publish(row(heard(task("a", **UP, **rules), "assigning")))
    case = world.start()
    assert asked(world) == [("a", None)]
    job = take(world, "check")
    assert job.user_task is not None
    assert job.user_task.attributes["assignee"] == "zhao.lei"
    with world.database.transaction() as session:
        complete_job(session, job.id, {}, "admin")
    assert asked(world) == [("a", "zhao.lei")]
    pass_time(world, hours=4)
    assert asked(world) == [("a", "liu.yang")]
    complete(world, "a", "liu.yang")
    assert world.state(case) == "COMPLETED"


def test_listeners_are_asked_about_nobody_where_the_administrators_get_it(world: World) -> None:
    own = heard(task("a", "=initiator", whenInitiator="superior"), "assigning")
    world.publish(row(task("first", "wu.tao"), own))
    with world.database.transaction() as session:
        start_instance(session, "process", {}, "liu.yang")
    complete(world, "first", "wu.tao")
    assert [one.code for one in incidents(world)] == ["nobody_found"]
    with world.database.reading() as session:
        one = session.scalars(select(UserTask).where(UserTask.element_id == "a")).one()
        assert (one.assignee, one.pending) == (None, None)
    assert [kind for kind, _ in kinds(world)] == ["case.started", "task.completed"]


def test_who_is_asked_by_their_listeners_is_not_ruled_on_again(world: World) -> None:
    world.publish(row(heard(task("a", "li.na", whenInitiator="superior"), "assigning"), AFTER))
    world.start()
    answer(world, "check", assignee="zhang.wei")
    assert asked(world) == [("a", "zhang.wei")]
    complete(world, "a", "zhang.wei")
    assert asked(world) == [("after", "wu.tao")]


@pytest.mark.parametrize("moment", ["creating", "assigning", "completing"])
@pytest.mark.parametrize(("result", "open_now"), [({"decision": "approve"}, ("after", "wu.tao")), (None, None)])
def test_a_task_whose_rule_failed_is_ruled_on_when_it_is_tried_again(
    world: World, moment: str, result: object, open_now: tuple[str, str] | None
) -> None:
    own = heard(task("a", "=initiator", whenInitiator="skip", passWith="=brought"), moment)
    world.publish(row(task("first", "wu.tao"), own, AFTER))
    world.start(brought=7)
    complete(world, "first", "wu.tao")
    if moment == "creating":
        hear(world)
    (incident,) = incidents(world)
    retry(world, incident, brought=result)
    if open_now is not None:
        assert (asked(world), incidents(world)) == ([open_now], [])
    else:
        assert [one.code for one in incidents(world)] == ["ruling_without_result"]


def test_what_a_creating_listener_corrected_holds_when_a_failed_rule_is_tried_again(world: World) -> None:
    own = heard(task("a", "li.na", whenInitiator="skip", whenNobody="=someone", passWith="=brought"), "creating")
    world.publish(row(own, AFTER))
    world.start(brought=7)
    answer(world, "check", assignee="zhang.wei")
    (incident,) = incidents(world)
    retry(world, incident, brought={"decision": "approve"})
    assert (asked(world), passed(world)) == ([("after", "wu.tao")], [("a", "pass", "initiator")])


def test_a_task_whose_time_could_not_be_told_is_opened_when_it_is_tried_again(world: World) -> None:
    late = heard(task("a", "li.na", whenOverdue="remind", overdueAfter="=limit"), "completing")
    world.publish(row(task("first", "wu.tao"), late))
    world.start()
    complete(world, "first", "wu.tao")
    (incident,) = incidents(world)
    retry(world, incident, limit="PT1H")
    assert (asked(world), incidents(world)) == ([("a", "li.na")], [])
    pass_time(world, hours=1)
    assert kinds(world)[-1][0] == "task.reminded"


@pytest.mark.parametrize("rule", ["consecutive", "any"])
@pytest.mark.parametrize(("decision", "open_now"), [("approve", ("after", "wu.tao")), ("reject", ("b", "li.na"))])
def test_what_was_handed_in_past_a_listener_counts_like_any_other(
    world: World, rule: str, decision: str, open_now: tuple[str, str]
) -> None:
    again = task("b", "li.na", whenSamePerson=rule)
    world.publish(row(heard(task("a", "li.na"), "completing"), again, AFTER))
    world.start()
    complete(world, "a", "li.na", decision=decision)
    assert asked(world) == [("a", "li.na")]
    hear(world)
    assert asked(world) == [open_now]


def test_who_refused_past_a_listener_is_asked_later(world: World) -> None:
    again = task("b", "li.na", whenSamePerson="any")
    mapped = '<zeebe:ioMapping><zeebe:output source="=decision" target="verdict"/></zeebe:ioMapping>'
    first = heard(task("a", "li.na"), "completing").replace("<zeebe:userTask/>", f"<zeebe:userTask/>{mapped}")
    world.publish(row(first, task("between", "xu.jing"), again, AFTER))
    world.start()
    complete(world, "a", "li.na", decision="reject")
    hear(world)
    complete(world, "between", "xu.jing")
    assert asked(world) == [("b", "li.na")]
