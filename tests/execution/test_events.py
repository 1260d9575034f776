"""Messages, signals, calls, decisions and timer starts, through commands on a real database of each kind."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlalchemy import select

from engine import json_text
from engine.audit.replay_case import replay_case
from engine.audit.verify import verify
from engine.commands.activate_jobs import ActivatedJob, activate_jobs
from engine.commands.broadcast_signal import broadcast_signal
from engine.commands.cancel_instance import cancel_instance
from engine.commands.complete_job import complete_job
from engine.commands.complete_task import complete_task
from engine.commands.deploy import File, deploy
from engine.commands.publish_message import PublishedMessage, publish_message
from engine.commands.report_failure import report_failure
from engine.commands.resolve_incident import resolve_incident
from engine.commands.start_instance import start_instance
from engine.commands.throw_job_error import throw_job_error
from engine.database import Database
from engine.demo import load_demo
from engine.errors import GoneError, UnpublishableError
from engine.interpreter import load_variables
from engine.model import EventSubscription, HistoryEvent, Incident, Job, ProcessInstance, UserTask
from engine.queries.due_jobs import has_due_job
from tests.execution.told import untold
from tests.interpreter.build import END, START, diagram, user_task
from tests.interpreter.test_elements import event, event_sub, written
from tests.support.clock import FixedClock
from tests.support.working import do_due

WAIT = (
    '<bpmn:intermediateCatchEvent id="wait" name="等待付款">'
    + event("message", 'messageRef="m_paid"')
    + "</bpmn:intermediateCatchEvent>"
)
WAITING = written(START + WAIT + END, {"start->wait": "f1", "wait->end": "f2"})
MINE = ("tester", "zhang.wei")
TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="rate" namespace="test">
<decision id="rate" name="返款比例"><decisionTable id="t" hitPolicy="UNIQUE">
<input id="i" label="金额"><inputExpression id="ie" typeRef="number"><text>amount</text></inputExpression></input>
<output id="o" name="share" typeRef="number"/>
<rule id="r1"><inputEntry id="e1"><text>&lt; 100</text></inputEntry><outputEntry id="x1"><text>0.1</text></outputEntry></rule>
<rule id="r2"><inputEntry id="e2"><text>&gt;= 100</text></inputEntry><outputEntry id="x2"><text>0.5</text></outputEntry></rule>
</decisionTable></decision></definitions>""".encode()


