"""What tasks do inside the transaction that completes them: find entries, publish messages, start cases."""

import json
from typing import Any

import pytest
from sqlalchemy import insert, select

from engine.errors import InvalidError
from engine.model import Message, ProcessInstance, Register, RegisterEntry
from tests.connectors.tasks import body, incidents, job, process, service
from tests.execution.test_events import WAITING, World
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import written

OUT = {"found": "=entries", "one": "=first", "total": "=count"}
ENTRIES = (
    ("QD-1", "在用", {"name": "抖音", "kind": "online", "share": "0.10", "amount": 120.5, "key": True}),
    ("QD-2", "在用", {"name": "门店", "kind": "offline", "amount": 80, "key": False, "note": None}),
    ("QD-3", "停用", {"name": "快手", "kind": "online", "amount": "120.5", "note": "a"}),
)


@pytest.fixture
def register(world: World) -> None:
    """Fill a register of channels."""
    columns = [{"key": key, "label": key} for key in ("name", "kind", "share", "amount", "key", "note")]
    with world.database.transaction() as session:
        session.execute(
            insert(Register),
            [
                {
                    "name": "channel",
                    "title": "渠道台账",
                    "number_pattern": "QD-{sequence}",
                    "statuses": ["在用", "停用"],
                    "columns": columns,
                    "title_field": "name",
                    "sha256": "0" * 64,
                }
            ],
        )
        session.execute(
            insert(RegisterEntry),
            [
                {
                    "register": "channel",
                    "number": number,
                    "status": status,
                    "title": fields["name"],
                    "fields": fields,
                    "search_text": "",
                    "version": 1,
                    "created_at": world.clock(),
                    "updated_at": world.clock(),
                    "updated_by": "system",
                }
                for number, status, fields in ENTRIES
            ],
        )


def find(world: World, **inputs: str) -> Any:  # noqa: ANN401 - variables are any JSON
    """Look for entries and give the case's variables."""
    world.publish(process(service("register.find", {"register": "channel", **inputs}, outputs=OUT)))
    case = world.start(wanted="online", limit=2)
    world.work()
    return world.variables(case)


def numbers(variables: Any) -> list[str]:  # noqa: ANN401 - variables are any JSON
    return [entry["number"] for entry in variables["found"]]


@pytest.mark.usefixtures("register")
def test_entries_are_found_by_number_status_and_fields(world: World) -> None:
    everything = find(world)
    assert numbers(everything) == ["QD-1", "QD-2", "QD-3"]
    assert everything["one"]["values"]["name"] == "抖音"
    assert everything["total"] == 3
    assert numbers(find(world, number="QD-2")) == ["QD-2"]
    assert numbers(find(world, status="停用")) == ["QD-3"]
    assert numbers(find(world, status='=["在用", "停用"]', values="={kind: wanted}")) == ["QD-1", "QD-3"]
    nothing = find(world, values='={name: "不存在"}')
    assert (nothing["found"], nothing["one"], nothing["total"]) == ([], None, 0)


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("={amount: 120.50}", ["QD-1"]),
        ('={amount: "120.5"}', ["QD-3"]),
        ("={key: true}", ["QD-1"]),
        ("={key: false}", ["QD-2"]),
        ('={share: "0.10", key: true}', ["QD-1"]),
        ("={share: 0.1}", []),
        ("={note: null}", ["QD-1", "QD-2"]),
    ],
)
def test_a_field_equals_only_a_value_of_its_own_kind(world: World, values: str, expected: list[str]) -> None:
    assert numbers(find(world, values=values)) == expected


@pytest.mark.usefixtures("register")
def test_order_and_limit_choose_and_the_count_is_of_all(world: World) -> None:
    found = find(world, order="-number", limit="=limit")
    assert numbers(found) == ["QD-3", "QD-2"]
    assert found["total"] == 3
    assert numbers(find(world, order="status")) in (["QD-3", "QD-1", "QD-2"], ["QD-1", "QD-2", "QD-3"])


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"register": "=nothing.name"}, "没有名为 None 的台账"),
        ({"status": "=wanted"}, "没有状态 online，可用的有：在用、停用"),
        ({"values": "={nothing: 1}"}, "没有字段 nothing，可用的有"),
        ({"values": "={kind: [1]}"}, "只能与文字、数字、是否或空值比较"),
        ({"values": "kind"}, "应为一组名称和值"),
        ({"order": "=wanted"}, "输入 order 应为"),
        ({"limit": "1000"}, "输入 limit 应为 1 到 200 的整数"),
    ],
)
def test_a_question_that_can_t_be_is_an_incident_that_says_why(world: World, inputs: dict[str, str], says: str) -> None:
    find(world, **inputs)
    assert says in incidents(world)[0]


def test_looking_by_number_uses_an_index(world: World) -> None:
    if not world.database.is_sqlite:
        pytest.skip("a planner with few rows reads them all")
    with world.database.reading() as session:
        statement = "EXPLAIN QUERY PLAN SELECT * FROM register_entries WHERE register = 'a' AND "
        connection = session.connection()
        for where in ("number = 'x'", "status IN ('x', 'y')"):
            plan = connection.exec_driver_sql(statement + where).all()
            assert "USING INDEX" in plan[0][3]


