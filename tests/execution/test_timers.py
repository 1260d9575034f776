"""Timers that fire again and again, over restarts and changes of the clock, on a real database of each kind."""

import datetime as dt
import json
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from engine.audit.replay_case import replay_case
from engine.clock import SHANGHAI
from engine.commands import run_job as running
from engine.commands.migrate_instance import migrate_instance
from engine.commands.run_job import run_job
from engine.commands.start_instance import start_instance
from engine.database import Database
from engine.errors import UnpublishableError
from engine.interpreter import Case
from engine.model import HistoryEvent, Incident, Job, Notification, ProcessDefinition
from engine.worker import next_due, run_due
from tests.execution.test_events import MINE, World
from tests.interpreter.build import END, START, diagram, user_task

DIAGRAM = Path(__file__).with_name("timers.bpmn")


def timer(kind: str, text: str) -> str:
    """Write the definition of a timer event."""
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"


def reminding(cycle: str, *, after: str = user_task("remind")) -> bytes:
    """Write a task on whose border a cycle starts something again and again."""
    border = f'<bpmn:boundaryEvent id="border" attachedToRef="work" cancelActivity="false">{timer("timeCycle", cycle)}'
    nodes = START + user_task("work") + border + "</bpmn:boundaryEvent>" + after + END
    flows = {"start->work": "f1", "work->end": "f2", "border->remind": "f3", "remind->end": "f4"}
    return diagram(nodes.replace(*MINE), flows)


def starting(cycle: str, *, kind: str = "timeCycle", task: str = "a") -> bytes:
    """Write a process that a timer starts."""
    start = f'<bpmn:startEvent id="start" name="到点">{timer(kind, cycle)}</bpmn:startEvent>'
    nodes = start + user_task(task).replace(*MINE) + END
    return diagram(nodes, {f"start->{task}": "f1", f"{task}->end": "f2"})


def reminders(world: World) -> int:
    return world.open_tasks().count("remind")


def waiting(world: World) -> list[str]:
    """Give when the waiting timers are due, in Shanghai."""
    with world.database.reading() as session:
        due = session.scalars(select(Job.due_at).where(Job.state == "CREATED").order_by(Job.due_at)).all()
    return [f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}" for moment in due]


def go_to(world: World, text: str) -> None:
    """Set the clock of Shanghai in March 2026, such as ``02 10:00``, and do what is due."""
    day, time = text.split()
    world.clock.moment = dt.datetime.fromisoformat(f"2026-03-{day}T{time}:00+08:00").astimezone(dt.UTC)
    world.work()


def test_a_diagram_of_the_modeler_starts_reminds_and_reports_by_the_clock_of_shanghai(world: World) -> None:
    world.publish(DIAGRAM.read_bytes())
    passed: list[tuple[str, str]] = []
    while (due := next_due(world.database)) is not None and due < dt.datetime(2026, 4, 18, tzinfo=SHANGHAI):
        world.clock.moment = due
        world.work()
        with world.database.reading() as session:
            fired = select(HistoryEvent.element_id).where(HistoryEvent.at == due, HistoryEvent.kind == "timer.fired")
            passed += [(f"{due.astimezone(SHANGHAI):%m-%d %H:%M}", str(one)) for one in session.scalars(fired)]
    assert passed == [
        ("04-02 09:00", "daily"),
        ("04-03 09:00", "daily"),
        ("04-03 17:00", "fridays"),
        ("04-04 09:00", "daily"),
        ("04-10 17:00", "fridays"),
        ("04-17 17:00", "fridays"),
    ]
    assert [case.title for case in world.cases()] == ["每月盘点"]
    assert world.open_tasks() == ["count"]
    world.complete("count")
    assert waiting(world) == ["05-01 09:00"]


def test_a_reminder_comes_as_often_as_its_cycle_says_and_no_more(world: World) -> None:
    world.publish(reminding("R3/PT1H"))
    case = world.start()
    seen = []
    for hour in range(9, 15):
        go_to(world, f"02 {hour:02d}:00")
        seen.append(reminders(world))
    assert seen == [0, 1, 2, 3, 3, 3]
    assert waiting(world) == []
    world.complete("work")
    assert world.state(case) == "ACTIVE"
    for _ in range(3):
        world.complete("remind")
    assert world.state(case) == "COMPLETED"