class World:
    """A database in which small processes live; anybody may do anything."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database = database
        self.clock = clock

    def publish(self, content: bytes, process: str = "process", table: bytes | None = None) -> None:
        files = [File(name=f"{process}.bpmn", content=content.replace(b'id="process"', f'id="{process}"'.encode()))]
        if table is not None:
            files.append(File(name="rate.dmn", content=table))
        with self.database.transaction() as session:
            deploy(session, files, "zeng.rui")

    def start(self, process: str = "process", **variables: object) -> int:
        with self.database.transaction() as session:
            return start_instance(session, process, variables, "zhang.wei")

    def message(
        self, key: str = "7", *, ttl: int = 0, message_id: str | None = None, **variables: object
    ) -> PublishedMessage:
        life = dt.timedelta(minutes=ttl)
        with self.database.transaction() as session:
            return publish_message(
                session, "paid", key, variables, "zhang.wei", time_to_live=life, message_id=message_id
            )

    def work(self) -> None:
        do_due(self.database)

    def state(self, case: int) -> str:
        with self.database.reading() as session:
            return session.get_one(ProcessInstance, case).state

    def variables(self, case: int) -> dict[str, object]:
        with self.database.reading() as session:
            return load_variables(session.get_one(ProcessInstance, case).body)

    def cases(self) -> list[ProcessInstance]:
        with self.database.reading() as session:
            return list(session.scalars(select(ProcessInstance).order_by(ProcessInstance.id)))

    def open_tasks(self) -> list[str]:
        with self.database.reading() as session:
            return sorted(session.scalars(select(UserTask.element_id).where(UserTask.state == "CREATED")))

    def complete(self, element: str, **values: object) -> None:
        with self.database.transaction() as session:
            wanted = select(UserTask.id).where(UserTask.element_id == element, UserTask.state == "CREATED")
            complete_task(session, session.scalars(wanted.limit(1)).one(), values, "zhang.wei")


@pytest.fixture
def world(database: Database, fixed_clock: FixedClock) -> Iterator[World]:
    """Give a world; whatever a test did in it must verify, replay identically, and be told by its history."""
    with database.transaction() as session:
        load_demo(session)
    lived = World(database, fixed_clock)
    yield lived
    with database.reading() as session:
        assert verify(session).discrepancies == []
        replays = {case.id: replay_case(session, case.id) for case in lived.cases()}
        assert [one for case in replays for one in untold(session, case)] == []
    assert {case: replay.difference for case, replay in replays.items() if not replay.identical} == {}


def test_a_message_reaches_the_case_with_its_key_and_no_other(world: World) -> None:
    world.publish(WAITING)
    first, second = world.start(order="7"), world.start(order="8")
    assert world.message("7", amount=12).delivered == 1
    world.work()
    assert (world.state(first), world.state(second)) == ("COMPLETED", "ACTIVE")
    assert world.variables(first)["amount"] == 12
    with world.database.reading() as session:
        assert len(session.scalars(select(EventSubscription)).all()) == 1


def test_one_message_wakes_one_case_of_a_process_and_the_next_message_the_next(world: World) -> None:
    world.publish(WAITING)
    cases = [world.start(order="7") for _ in range(2)]
    world.message("7")
    world.work()
    assert [world.state(case) for case in cases] == ["COMPLETED", "ACTIVE"]
    world.message("7")
    world.work()
    assert world.state(cases[1]) == "COMPLETED"


def test_a_message_that_nobody_waits_for_yet_is_kept_for_its_time(world: World) -> None:
    world.publish(WAITING)
    world.message("7", ttl=10, amount=1)
    case = world.start(order="7")
    world.work()
    assert world.state(case) == "COMPLETED"

    world.message("8", ttl=10)
    world.clock.advance(minutes=11)
    late = world.start(order="8")
    world.work()
    assert world.state(late) == "ACTIVE"


def test_the_same_message_twice_is_one_message_while_it_lives(world: World) -> None:
    world.publish(WAITING)
    assert world.message("7", ttl=10, message_id="A").is_new
    assert not world.message("7", ttl=10, message_id="A").is_new
    world.clock.advance(minutes=11)
    assert world.message("7", ttl=10, message_id="A").is_new


def test_two_messages_for_one_waiting_token_are_not_lost(world: World) -> None:
    world.publish(WAITING)
    first = world.start(order="7")
    world.message("7", ttl=60, n=1)
    world.message("7", ttl=60, n=2)
    world.work()
    assert world.variables(first)["n"] == 1
    second = world.start(order="7")
    world.work()
    assert world.variables(second)["n"] == 2


def test_an_event_that_may_come_again_takes_messages_one_after_the_other(world: World) -> None:
    nodes = (
        START + user_task("a").replace(*MINE) + event_sub("message", 'messageRef="m_paid"', interrupting=False) + END
    )
    world.publish(written(nodes, {"start->a": "f1", "a->end": "f2"}))
    world.start(order="7")
    for n in range(3):
        world.message("7", ttl=60, n=n)
    world.work()
    assert world.open_tasks() == ["a", "handle", "handle", "handle"]


def test_messages_published_and_awaited_at_once_all_arrive_exactly_once(world: World) -> None:
    world.publish(WAITING)
    errors: list[Exception] = []

    def guarded(act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    starts = [partial(world.start, order=str(number)) for number in range(8)]
    messages = [partial(world.message, str(number), ttl=60) for number in range(8)]
    threads = [
        threading.Thread(target=guarded, args=(act,)) for pair in zip(starts, messages, strict=True) for act in pair
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    world.work()
    assert errors == []
    assert {case.state for case in world.cases()} == {"COMPLETED"}
    with world.database.reading() as session:
        received = session.scalars(select(HistoryEvent.instance_id).where(HistoryEvent.kind == "event.received")).all()
    assert sorted(received) == sorted(case.id for case in world.cases())


def test_a_message_can_start_a_case_of_the_newest_version(world: World) -> None:
    start = (
        '<bpmn:startEvent id="start" name="付款到账">' + event("message", 'messageRef="m_paid"') + "</bpmn:startEvent>"
    )
    for label in ("旧", "新"):
        content = written(start + user_task("a") + END, {"start->a": "f1", "a->end": "f2"})
        world.publish(content.replace("测试".encode(), label.encode()))
    world.message("anything", amount=5)
    world.work()
    (case,) = world.cases()
    assert (case.title, case.started_by) == ("新", "system")
    assert world.variables(case.id)["amount"] == 5


def test_a_timer_starts_a_case_once_even_when_it_was_missed(world: World) -> None:
    start = (
        '<bpmn:startEvent id="start"><bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:startEvent>"
    )
    content = written(start + user_task("a") + END, {"start->a": "f1", "a->end": "f2"})
    world.publish(content)
    world.publish(content + b"\n")
    world.work()
    assert world.cases() == []
    world.clock.advance(days=30)
    world.work()
    world.work()
    assert len(world.cases()) == 1


def test_a_signal_reaches_everybody_who_waits(world: World) -> None:
    signal = (
        '<bpmn:intermediateCatchEvent id="wait" name="等信号">'
        + event("signal", 'signalRef="s_stop"')
        + "</bpmn:intermediateCatchEvent>"
    )
    world.publish(written(START + signal + END, {"start->wait": "f1", "wait->end": "f2"}))
    thrower = START + '<bpmn:endEvent id="end" name="停">' + event("signal", 'signalRef="s_stop"') + "</bpmn:endEvent>"
    world.publish(written(thrower, {"start->end": "f1"}), process="thrower")
    cases = [world.start() for _ in range(3)]
    world.start("thrower")
    world.work()
    assert {world.state(case) for case in cases} == {"COMPLETED"}
    with world.database.transaction() as session:
        assert broadcast_signal(session, "stop", {}, "li.na") == 0


def test_the_history_says_who_told_a_signal_or_message(world: World) -> None:
    signal = (
        '<bpmn:intermediateCatchEvent id="wait" name="等信号">'
        + event("signal", 'signalRef="s_stop"')
        + "</bpmn:intermediateCatchEvent>"
    )
    world.publish(written(START + signal + END, {"start->wait": "f1", "wait->end": "f2"}))
    thrower = START + '<bpmn:endEvent id="end" name="停">' + event("signal", 'signalRef="s_stop"') + "</bpmn:endEvent>"
    world.publish(written(thrower, {"start->end": "f1"}), process="thrower")
    world.publish(WAITING, process="waiter")
    waiting = world.start()
    with world.database.transaction() as session:
        assert broadcast_signal(session, "stop", {"a": 1}, "li.na") == 1
    world.work()
    told, paid = world.start(), world.start("waiter", order="7")
    thrown = world.start("thrower")
    message = world.message("7").id
    world.work()
    found = {}
    with world.database.reading() as session:
        for received in session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "event.received")):
            found[received.instance_id] = json_text.loads(received.body)["told_by"]
    of_message = {"message": message, "name": "paid", "key": "7", "id": None}
    assert found == {waiting: {"person": "li.na"}, told: {"case": thrown}, paid: of_message}


CALL = (
    '<bpmn:callActivity id="call" name="签协议"><bpmn:extensionElements>'
    '<zeebe:calledElement processId="agreement" propagateAllChildVariables="false"/>'
    '<zeebe:ioMapping><zeebe:input source="=partner" target="party"/>'
    '<zeebe:output source="=number" target="agreement_number"/></zeebe:ioMapping>'
    "</bpmn:extensionElements></bpmn:callActivity>"
)
CALLER = diagram(START + CALL + END, {"start->call": "f1", "call->end": "f2"})
AGREEMENT = diagram(START + user_task("sign").replace(*MINE) + END, {"start->sign": "f1", "sign->end": "f2"})


def called(world: World) -> int:
    """Publish a caller and what it calls, and start the caller."""
    world.publish(AGREEMENT, "agreement")
    world.publish(CALLER, "caller")
    case = world.start("caller", partner="星河")
    world.work()
    return case


def test_a_called_case_gets_its_inputs_and_brings_its_result_back(world: World) -> None:
    case = called(world)
    _, child = world.cases()
    assert (child.parent_id, world.variables(child.id)["party"]) == (case, "星河")
    world.complete("sign", number="XY-1", noise=1)
    world.work()
    assert world.state(case) == "COMPLETED"
    assert world.variables(case)["agreement_number"] == "XY-1"
    assert "noise" not in world.variables(case)


def test_a_called_case_ends_with_its_caller(world: World) -> None:
    case = called(world)
    with world.database.transaction() as session:
        cancel_instance(session, case, "不做了", "admin")
    world.work()
    assert {one.state for one in world.cases()} == {"TERMINATED"}
    assert world.open_tasks() == []


def test_a_caller_whose_called_case_was_terminated_gets_an_incident(world: World) -> None:
    case = called(world)
    with world.database.transaction() as session:
        cancel_instance(session, world.cases()[1].id, "误发", "admin")
    world.work()
    assert world.state(case) == "ACTIVE"
    with world.database.reading() as session:
        assert session.scalars(select(Incident.instance_id)).all() == [case]


def test_calling_a_process_that_is_not_published_is_an_incident_that_names_it(world: World) -> None:
    world.publish(CALLER, "caller")
    world.start("caller", partner="星河")
    world.work()
    with world.database.reading() as session:
        assert session.scalars(select(Job.state)).all() == ["FAILED"]
        (incident,) = session.scalars(select(Incident)).all()
    assert "agreement" in incident.message.format(**incident.facts)


RULE = (
    '<bpmn:businessRuleTask id="rule" name="定比例"><bpmn:extensionElements>'
    '<zeebe:calledDecision decisionId="rate" resultVariable="share"/></bpmn:extensionElements></bpmn:businessRuleTask>'
)
RULED = diagram(START + RULE + END, {"start->rule": "f1", "rule->end": "f2"})


def test_a_decision_is_the_one_published_with_the_version_and_its_rule_is_in_history(world: World) -> None:
    world.publish(RULED, table=TABLE)
    old = world.start(amount=100)
    world.publish(RULED, table=TABLE.replace(b"0.5", b"0.6"))
    new = world.start(amount=100)
    assert [str(world.variables(case)["share"]) for case in (old, new)] == ["0.5", "0.6"]
    with world.database.reading() as session:
        body = session.scalars(select(HistoryEvent.body).where(HistoryEvent.instance_id == old)).one()
    assert '"number":2' in body
    assert '"金额":100' in body


def test_a_decision_that_does_not_exist_is_refused_at_publication(world: World) -> None:
    with pytest.raises(UnpublishableError, match="rate"):
        world.publish(RULED)
    world.publish(diagram(START + END, {"start->end": "f1"}), "tables", table=TABLE)
    world.publish(RULED)
    assert str(world.variables(world.start(amount=1))["share"]) == "0.1"


WORK = (
    '<bpmn:serviceTask id="work" name="打款"><bpmn:extensionElements><zeebe:taskDefinition type="pay"/>'
    '<zeebe:taskHeaders><zeebe:header key="bank" value="ICBC"/></zeebe:taskHeaders></bpmn:extensionElements></bpmn:serviceTask>'
    '<bpmn:boundaryEvent id="border" attachedToRef="work">'
    + event("error", 'errorRef="e_bad"')
    + "</bpmn:boundaryEvent>"
)
PAYING = written(
    START + WORK + user_task("mend").replace(*MINE) + END,
    {"start->work": "f1", "work->end": "f2", "border->mend": "f3", "mend->end": "f4"},
)


def activate(world: World, worker: str = "w", most: int = 10) -> list[ActivatedJob]:
    with world.database.transaction() as session:
        return activate_jobs(session, "pay", worker, most=most, timeout=dt.timedelta(minutes=1))


def test_an_external_worker_gets_each_job_once_and_completes_it(world: World) -> None:
    world.publish(PAYING)
    cases = [world.start(amount=number) for number in range(3)]
    world.work()
    first = activate(world, most=2)
    second = activate(world, "other")
    assert [job.instance_id for job in (*first, *second)] == cases
    assert activate(world) == []
    assert (first[0].headers, first[0].variables["amount"]) == ({"bank": "ICBC"}, 0)
    for job in (*first, *second):
        with world.database.transaction() as session:
            complete_job(session, job.id, {"paid": True}, "admin")
    assert {case.state for case in world.cases()} == {"COMPLETED"}
    with pytest.raises(GoneError), world.database.transaction() as session:
        complete_job(session, first[0].id, {}, "admin")


def test_a_job_whose_worker_is_gone_is_handed_out_again(world: World) -> None:
    world.publish(PAYING)
    world.start()
    (lost,) = activate(world)
    world.clock.advance(minutes=2)
    (again,) = activate(world, "other")
    assert again.id == lost.id


def test_a_workers_failure_is_tried_again_and_then_becomes_an_incident_in_its_own_words(world: World) -> None:
    world.publish(PAYING)
    case = world.start()
    (job,) = activate(world)
    with world.database.transaction() as session:
        report_failure(session, job.id, "银行没有应答 {x}", "admin", retries=1, back_off=dt.timedelta(minutes=5))
    assert activate(world) == []
    world.clock.advance(minutes=6)
    (job,) = activate(world)
    with world.database.transaction() as session:
        report_failure(session, job.id, "银行没有应答 {x}", "admin", retries=0)
    with world.database.reading() as session:
        (incident,) = session.scalars(select(Incident)).all()
    assert incident.message.format(**incident.facts) == "银行没有应答 {x}"
    with world.database.transaction() as session:
        resolve_incident(session, incident.id, "admin")
    (job,) = activate(world)
    with world.database.transaction() as session:
        complete_job(session, job.id, {}, "admin")
    assert world.state(case) == "COMPLETED"


@pytest.mark.parametrize(("code", "tasks"), [("BAD", ["mend"]), ("OTHER", [])])
def test_a_workers_error_goes_the_way_the_diagram_draws_or_becomes_an_incident(
    world: World, code: str, tasks: list[str]
) -> None:
    world.publish(PAYING)
    world.start()
    (job,) = activate(world)
    with world.database.transaction() as session:
        throw_job_error(session, job.id, code, "账号不存在", {"hint": "查账号"}, "admin")
    assert world.open_tasks() == tasks
    with world.database.reading() as session:
        assert len(session.scalars(select(Incident)).all()) == (0 if tasks else 1)


def test_what_the_program_does_by_itself_is_not_handed_to_external_workers(world: World) -> None:
    mapped = '<zeebe:ioMapping><zeebe:input source="li.na" target="to"/><zeebe:input source="好" target="title"/></zeebe:ioMapping>'
    world.publish(PAYING.replace(b'type="pay"/>', f'type="notify"/>{mapped}'.encode()))
    world.start()
    with world.database.transaction() as session:
        assert not has_due_job(session, "notify")
        assert activate_jobs(session, "notify", "w", most=1, timeout=dt.timedelta(minutes=1)) == []
