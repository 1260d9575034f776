"""Tasks that nobody does in time: reminders, escalation, passing and refusing, in working time."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from engine.clock import SHANGHAI
from engine.commands.add_signers import Signers, add_signers
from engine.commands.cancel_instance import cancel_instance
from engine.commands.delegate_task import delegate_task
from engine.commands.resolve_incident import resolve_incident
from engine.commands.resume_instance import resume_instance
from engine.commands.start_instance import start_instance
from engine.commands.suspend_instance import suspend_instance
from engine.errors import UnpublishableError
from engine.json_text import loads
from engine.model import CaseReader, HistoryEvent, Incident, Job, Notification, UserTask
from engine.organisation.calendar import working_hours_after
from tests.execution.test_events import World
from tests.execution.test_events import world as world  # noqa: PLC0414 - the fixture of all lived-through processes
from tests.execution.test_task_rules import asked, complete, row, task
from tests.interpreter.build import END, START, diagram

HOURS = {"overdueAfter": "PT4H", "overdueEvery": "PT4H"}


def pass_time(world: World, *, hours: float) -> None:
    world.clock.advance(hours=hours)
    world.work()


def kinds(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(
            session.scalars(select(HistoryEvent.kind).order_by(HistoryEvent.instance_id, HistoryEvent.sequence))
        )


def body_of(world: World, kind: str) -> dict[str, Any]:
    with world.database.reading() as session:
        found: dict[str, Any] = loads(session.scalars(select(HistoryEvent.body).where(HistoryEvent.kind == kind)).one())
        return found


def jobs(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(Job.state).where(Job.listener == "overdue").order_by(Job.id)))


def told(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        rows = session.execute(select(Notification.username, Notification.title).order_by(Notification.id))
        return [(one.username, one.title) for one in rows]


def test_reminders_come_one_after_the_other_and_then_it_passes(world: World) -> None:
    world.publish(row(task("a", "li.na", whenOverdue="remind, remind, pass", **HOURS), task("b", "wu.tao")))
    case = world.start()
    pass_time(world, hours=3)
    assert kinds(world) == ["case.started"]
    for expected in ("task.reminded", "task.reminded", "task.timed_out"):
        pass_time(world, hours=4)
        assert kinds(world)[-1] == expected
    assert told(world) == [("li.na", "“a”已超时，请尽快办理")] * 2 + [("li.na", "“a”已超时，按规则自动通过")]
    assert asked(world) == [("b", "wu.tao")]
    assert world.variables(case)["decision"] == "approve"
    with world.database.reading() as session:
        done = session.execute(
            select(UserTask.state, UserTask.completed_by, UserTask.assignee).where(UserTask.element_id == "a")
        )
        assert tuple(done.one()) == ("COMPLETED", None, "li.na")
    assert jobs(world) == ["COMPLETED"] * 3


def test_a_refusal_goes_the_way_the_diagram_refuses_by(world: World) -> None:
    nodes = (
        START
        + task("a", "li.na", whenOverdue="reject", rejectWith="={decision: &quot;no&quot;, who: assignee}", **HOURS)
        + '<bpmn:exclusiveGateway id="g" default="f3"/>'
        + task("sorry", "wu.tao")
        + END
    )
    flows: dict[str, str | tuple[str, str]] = {
        "start->a": "f1", "a->g": "f2", "g->end": "f3", "g->sorry": ("f4", '=decision = "no"'), "sorry->end": "f5"
    }  # fmt: skip
    world.publish(diagram(nodes, flows))
    case = world.start()
    pass_time(world, hours=4)
    assert asked(world) == [("sorry", "wu.tao")]
    assert world.variables(case)["who"] == "li.na"
    assert body_of(world, "task.timed_out")["action"] == "reject"


def test_an_escalated_task_is_the_superiors_and_both_know(world: World) -> None:
    world.publish(row(task("a", "wu.tao", whenOverdue="escalate, escalate", **HOURS)))
    world.start()
    pass_time(world, hours=4)
    assert asked(world) == [("a", "zhou.min")]
    assert body_of(world, "task.escalated")["assignee"] == ["wu.tao", "zhou.min"]
    assert told(world) == [("wu.tao", "“a”已超时，升级给周敏办理"), ("zhou.min", "“a”已超时，升级给您办理")]
    pass_time(world, hours=4)
    assert asked(world) == [("a", "liu.yang")]
    complete(world, "a", "liu.yang")


def test_above_the_top_are_the_administrators(world: World) -> None:
    world.publish(row(task("a", "liu.yang", whenOverdue="escalate", **HOURS)))
    world.start()
    pass_time(world, hours=4)
    assert asked(world) == [("a", None)]
    assert body_of(world, "task.escalated")["candidate_groups"] == ["系统管理员"]
    complete(world, "a", "admin")


def test_nobody_is_given_their_own_case_to_decide_on(world: World) -> None:
    world.publish(row(task("a", "zhang.wei", whenOverdue="escalate", **HOURS), task("b", "li.na")))
    with world.database.transaction() as session:
        start_instance(session, "process", {}, "zhao.lei")
    pass_time(world, hours=4)
    assert asked(world) == [("a", "liu.yang")]


def test_a_task_nobody_has_claimed_goes_to_the_head_of_the_initiators_department(world: World) -> None:
    candidates = task("a", "x", whenOverdue="remind, escalate", **HOURS).replace(
        'assignee="x"', 'candidateGroups="渠道专员"'
    )
    world.publish(row(candidates))
    world.start()
    pass_time(world, hours=4)
    assert [name for name, _title in told(world)] == ["wu.tao", "xu.jing"]
    pass_time(world, hours=4)
    assert asked(world) == [("a", "zhao.lei")]


def test_a_task_done_in_time_calls_the_rest_off(world: World) -> None:
    world.publish(row(task("a", "li.na", whenOverdue="remind, reject", **HOURS), task("b", "wu.tao")))
    world.start()
    pass_time(world, hours=4)
    complete(world, "a", "li.na")
    assert jobs(world) == ["COMPLETED", "CANCELED"]
    pass_time(world, hours=40)
    assert kinds(world) == ["case.started", "task.reminded", "task.completed"]


def test_passing_takes_open_signatures_away(world: World) -> None:
    signed = {"operations": "addSign"}
    world.publish(row(task("a", "li.na", whenOverdue="remind, pass", **signed, **HOURS), task("b", "wu.tao")))
    case = world.start()
    with world.database.transaction() as session:
        here = session.scalars(select(UserTask.id)).one()
        add_signers(session, here, Signers(people=("he.qiang",), position="parallel", reason="请一起看"), "li.na")
    pass_time(world, hours=4)
    assert {name for name, title in told(world) if "超时" in title} == {"he.qiang", "li.na"}
    pass_time(world, hours=4)
    assert asked(world) == [("b", "wu.tao")]
    assert world.variables(case)["signatures"] == []


@pytest.mark.parametrize(
    ("step", "title"),
    [
        ("remind", "“a”已超时，请尽快办理"),
        ("pass", "“a”已超时，按规则自动通过"),
        ("escalate", "“a”已超时，升级给周敏办理"),
    ],
)
def test_whoever_has_asked_for_an_opinion_is_still_who_the_task_waits_for(world: World, step: str, title: str) -> None:
    passing = "={decision: &quot;approve&quot;, approver: assignee}"
    world.publish(
        row(task("a", "wu.tao", whenOverdue=step, operations="delegate", passWith=passing, **HOURS), task("b", "li.na"))
    )
    case = world.start()
    with world.database.transaction() as session:
        delegate_task(session, session.scalars(select(UserTask.id)).one(), "he.qiang", "请看", "wu.tao")
    pass_time(world, hours=4)
    assert {name for name, text in told(world) if text == title} == {"he.qiang", "wu.tao"}
    if step == "pass":
        assert world.variables(case)["approver"] == "wu.tao"
    if step == "escalate":
        assert body_of(world, "task.escalated")["assignee"] == ["he.qiang", "zhou.min"]
        with world.database.reading() as session:
            readers = select(CaseReader.username).where(CaseReader.kind == "took_part")
            assert set(session.scalars(readers)) == {"he.qiang", "wu.tao"}


def test_a_case_that_is_ended_calls_it_off_too(world: World) -> None:
    world.publish(row(task("a", "li.na", whenOverdue="remind", **HOURS)))
    case = world.start()
    with world.database.transaction() as session:
        cancel_instance(session, case, "不需要了", "admin")
    assert jobs(world) == ["CANCELED"]


def test_the_due_date_counts_and_so_does_a_later_one(world: World) -> None:
    due = task("a", "li.na", whenOverdue="remind").replace(
        "<zeebe:properties>", '<zeebe:taskSchedule dueDate="=working hours after(now(), 8)"/><zeebe:properties>'
    )
    world.publish(row(due))
    world.start()
    with world.database.transaction() as session:
        one = session.scalars(select(UserTask)).one()
        assert one.due_at == dt.datetime(2026, 3, 2, 18, tzinfo=SHANGHAI)
        one.due_at = dt.datetime(2026, 3, 4, 18, tzinfo=SHANGHAI)
    pass_time(world, hours=10)
    assert kinds(world) == ["case.started"]
    pass_time(world, hours=48)
    assert kinds(world) == ["case.started", "task.reminded"]


def test_the_steps_come_a_working_day_apart_unless_said_otherwise(world: World) -> None:
    world.clock.advance(days=4)
    world.publish(row(task("a", "li.na", whenOverdue="remind, remind", overdueAfter="PT1H")))
    world.start()
    pass_time(world, hours=1)
    with world.database.reading() as session:
        waiting = session.scalars(select(Job.due_at).where(Job.state == "CREATED")).one()
    assert waiting == dt.datetime(2026, 3, 9, 10, tzinfo=SHANGHAI)


def test_a_suspended_case_rests_and_goes_on_when_resumed(world: World) -> None:
    world.publish(row(task("a", "li.na", whenOverdue="remind", **HOURS)))
    case = world.start()
    with world.database.transaction() as session:
        suspend_instance(session, case, "等补件", "admin")
    pass_time(world, hours=5)
    assert kinds(world) == ["case.started", "case.suspended"]
    with world.database.transaction() as session:
        resume_instance(session, case, "admin")
    world.work()
    assert kinds(world)[-1] == "task.reminded"


def test_an_interval_that_gives_no_time_becomes_an_incident_with_its_remedy(world: World) -> None:
    world.publish(row(task("a", "li.na", whenOverdue="remind, remind", overdueAfter="PT1H", overdueEvery="=pause")))
    case = world.start()
    pass_time(world, hours=1)
    with world.database.reading() as session:
        incident = session.scalars(select(Incident)).one()
        assert incident.facts["property"] == "overdueEvery"
    assert told(world) == []
    with world.database.transaction() as session:
        resolve_incident(session, incident.id, "admin")
    complete(world, "a", "li.na")
    assert world.state(case) == "COMPLETED"
    assert set(jobs(world)) == {"CANCELED"}


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"whenOverdue": "nag", "overdueAfter": "PT1H"}, "task_rule_unknown"),
        ({"whenOverdue": "pass, remind", "overdueAfter": "PT1H"}, "overdue_after_end"),
        ({"whenOverdue": "remind"}, "overdue_without_time"),
        ({"overdueEvery": "PT1H"}, "overdue_without_steps"),
        ({"whenOverdue": "remind", "overdueAfter": "soon"}, "overdue_time"),
        ({"whenOverdue": "remind", "overdueAfter": "=1 +"}, "expression_syntax"),
    ],
)
def test_a_rule_that_could_not_work_is_refused_at_publication(
    world: World, properties: dict[str, str], code: str
) -> None:
    with pytest.raises(UnpublishableError) as refused:
        world.publish(row(task("a", "li.na", **properties)))
    assert code in {one.code for one in refused.value.findings}


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02T09:00", "3", "2026-03-02T12:00"),
        ("2026-03-02T11:00", "2.5", "2026-03-02T14:30"),
        ("2026-03-06T17:00", "2", "2026-03-09T10:00"),
        ("2026-03-07T10:00", "0", "2026-03-09T09:00"),
        ("2026-03-02T12:30", "1", "2026-03-02T14:00"),
        ("2026-09-30T17:00", "1.5", "2026-10-08T09:30"),
        ("2026-10-09T17:00", "2", "2026-10-10T10:00"),
    ],
)
def test_working_hours_skip_noon_nights_weekends_and_follow_the_exchanged_days(
    start: str, hours: str, end: str
) -> None:
    found = working_hours_after(dt.datetime.fromisoformat(start).replace(tzinfo=SHANGHAI), Decimal(hours))
    assert found == dt.datetime.fromisoformat(end).replace(tzinfo=SHANGHAI)


def test_working_hours_have_bounds() -> None:
    monday = dt.datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    assert working_hours_after(monday, Decimal(-1)) is None
    assert working_hours_after(monday, Decimal(20_001)) is None
    assert working_hours_after(dt.datetime(9999, 12, 31, 9, tzinfo=SHANGHAI), Decimal(100)) is None