def test_each_time_is_a_job_of_its_own_written_when_the_former_one_fires(world: World) -> None:
    world.publish(reminding("R3/PT1H"))
    world.start()
    go_to(world, "02 11:30")
    with world.database.reading() as session:
        jobs = session.execute(select(Job.state, Job.payload).where(Job.kind == "timer").order_by(Job.id)).all()
        fired = session.scalars(select(HistoryEvent.body).where(HistoryEvent.kind == "timer.fired")).all()
    assert [(job.state, job.payload["cycle"]["left"]) for job in jobs] == [("COMPLETED", 3), ("CREATED", 2)]
    assert len(fired) == 1
    assert '"text":"R3/PT1H"' in fired[0]


def test_a_timer_missed_for_three_periods_fires_once_and_goes_on_at_the_next_regular_moment(world: World) -> None:
    world.publish(reminding("R/PT1H"))
    world.start()
    go_to(world, "02 13:20")
    assert reminders(world) == 1
    assert waiting(world) == ["03-02 14:00"]


def test_nothing_of_a_cycle_is_lost_over_restarts(world: World) -> None:
    world.publish(reminding("R3/PT1H"))
    world.start()
    for hour in (10, 11, 12, 13):
        world.clock.moment = dt.datetime(2026, 3, 2, hour, tzinfo=SHANGHAI).astimezone(dt.UTC)
        restarted = Database(world.database.url.render_as_string(hide_password=False))
        run_due(restarted, f"worker-{hour}")
        restarted.dispose()
    assert reminders(world) == 3
    assert waiting(world) == []


def test_a_clock_that_jumps_ahead_and_back_fires_nothing_twice(world: World) -> None:
    world.publish(reminding("R/PT1H"))
    world.start()
    go_to(world, "02 15:10")
    go_to(world, "02 09:30")
    assert reminders(world) == 1
    for time in ("02 10:00", "02 15:00", "02 15:10"):
        go_to(world, time)
        assert reminders(world) == 1
    go_to(world, "02 16:00")
    assert reminders(world) == 2


def test_a_clock_set_back_between_taking_a_timer_and_doing_it_fires_it_once(world: World) -> None:
    world.publish(reminding("R/PT1H"))
    world.start()
    with world.database.reading() as session:
        job_id = session.scalars(select(Job.id)).one()
    world.clock.advance(minutes=30)
    with world.database.transaction() as session:
        run_job(session, job_id)
    assert waiting(world) == ["03-02 11:00"]
    go_to(world, "02 10:00")
    assert reminders(world) == 1


def test_a_cycle_of_no_times_never_fires(world: World) -> None:
    world.publish(reminding("R0/PT1H"))
    world.start()
    assert next_due(world.database) is None
    go_to(world, "20 09:00")
    assert world.open_tasks() == ["work"]


@pytest.mark.parametrize(
    ("cycle", "due"),
    [
        ("R3/2026-03-03T09:00:00+08:00/P1D", "03-03 09:00"),
        ("R/P1M", "04-02 09:00"),
        ("0 0 8 * * MON-FRI", "03-03 08:00"),
        ("@daily", "03-03 00:00"),
        ("= &quot;R/&quot; + interval", "03-02 11:00"),
        ("=cycle(2, duration(interval))", "03-02 11:00"),
        ("=cycle(duration(interval))", "03-02 11:00"),
    ],
)
def test_cycles_are_written_as_camunda_writes_them(world: World, cycle: str, due: str) -> None:
    world.publish(reminding(cycle))
    world.start(interval="PT2H")
    assert waiting(world) == [due]


def test_a_cycle_counts_working_hours_of_shanghai(world: World) -> None:
    world.publish(reminding("0 0 9-17 * * MON-FRI"))
    world.start()
    go_to(world, "02 17:00")
    assert waiting(world) == ["03-03 09:00"]
    go_to(world, "06 17:30")
    assert waiting(world) == ["03-09 09:00"]