PUBLISH = {"messageName": "paid", "correlationKey": "=order", "variables": "={amount: 12}"}


def publisher(inputs: dict[str, str], type_: str = "serviceTask") -> bytes:
    task = service("message.publish", inputs).replace("serviceTask", type_)
    return process(task)


@pytest.mark.parametrize("element", ["serviceTask", "sendTask"])
def test_a_task_publishes_a_message_to_another_case(world: World, element: str) -> None:
    world.publish(WAITING, "waiting")
    world.publish(publisher(PUBLISH, element), "sending")
    waiting = world.start("waiting", order="7")
    sending = world.start("sending", order="7")
    world.work()
    assert (world.state(waiting), world.state(sending)) == ("COMPLETED", "COMPLETED")
    assert world.variables(waiting)["amount"] == 12
    assert body(world, sending, "job.completed")["result"]["delivered"] == 1


def test_a_message_event_of_the_diagram_is_thrown_by_its_job(world: World) -> None:
    world.publish(WAITING, "waiting")
    task = service("message.publish", PUBLISH)
    extension = task[task.index("<bpmn:extensionElements>") : task.index("</bpmn:serviceTask>")]
    event = '<bpmn:messageEventDefinition messageRef="m_paid"/>'
    thrown = f'<bpmn:endEvent id="end" name="已付款">{extension}{event}</bpmn:endEvent>'
    world.publish(written(START + thrown, {"start->end": "f1"}), "sending")
    waiting = world.start("waiting", order="7")
    sending = world.start("sending", order="7")
    world.work()
    assert (world.state(waiting), world.state(sending)) == ("COMPLETED", "COMPLETED")


def test_a_message_lives_as_long_as_the_task_says_and_its_id_counts_once(world: World) -> None:
    world.publish(publisher({**PUBLISH, "timeToLive": "PT1H", "messageId": '="pay-" + order'}), "sending")
    first, second = world.start("sending", order="7"), world.start("sending", order="7")
    world.work()
    assert [body(world, case, "job.completed")["result"]["is_new"] for case in (first, second)] == [True, False]
    with world.database.reading() as session:
        (message,) = session.scalars(select(Message))
        assert (message.expires_at - message.published_at).total_seconds() == 3600
        assert message.published_by == "zhang.wei"


def test_a_length_of_time_that_is_none_is_refused(world: World) -> None:
    world.publish(publisher({**PUBLISH, "timeToLive": "一小时"}), "sending")
    world.start("sending", order="7")
    world.work()
    assert incidents(world) == ["输入 timeToLive 应为时长，如 PT10M（10 分钟）、PT1H、P1D，现在是“一小时”。"]


OTHER = written(
    START + user_task("look").replace("tester", "=initiator") + END, {"start->look": "f1", "look->end": "f2"}
)


def test_a_task_starts_a_case_for_the_initiator_and_goes_on(world: World) -> None:
    world.publish(OTHER, "other")
    task = service(
        "process.start", {"processId": "other", "variables": "={order: order}"}, outputs={"other": "=number"}
    )
    world.publish(process(task), "starter")
    case = world.start("starter", order="7")
    world.work()
    other = int(str(world.variables(case)["other"]))
    with world.database.reading() as session:
        started = session.get_one(ProcessInstance, other)
        assert (started.started_by, started.parent_id, started.state) == ("zhang.wei", None, "ACTIVE")
    assert world.state(case) == "COMPLETED"
    assert world.variables(other) == {"order": "7", "initiator": "zhang.wei"}
    assert body(world, other, "case.started")["started_from"] == case


def test_a_start_that_fails_later_in_the_same_step_starts_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(OTHER, "other")
    world.publish(process(service("process.start", {"processId": "other"})), "starter")
    case = world.start("starter")

    def die(*_arguments: object, **_more: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("engine.execution.connecting.write_outcome", die)
        world.work()
    assert [one.id for one in world.cases()] == [case]
    world.clock.advance(minutes=1)
    world.work()
    assert len(world.cases()) == 2
    assert world.state(case) == "COMPLETED"


def test_a_process_nobody_has_published_is_an_incident(world: World) -> None:
    world.publish(process(service("process.start", {"processId": "=name"})), "starter")
    world.start("starter", name="missing")
    world.work()
    assert incidents(world) == ["没有已发布的流程 missing。"]
    assert job(world).state == "FAILED"


def test_replies_in_history_are_json(world: World) -> None:
    world.publish(publisher(PUBLISH), "sending")
    case = world.start("sending", order="7")
    world.work()
    assert json.dumps(body(world, case, "job.completed")["result"], sort_keys=True).startswith('{"delivered": 0')


def test_the_number_of_tries_may_depend_on_the_case(world: World) -> None:
    task = service("external", {}).replace('retries="3"', 'retries="=tries"')
    world.publish(process(task))
    world.start(tries=7)
    assert job(world).retries == 7
    with pytest.raises(InvalidError, match="重试次数"):
        world.start(tries=-1)
