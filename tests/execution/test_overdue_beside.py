"""Overdue tasks beside what else goes on: signers, listeners, other tasks, other cases, another version, a due date."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from engine.clock import SHANGHAI
from engine.commands.report_failure import report_failure
from engine.commands.update_task import update_task
from engine.model import Incident, UserTask
from tests.execution.operating import Office
from tests.execution.test_events import World
from tests.execution.test_incidents import count_on_row, incidents, retry, skip
from tests.execution.test_listeners import take
from tests.execution.test_migration import migrate
from tests.execution.test_overdue import HOURS, body_of, jobs, kinds, pass_time, told
from tests.execution.test_signing import ask, sign
from tests.execution.test_task_listeners import answer, change, task_of
from tests.execution.test_task_rules import asked, complete, row, task
from tests.interpreter.build import END, START, diagram

BOTH = diagram(
    START
    + '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
    + task("a", "li.na", whenOverdue="pass", operations="addSign", overdueAfter="PT1H")
    + task("b", "li.na", whenOverdue="remind", operations="addSign", overdueAfter="PT9H")
    + END,
    {"start->split": "f1", "split->a": "f2", "split->b": "f3", "a->join": "f4", "b->join": "f5", "join->end": "f6"},
)


def due(element: str, hours: int, **properties: str) -> str:
    schedule = f'<zeebe:taskSchedule dueDate="=now() + duration(&quot;PT{hours}H&quot;)"/><zeebe:properties>'
    return task(element, "li.na", **properties).replace("<zeebe:properties>", schedule)


def listened(drawn: str) -> str:
    """Let a listener be asked about what is handed in."""
    listener = '<zeebe:taskListeners><zeebe:taskListener eventType="completing" type="check"/></zeebe:taskListeners>'
    return drawn.replace("<zeebe:properties>", f"{listener}<zeebe:properties>")


def test_a_step_says_which_it_was_when_the_next_one_comes_and_whom_it_reminded(world: World) -> None:
    world.publish(row(task("a", "li.na", whenOverdue="remind, escalate", **HOURS)))
    world.start()
    pass_time(world, hours=4)
    body = body_of(world, "task.reminded")
    assert (body["step"], body["people"]) == (0, ["li.na"])
    assert dt.datetime.fromisoformat(body["next"]) == dt.datetime(2026, 3, 2, 17, tzinfo=SHANGHAI)
    pass_time(world, hours=4)
    body = body_of(world, "task.escalated")
    assert (body["step"], body["next"]) == (1, None)
    assert jobs(world) == ["COMPLETED"] * 2


def test_the_steps_come_in_their_order_however_many_there_are(world: World) -> None:
    world.publish(row(task("a", "li.na", whenOverdue="remind, escalate, pass", **HOURS)))
    case = world.start()
    for _ in range(3):
        pass_time(world, hours=4)
    assert kinds(world)[1:] == ["task.reminded", "task.escalated", "task.timed_out"]
    assert "signatures" not in world.variables(case)


def test_only_the_task_whose_time_is_over_passes_and_only_its_signers_are_let_go(office: Office) -> None:
    first = office.begin(BOTH)
    second = office.start()
    for case in (first, second):
        for one in office.rows(case):
            ask(office, one.id, "he.qiang" if one.element_id == "a" else "wu.tao")
    pass_time(office, hours=1)
    for case in (first, second):
        assert [(one.element_id, one.assignee) for one in office.rows(case)] == [("b", "li.na"), ("b", "wu.tao")]
        assert [(one.element_id, one.assignee) for one in office.rows(case, "CANCELED")] == [("a", "he.qiang")]
        assert [(one.element_id, one.assignee) for one in office.rows(case, "COMPLETED")] == [("a", "li.na")]


def test_passing_keeps_what_was_signed_and_lets_those_go_whose_turn_never_came(office: Office) -> None:
    case = office.begin(row(task("a", "li.na", whenOverdue="pass", operations="addSign", overdueAfter="PT1H")))
    here = office.row(case).id
    ask(office, here, "he.qiang")
    ask(office, here, "wu.tao", position="after")
    sign(office, case, "he.qiang")
    pass_time(office, hours=1)
    assert (office.state(case), office.rows(case, "CREATING")) == ("COMPLETED", [])
    assert [one.assignee for one in office.rows(case, "CANCELED")] == ["wu.tao"]
    assert [one["person"] for one in office.of(case)["signatures"]] == ["he.qiang"]


@pytest.mark.parametrize("end", ["pass", "reject"])
@pytest.mark.parametrize(("decision", "title"), [("approve", "自动通过"), ("reject", "视为不同意")])
def test_what_waits_for_signatures_only_reminds_signers_until_it_goes_on_as_it_was_handed_in(
    office: Office, end: str, decision: str, title: str
) -> None:
    late = "={decision: &quot;late&quot;}"
    rules = {"whenOverdue": f"escalate, {end}", "passWith": late, "rejectWith": late, **HOURS}
    case = office.begin(row(task("a", "wu.tao", operations="addSign", **rules)))
    ask(office, office.row(case).id, "he.qiang", by="wu.tao")
    office.finish(office.row(case, "wu.tao").id, "wu.tao", decision=decision)
    pass_time(office, hours=4)
    assert kinds(office)[-1] == "task.reminded"
    assert body_of(office, "task.reminded")["people"] == ["he.qiang"]
    assert "wu.tao" not in [name for name, title in told(office) if "超时" in title]
    pass_time(office, hours=4)
    assert (office.state(case), office.of(case)["decision"]) == ("COMPLETED", decision)
    assert told(office)[-1] == ("he.qiang", f"“a”已超时，按规则{title}")
    done = office.rows(case, "COMPLETED")
    assert [(one.assignee, one.completed_by) for one in done] == [("wu.tao", "wu.tao")]


@pytest.mark.parametrize(("decision", "then"), [("approve", []), ("reject", [("c", "wu.tao")])])
def test_whoever_had_handed_in_has_decided_when_it_went_on_without_signatures(
    office: Office, decision: str, then: list[tuple[str, str]]
) -> None:
    late = {"whenOverdue": "pass", "overdueAfter": "PT1H", "operations": "addSign"}
    again = {"whenSamePerson": "any"}
    case = office.begin(row(task("a", "wu.tao", **late), task("b", "li.na"), task("c", "wu.tao", **again)))
    ask(office, office.row(case).id, "he.qiang", by="wu.tao")
    office.finish(office.row(case, "wu.tao").id, "wu.tao", decision=decision)
    pass_time(office, hours=1)
    office.finish(office.row(case).id, "li.na", decision="approve")
    assert asked(office) == then


def test_what_a_listener_decides_on_is_looked_at_again_ten_minutes_later(world: World) -> None:
    listened_to = listened(task("a", "li.na", whenOverdue="remind", overdueAfter="PT1H"))
    world.publish(row(listened_to))
    world.start()
    complete(world, "a", "li.na")
    pass_time(world, hours=1)
    assert "task.reminded" not in kinds(world)
    answer(world, "check", denied="还差一份合同")
    pass_time(world, hours=0.1)
    assert "task.reminded" not in kinds(world)
    pass_time(world, hours=0.1)
    assert kinds(world)[-1] == "task.reminded"


def test_a_version_without_the_step_lets_the_task_rest(world: World) -> None:
    world.publish(row(task("a", "li.na", whenOverdue="remind, remind", **HOURS)))
    case = world.start()
    pass_time(world, hours=4)
    world.publish(row(task("a", "li.na", whenOverdue="remind", **HOURS)))
    migrate(world, case)
    pass_time(world, hours=4)
    assert kinds(world).count("task.reminded") == 1
    with world.database.reading() as session:
        assert session.scalars(select(Incident.code)).all() == []
    assert jobs(world) == ["COMPLETED", "CANCELED"]
    complete(world, "a", "li.na")


def test_a_later_due_date_puts_nothing_off_where_another_time_counts(world: World) -> None:
    world.publish(row(due("a", 20, whenOverdue="remind", overdueAfter="PT1H")))
    world.start()
    pass_time(world, hours=1)
    assert kinds(world)[-1] == "task.reminded"


def test_a_later_due_date_puts_off_the_first_step_alone(world: World) -> None:
    world.publish(
        row(due("a", 1, whenOverdue="remind, pass", overdueAfter=" ", overdueEvery="PT1H"), task("b", "wu.tao"))
    )
    world.start()
    pass_time(world, hours=1)
    assert kinds(world)[-1] == "task.reminded"
    with world.database.transaction() as session:
        session.execute(update(UserTask).values(due_at=dt.datetime(2026, 3, 9, tzinfo=SHANGHAI)))
    pass_time(world, hours=1)
    assert asked(world) == [("b", "wu.tao")]


@pytest.mark.parametrize(
    "rules", [{"whenOverdue": "remind, pass", "overdueEvery": "=pause"}, {"whenOverdue": "pass", "passWith": "=7"}]
)
def test_skipping_a_step_that_failed_skips_that_step_and_not_the_task(office: Office, rules: dict[str, str]) -> None:
    case = office.begin(row(task("a", "li.na", operations="addSign", overdueAfter="PT1H", **rules)))
    ask(office, office.row(case).id, "he.qiang")
    pass_time(office, hours=1)
    (incident,) = incidents(office)
    skip(office, incident)
    assert (incidents(office), count_on_row(office, case), jobs(office)) == ([], 0, ["CANCELED"])
    assert [one.assignee for one in office.rows(case)] == ["li.na", "he.qiang"]
    sign(office, case, "he.qiang")
    office.finish(office.row(case).id, "li.na")
    assert office.state(case) == "COMPLETED"


def test_skipping_a_step_that_failed_answers_no_listener(world: World) -> None:
    rules = {"whenOverdue": "remind, remind", "overdueAfter": "PT1H", "overdueEvery": "=pause"}
    world.publish(row(listened(task("a", "li.na", **rules))))
    world.start()
    pass_time(world, hours=1)
    complete(world, "a", "li.na")
    (incident,) = incidents(world)
    skip(world, incident)
    assert asked(world) == [("a", "li.na")]
    answer(world, "check")
    assert asked(world) == []


def test_skipping_a_listener_calls_no_step_off(world: World) -> None:
    drawn = listened(task("a", "li.na", whenOverdue="remind", overdueAfter="PT1H")).replace("completing", "updating")
    world.publish(row(drawn))
    world.start()
    assert not change(world, task_of(world).id, priority=90)
    job = take(world, "check")
    with world.database.transaction() as session:
        report_failure(session, job.id, "没有应答", "admin", retries=0)
    (incident,) = incidents(world)
    skip(world, incident)
    assert (task_of(world).priority, task_of(world).pending) == (90, None)
    pass_time(world, hours=1)
    assert kinds(world)[-1] == "task.reminded"


def test_a_due_date_without_a_value_is_an_incident_and_counts_once_it_has_one(world: World) -> None:
    schedule = '<zeebe:taskSchedule dueDate="=limit"/><zeebe:properties>'
    drawn = task("a", "li.na", whenOverdue=" remind ，remind, ").replace("<zeebe:properties>", schedule)
    world.publish(row(task("first", "wu.tao"), drawn))
    world.start()
    complete(world, "first", "wu.tao")
    (incident,) = incidents(world)
    assert (incident.code, incident.facts["property"], asked(world)) == ("overdue_without_time", "whenOverdue", [])
    retry(world, incident, limit="2026-03-02T12:00:00+08:00")
    assert asked(world) == [("a", "li.na")]
    pass_time(world, hours=3)
    assert kinds(world)[-1] == "task.reminded"
    pass_time(world, hours=24)
    assert (kinds(world).count("task.reminded"), jobs(world)) == (2, ["COMPLETED"] * 2)


def test_a_task_whose_due_date_was_taken_away_is_never_overdue(world: World) -> None:
    world.publish(row(due("a", 1, whenOverdue="pass"), due("b", 1, whenOverdue="pass", overdueAfter="PT2H")))
    world.start()
    with world.database.transaction() as session:
        update_task(session, session.scalars(select(UserTask.id)).one(), {"dueDate": None}, "admin")
    pass_time(world, hours=30)
    assert (asked(world), jobs(world)) == ([("a", "li.na")], ["CANCELED"])
    complete(world, "a", "li.na")
    with world.database.transaction() as session:
        wanted = select(UserTask.id).where(UserTask.element_id == "b")
        update_task(session, session.scalars(wanted).one(), {"dueDate": None}, "admin")
    pass_time(world, hours=2)
    assert asked(world) == []