@pytest.mark.parametrize("interval", [None, 5, "often", "PT0S"])
def test_an_expression_that_gives_no_cycle_is_an_incident(world: World, interval: object) -> None:
    content = reminding("= if interval = null then null else &quot;R/&quot; + string(interval)").decode()
    first = user_task("first").replace(*MINE) + '<bpmn:sequenceFlow id="f0" sourceRef="first" targetRef="work"/>'
    content = content.replace('sourceRef="start" targetRef="work"', 'sourceRef="start" targetRef="first"')
    world.publish(content.replace("</bpmn:process>", first + "</bpmn:process>").encode())
    world.start()
    world.complete("first", interval=interval)
    with world.database.reading() as session:
        (incident,) = session.scalars(select(Incident)).all()
    assert incident.element_id == "border"
    assert incident.code in {"timer_cycle", "timer_without_time"}
    assert world.open_tasks() == ["work"]


def test_the_cycle_ends_with_the_task_it_stands_on(world: World) -> None:
    world.publish(reminding("R/PT1H"))
    world.start()
    go_to(world, "02 10:00")
    world.complete("work")
    assert next_due(world.database) is None
    go_to(world, "03 09:00")
    assert world.open_tasks() == ["remind"]


def test_a_timer_that_ends_the_case_it_stands_in_is_its_last(world: World) -> None:
    stop = '<bpmn:endEvent id="remind" name="不再等"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
    world.publish(reminding("R/PT1H", after=stop).replace(b'sourceRef="remind"', b'sourceRef="work"'))
    case = world.start()
    go_to(world, "02 10:00")
    assert world.state(case) == "COMPLETED"
    assert next_due(world.database) is None


def test_a_timer_due_in_a_case_that_has_ended_is_dropped(world: World) -> None:
    world.publish(reminding("R/PT1H"))
    case = world.start()
    world.complete("work")
    with world.database.transaction() as session:
        # As a worker sees it that read the job just before the case took it away.
        session.execute(update(Job).values(state="CREATED"))
    go_to(world, "02 12:00")
    assert waiting(world) == []
    with world.database.reading() as session:
        kinds = session.scalars(select(HistoryEvent.kind).where(HistoryEvent.instance_id == case)).all()
    assert "timer.fired" not in kinds


def beside(kind: str, when: str) -> bytes:
    """Draw a task, and beside it an event sub-process that a timer begins and that interrupts nothing."""
    sub = (
        '<bpmn:subProcess id="handler" triggeredByEvent="true"><bpmn:startEvent id="trigger" isInterrupting="false">'
        f"{timer(kind, when)}</bpmn:startEvent>{user_task('remind')}"
        '<bpmn:endEvent id="he"/><bpmn:sequenceFlow id="h1" sourceRef="trigger" targetRef="remind"/>'
        '<bpmn:sequenceFlow id="h2" sourceRef="remind" targetRef="he"/></bpmn:subProcess>'
    )
    return diagram((START + user_task("work") + sub + END).replace(*MINE), {"start->work": "f1", "work->end": "f2"})


def stands_at(world: World, case: int) -> list[list[str]]:
    """Give where the case stood after each step, as its history tells."""
    with world.database.reading() as session:
        bodies = session.scalars(
            select(HistoryEvent.body).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.sequence)
        )
        return [[element for _token, element in json.loads(body)["waiting"]] for body in bodies]


@pytest.mark.parametrize(("kind", "when"), [("timeDuration", "PT1H"), ("timeCycle", "R1/PT1H")])
def test_an_event_that_has_come_for_the_last_time_waits_no_longer(world: World, kind: str, when: str) -> None:
    world.publish(beside(kind, when))
    case = world.start()
    go_to(world, "02 12:00")
    assert stands_at(world, case) == [["trigger", "work"], ["work", "remind"]]
    if kind == "timeDuration":
        with world.database.reading() as session:
            # Only cycles carry something: NULL, not the JSON of nothing.
            assert session.scalars(select(Job.id).where(Job.payload.is_not(None))).all() == []
    world.complete("remind")
    world.complete("work")
    assert world.state(case) == "COMPLETED"
    with world.database.reading() as session:
        assert replay_case(session, case).identical


def test_an_event_that_has_come_does_not_wait_anew_in_another_version(world: World) -> None:
    content = beside("timeDuration", "PT1H")
    world.publish(content)
    case = world.start()
    go_to(world, "02 12:00")
    world.publish(content.replace("结束".encode(), "办完".encode()))
    with world.database.transaction() as session:
        newest = session.scalars(select(func.max(ProcessDefinition.id))).one()
        migrate_instance(session, case, newest, {}, "新版本", "admin")
    assert stands_at(world, case)[-1] == ["work", "remind"]
    assert next_due(world.database) is None
    with world.database.reading() as session:
        assert replay_case(session, case).identical


def test_a_history_in_which_it_waited_on_replays_as_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish(beside("timeDuration", "PT1H"))
    fire = Case.fire
    monkeypatch.setattr(Case, "fire", lambda *of, **more: fire(*of, **{**more, "ends": False}))
    case = world.start()
    go_to(world, "02 12:00")
    monkeypatch.undo()
    assert stands_at(world, case) == [["trigger", "work"], ["trigger", "work", "remind"]]
    world.complete("remind")
    with world.database.reading() as session:
        assert replay_case(session, case).identical
    world.complete("work")
    assert world.state(case) == "COMPLETED"


def test_an_event_sub_process_that_interrupts_nothing_comes_again_and_again(world: World) -> None:
    world.publish(beside("timeCycle", "R2/PT1H"))
    case = world.start()
    seen = []
    for hour in (10, 11, 12, 13):
        go_to(world, f"02 {hour}:00")
        seen.append(reminders(world))
    assert seen == [1, 2, 2, 2]
    for _ in range(2):
        world.complete("remind")
    world.complete("work")
    assert world.state(case) == "COMPLETED"


# -- processes that a timer starts ---------------------------------------------------------------------


def test_a_cycle_starts_a_case_each_time_and_once_where_it_was_missed(world: World) -> None:
    world.publish(starting("0 0 9 * * MON-FRI"))
    started = []
    for day in ("02 09:00", "03 09:00", "04 08:59", "04 09:01", "09 12:00"):
        go_to(world, day)
        started.append(len(world.cases()))
    assert started == [0, 1, 1, 2, 3]
    assert waiting(world) == ["03-10 09:00"]
    assert {case.started_by for case in world.cases()} == {"system"}


def test_a_process_may_be_started_by_people_and_by_a_timer_each_on_its_own_way(world: World) -> None:
    timed = f'<bpmn:startEvent id="timed" name="到点">{timer("timeCycle", "R1/P1D")}</bpmn:startEvent>'
    nodes = START + timed + user_task("asked") + user_task("planned") + END
    flows = {"start->asked": "f1", "timed->planned": "f2", "asked->end": "f3", "planned->end": "f4"}
    world.publish(diagram(nodes.replace(*MINE).replace(*MINE), flows))
    world.start()
    assert world.open_tasks() == ["asked"]
    go_to(world, "03 09:00")
    assert world.open_tasks() == ["asked", "planned"]
    for task in ("planned", "asked"):
        world.complete(task)
    assert {case.state for case in world.cases()} == {"COMPLETED"}


def test_a_counted_cycle_starts_as_many_cases_over_restarts(world: World) -> None:
    world.publish(starting("R2/2026-03-03T09:00:00+08:00/P1D"))
    for day in (3, 4, 5):
        world.clock.moment = dt.datetime(2026, 3, day, 9, tzinfo=SHANGHAI).astimezone(dt.UTC)
        restarted = Database(world.database.url.render_as_string(hide_password=False))
        run_due(restarted)
        restarted.dispose()
    assert len(world.cases()) == 2
    assert next_due(world.database) is None


@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("timeDate", "2026-03-05T09:00:00+08:00", "03-05 09:00"),
        ("timeDate", "=date and time(&quot;2026-03-05T09:00:00&quot;)", "03-05 09:00"),
        ("timeDate", "=working days after(now(), 5)", "03-09 09:00"),
        ("timeDuration", "P2D", "03-04 09:00"),
    ],
)
def test_a_date_starts_one_case(world: World, kind: str, text: str, due: str) -> None:
    world.publish(starting(text, kind=kind))
    assert waiting(world) == [due]
    go_to(world, "20 09:00")
    assert len(world.cases()) == 1
    assert waiting(world) == []


def test_the_timers_of_a_new_version_take_the_place_of_the_old_ones(world: World) -> None:
    world.publish(starting("R/PT1H"))
    go_to(world, "02 10:00")
    world.publish(starting("R/PT2H", task="b"))
    assert waiting(world) == ["03-02 12:00"]
    go_to(world, "02 12:00")
    assert world.open_tasks() == ["a", "b"]
    world.publish(diagram(START + user_task("c").replace(*MINE) + END, {"start->c": "f1", "c->end": "f2"}))
    assert waiting(world) == []


def test_a_new_version_and_a_due_timer_of_the_old_one_take_turns(world: World) -> None:
    world.publish(starting("R/PT1H"))
    for number in range(6):
        world.clock.advance(hours=3)
        threads = [
            threading.Thread(target=world.work),
            threading.Thread(target=world.publish, args=(starting("R/PT1H", task=f"t{number}"),)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(waiting(world)) == 1
    with world.database.reading() as session:
        payload = session.scalars(select(Job.payload).where(Job.state == "CREATED")).one()
    assert payload is not None
    assert payload["definition"] == 7


def test_a_start_that_fails_is_tried_again_then_told_and_does_not_stop_the_cycle(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(starting("0 0 9 * * *"))

    def fail(*_arguments: object, **_more: object) -> int:
        raise RuntimeError("secret of the program")

    with monkeypatch.context() as patch:
        patch.setattr(running, "write_start", fail)
        go_to(world, "03 09:00")
        assert waiting(world) == ["03-03 09:01", "03-04 09:00"]
        for _ in range(3):
            world.clock.advance(minutes=11)
            world.work()
    assert world.cases() == []
    with world.database.reading() as session:
        (failed,) = session.scalars(select(Job).where(Job.state == "FAILED")).all()
        told = session.scalars(select(Notification)).all()
    assert failed.error is not None
    assert "secret" not in failed.error
    assert {one.username for one in told} == {"admin"}
    assert "2026-03-03 09:00" in told[0].text
    go_to(world, "04 09:00")
    assert len(world.cases()) == 1
    assert waiting(world) == ["03-05 09:00"]


def test_a_start_that_fails_once_is_made_up_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish(starting("R1/P1D"))
    with monkeypatch.context() as patch:
        patch.setattr(running, "hand_to_administrators", None)
        go_to(world, "03 09:00")
    assert world.cases() == []
    world.clock.advance(minutes=2)
    world.work()
    assert len(world.cases()) == 1
    assert waiting(world) == []


def test_a_failed_start_of_a_version_that_was_replaced_meanwhile_is_not_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(starting("R/P1D"))

    def replaced(*_arguments: object) -> Mapping[str, object]:
        raise RuntimeError

    go_to(world, "02 10:00")
    with monkeypatch.context() as patch:
        patch.setattr(running, "write_start", replaced)
        go_to(world, "03 09:30")
    world.publish(starting("R/P1D", task="b"))
    assert waiting(world) == ["03-04 09:30"]


def test_a_title_that_cannot_be_written_keeps_no_case_from_beginning(world: World) -> None:
    properties = (
        '<bpmn:extensionElements><zeebe:properties><zeebe:property name="caseTitle" '
        'value="=for i in 1..10000000 return i"/></zeebe:properties></bpmn:extensionElements>'
    )
    content = diagram(START + user_task("a").replace(*MINE) + END, {"start->a": "f1", "a->end": "f2"})
    world.publish(content.replace(b'isExecutable="true">', b'isExecutable="true">' + properties.encode()))
    with world.database.transaction() as session:
        start_instance(session, "process", {}, "zhang.wei")
    assert [case.title for case in world.cases()] == ["测试"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeCycle", "=&quot;R/&quot; + interval"),
        ("timeCycle", "=duration(&quot;PT1H&quot;)"),
        ("timeDate", "=due"),
        ("timeDate", "=date and time(&quot;tomorrow&quot;)"),
    ],
)
def test_a_start_whose_expression_gives_no_time_is_refused_at_publication(world: World, kind: str, text: str) -> None:
    with pytest.raises(UnpublishableError) as refused:
        world.publish(starting(text, kind=kind))
    (found,) = [one for one in refused.value.findings if one.severity == "error"]
    assert (found.element, found.resource) == ("start", "process.bpmn")
    assert found.code in {"timer_without_time", "timer_cycle"}
