"""``http``: a call of a real server on the loopback address, its reply in the case, and everything that goes wrong."""

import base64
import datetime as dt
import logging
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.cancel_instance import cancel_instance
from engine.commands.resolve_incident import resolve_incident
from engine.config_outside import Outside
from engine.connectors import CAMUNDA_HTTP, http_exchange
from engine.model import Incident, ProcessInstance
from engine.worker.doing import do_job
from tests.connectors.receivers import Receiver, answer, drip, echo, endless, receiver, silent
from tests.connectors.tasks import CAUGHT, CAUGHT_FLOWS, body, dump, events, incidents, job, process, service
from tests.execution.test_events import World

RATE = {"rate": "0.15", "exact": 0.1, "channel": {"name": "抖音"}}


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes call the loopback address, on any port the tests use."""
    monkeypatch.setenv("QUCHENG_HTTP_PRIVATE_NETWORKS", "127.0.0.0/8 ::1/128")


def open_to(monkeypatch: pytest.MonkeyPatch, server: Receiver) -> None:
    monkeypatch.setenv("QUCHENG_HTTP_ALLOWED_HOSTS", f"127.0.0.1:{server.port}")


def called(world: World, server: Receiver, task: str, **variables: Any) -> int:  # noqa: ANN401 - of any kind
    """Run a case with a service task once."""
    world.publish(process(task.replace("SERVER", server.url)))
    case = world.start(**variables)
    world.work()
    return case


def test_a_reply_comes_into_the_case_as_the_diagram_says(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    task = service(
        CAMUNDA_HTTP,
        {
            "authentication.type": "noAuth",
            "method": "POST",
            "url": "SERVER/rates",
            "headers": '={"X-Channel": "c-1"}',
            "queryParameters": '={kind: "线上", page: 2, none: null}',
            "body": "={amount: amount, name: name}",
            "connectionTimeoutInSeconds": "20",
            "readTimeoutInSeconds": "20",
        },
        {"resultVariable": "answer", "resultExpression": "={rate: number(body.rate), code: response.status}"},
    )
    with receiver(answer(200, RATE)) as server:
        open_to(monkeypatch, server)
        case = called(world, server, task, amount=12, name="抖音")
        (received,) = server.received
    assert received.method == "POST"
    assert received.path == "/rates?kind=%E7%BA%BF%E4%B8%8A&page=2"
    assert received.body == '{"amount":12,"name":"抖音"}'
    assert received.headers["content-type"] == "application/json"
    assert received.headers["x-channel"] == "c-1"
    assert received.headers["host"] == f"127.0.0.1:{server.port}"
    variables = world.variables(case)
    assert str(variables["rate"]) == "0.15"
    assert variables["code"] == 200
    assert variables["answer"]["body"] == RATE | {"exact": variables["answer"]["body"]["exact"]}  # type: ignore[index]
    assert str(variables["answer"]["body"]["exact"]) == "0.1"  # type: ignore[index]
    assert world.state(case) == "COMPLETED"
    assert body(world, case, "job.completed")["result"]["status"] == 200


def test_without_headers_or_mappings_the_case_takes_nothing_of_a_reply(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver(answer(200, RATE)) as server:
        open_to(monkeypatch, server)
        case = called(world, server, service("http", {"url": "SERVER/x"}))
        mapped = called(world, server, service("http", {"url": "SERVER/y"}, outputs={"rate": "=body.rate"}))
    assert set(world.variables(case)) == {"initiator"}
    assert body(world, case, "job.completed")["result"]["body"]["rate"] == "0.15"
    assert world.variables(mapped)["rate"] == "0.15"


def test_no_transaction_is_open_while_the_other_side_thinks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_meanwhile(handler: object) -> None:
        # Would wait for ever on SQLite's one write lock, or on the row of the case.
        with world.database.transaction() as session:
            session.get_one(ProcessInstance, 1, with_for_update={"nowait": True}).title = "改过"
        answer(200, {})(handler)  # type: ignore[arg-type]

    with receiver(write_meanwhile) as server:
        open_to(monkeypatch, server)
        case = called(world, server, service("http", {"url": "SERVER/x", "readTimeoutInSeconds": "5"}))
    assert world.state(case) == "COMPLETED"


def test_a_crash_after_the_call_calls_again_with_the_same_key_and_has_one_effect_in_the_case(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCutError(BaseException):
        """Not even an Exception: nobody gets to write anything down."""

    def die(*_arguments: object) -> None:
        raise PowerCutError

    with receiver(answer(200, {"n": 1}), answer(200, {"n": 2})) as server:
        open_to(monkeypatch, server)
        world.publish(
            process(service("http", {"method": "POST", "url": f"{server.url}/pay"}, outputs={"n": "=body.n"}))
        )
        case = world.start()
        with monkeypatch.context() as patch:
            patch.setattr("engine.worker.doing.run_job", die)
            with pytest.raises(PowerCutError):
                world.work()
        assert world.state(case) == "ACTIVE"
        world.clock.advance(minutes=2, seconds=1)
        world.work()
        keys = [request.headers["idempotency-key"] for request in server.received]
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert world.variables(case)["n"] == 2
    assert [kind for kind, _body in events(world, case)].count("job.completed") == 1


def test_each_job_has_a_key_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(answer(200, {})) as server:
        open_to(monkeypatch, server)
        world.publish(process(service("http", {"url": f"{server.url}/x"})))
        for _ in range(3):
            world.start()
        world.work()
        assert len({request.headers["idempotency-key"] for request in server.received}) == 3


def test_a_reply_to_a_case_that_went_on_meanwhile_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end_meanwhile(handler: object) -> None:
        with world.database.transaction() as session:
            cancel_instance(session, 1, "不再需要", "admin")
        answer(200, {})(handler)  # type: ignore[arg-type]

    with receiver(end_meanwhile) as server:
        open_to(monkeypatch, server)
        case = called(world, server, service("http", {"url": "SERVER/x"}))
    assert world.state(case) == "TERMINATED"
    assert job(world).state == "CANCELED"
    assert "job.completed" not in dict(events(world, case))


def test_500_is_tried_again_after_the_time_the_diagram_names(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(answer(500), answer(503), answer(200, RATE)) as server:
        open_to(monkeypatch, server)
        task = service("http", {"url": "SERVER/x"}, {"retryBackoff": "PT5M"}, retries=3)
        case = called(world, server, task)
        assert (job(world).retries, job(world).due_at) == (2, world.clock() + dt.timedelta(minutes=5))
        world.clock.advance(minutes=4)
        world.work()
        assert len(server.received) == 1
        for _ in range(2):
            world.clock.advance(minutes=5)
            world.work()
    assert world.state(case) == "COMPLETED"
    assert [kind for kind, _body in events(world, case)].count("job.failed") == 2


def test_429_waits_as_long_as_the_other_side_asks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(answer(429, {}, Retry_After="90"), answer(200, {})) as server:
        open_to(monkeypatch, server)
        called(world, server, service("http", {"url": "SERVER/x"}))
        assert job(world).due_at == world.clock() + dt.timedelta(seconds=90)


def test_no_tries_left_is_an_incident_in_words_and_can_be_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver(answer(502), answer(200, {})) as server:
        open_to(monkeypatch, server)
        case = called(world, server, service("http", {"url": "SERVER/x"}, retries=1))
        assert incidents(world) == [f"接口 {server.url}/x 暂时不能处理，答复 502。"]
        with world.database.transaction() as session:
            resolve_incident(session, session.scalars(select(Incident.id)).one(), "admin")
        world.work()
    assert world.state(case) == "COMPLETED"
    assert incidents(world) == []


def test_a_refusal_is_not_repeated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(answer(400, {"why": "no"})) as server:
        open_to(monkeypatch, server)
        called(world, server, service("http", {"url": "SERVER/x"}))
        assert len(server.received) == 1
    assert incidents(world) == [f"接口 {server.url}/x 拒绝了请求，答复 400。请核对发送的内容和登录方式。"]


@pytest.mark.parametrize(
    ("respond", "says"),
    [
        (silent, "连接中断"),
        (drip, "没有在规定时间内答复"),
        (endless, "超过 1024 KB 的上限"),
        (answer(200, b"x" * 2_000_000), "上限"),
    ],
    ids=["silent", "dripping", "endless", "huge"],
)
def test_a_server_that_behaves_badly_takes_neither_time_nor_memory(
    world: World, monkeypatch: pytest.MonkeyPatch, respond: object, says: str
) -> None:
    monkeypatch.setattr(http_exchange, "LONGEST", 1.0)
    with receiver(respond) as server:  # type: ignore[arg-type]
        open_to(monkeypatch, server)
        called(world, server, service("http", {"url": "SERVER/x"}, retries=1))
    assert says in incidents(world)[0]


def test_a_redirect_is_not_followed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(answer(302, {}, Location="/other")) as server:
        open_to(monkeypatch, server)
        called(world, server, service("http", {"url": "SERVER/x"}))
        assert [request.path for request in server.received] == ["/x"]
    assert "不跟随跳转" in incidents(world)[0]


def test_an_error_expression_throws_a_bpmn_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    brought = "{why: error.variables.response.body.why}"
    expression = f'=if error.code = "404" then bpmnError("BAD", error.message, {brought}) else null'
    with receiver(answer(404, {"why": "没有这个渠道"})) as server:
        open_to(monkeypatch, server)
        task = service("http", {"url": f"{server.url}/x"}, {"errorExpression": expression})
        world.publish(process(task, CAUGHT, CAUGHT_FLOWS))
        case = world.start()
        world.work()
    assert world.open_tasks() == ["repair"]
    assert incidents(world) == []
    assert world.variables(case)["why"] == "没有这个渠道"
    assert body(world, case, "job.error")["code"] == "BAD"


def test_an_error_that_nothing_catches_is_an_incident_and_another_try_calls_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    expression = '=if error.code = "404" then bpmnError("LOST", "没有这个渠道") else null'
    with receiver(answer(404), answer(200)) as server:
        open_to(monkeypatch, server)
        case = called(world, server, service("http", {"url": "SERVER/x"}, {"errorExpression": expression}))
        assert len(incidents(world)) == 1
        with world.database.transaction() as session:
            resolve_incident(session, session.scalars(select(Incident.id)).one(), "admin")
        world.work()
    assert world.state(case) == "COMPLETED"
    assert incidents(world) == []


def test_an_error_expression_can_find_fault_with_a_reply_that_came_well(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    expression = '=if body.code > 0 then bpmnError("BAD", body.text) else null'
    with receiver(answer(200, {"code": 7, "text": "余额不足"})) as server:
        open_to(monkeypatch, server)
        task = service("http", {"url": f"{server.url}/x"}, {"errorExpression": expression})
        world.publish(process(task, CAUGHT, CAUGHT_FLOWS))
        case = world.start()
        world.work()
    assert world.open_tasks() == ["repair"]
    assert body(world, case, "job.error")["result"]["body"]["code"] == 7


def test_an_error_expression_can_ask_for_another_try_or_ignore(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    again = '=if body.busy then jobError("还在处理", {}, 5, duration("PT1M")) else null'
    with receiver(answer(200, {"busy": True}), answer(200, {"busy": False})) as server:
        open_to(monkeypatch, server)
        case = called(world, server, service("http", {"url": "SERVER/x"}, {"errorExpression": again}))
        assert (job(world).retries, job(world).error) == (5, "还在处理")
        world.clock.advance(minutes=1)
        world.work()
        assert world.state(case) == "COMPLETED"
    ignore = '=if error.code = "409" then ignoreError({known: true}) else null'
    with receiver(answer(409)) as server:
        open_to(monkeypatch, server)
        case = called(world, server, service("http", {"url": "SERVER/x"}, {"errorExpression": ignore}))
    assert world.state(case) == "COMPLETED"
    assert world.variables(case)["known"] is True


def test_an_expression_that_fails_is_an_incident_that_names_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(answer(200, RATE)) as server:
        open_to(monkeypatch, server)
        called(world, server, service("http", {"url": "SERVER/x"}, {"resultExpression": "=body.rate"}))
    assert "resultExpression" in incidents(world)[0]


def test_secrets_reach_the_server_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = 'kX9"/+秘密'
    monkeypatch.setenv("QUCHENG_SECRET_PAY_KEY", secret)
    inputs = {
        "method": "POST",
        "url": "SERVER/x?key={{secrets.PAY_KEY}}",
        "headers": '={"X-Key": "{{ secrets.OTHER }}", "X-User": name}',
        "queryParameters": '={token: "{{secrets.PAY_KEY}}"}',
        "body": '={key: "{{secrets.PAY_KEY}}"}',
        "authentication.type": "basic",
        "authentication.username": "qucheng",
        "authentication.password": "{{secrets.PAY_KEY}}",
    }
    monkeypatch.setenv("QUCHENG_SECRET_OTHER", "other-value")
    with receiver(echo, answer(500, {"you sent": secret})) as server:
        open_to(monkeypatch, server)
        task = service("http", inputs, {"resultVariable": "answer"}, retries=1)
        case = called(world, server, task, name="{{secrets.PAY_KEY}}")
        (received,) = server.received
        called(world, server, task, name="x")
    encoded = base64.b64encode(f"qucheng:{secret}".encode()).decode()
    assert received.headers["authorization"] == f"Basic {encoded}"
    assert received.headers["x-key"] == "other-value"
    # What a person typed names no secret.
    assert received.headers["x-user"] == "{{secrets.PAY_KEY}}"
    assert received.body == '{"key":"kX9\\"/+秘密"}'
    assert world.variables(case)["answer"]["body"]["body"] == '{"key":"{{secrets.PAY_KEY}}"}'  # type: ignore[index]
    everywhere = dump(world) + caplog.text
    assert "{{secrets.PAY_KEY}}" in everywhere
    for way in ("kX9", encoded, "other-value"):
        assert way not in everywhere


def test_a_secret_that_is_not_set_is_refused_by_its_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as server:
        open_to(monkeypatch, server)
        called(world, server, service("http", {"url": "SERVER/x", "body": "{{secrets.MISSING}}"}))
        assert server.received == []
    assert incidents(world) == ["没有名为 MISSING 的密钥。请系统管理员设置环境变量 QUCHENG_SECRET_MISSING 后重试。"]


@pytest.mark.parametrize(
    ("authentication", "name", "value"),
    [
        ({"type": "bearer", "token": "{{secrets.KEY}}"}, "authorization", "Bearer k-1"),
        ({"type": "apiKey", "name": "X-Api-Key", "value": "{{secrets.KEY}}"}, "x-api-key", "k-1"),
    ],
)
def test_each_kind_of_authentication(
    world: World, monkeypatch: pytest.MonkeyPatch, authentication: dict[str, str], name: str, value: str
) -> None:
    monkeypatch.setenv("QUCHENG_SECRET_KEY", "k-1")
    inputs = {"url": "SERVER/x", **{f"authentication.{key}": text for key, text in authentication.items()}}
    with receiver() as server:
        open_to(monkeypatch, server)
        called(world, server, service("http", inputs))
        assert server.received[0].headers[name] == value


def test_an_access_token_is_fetched_used_and_not_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUCHENG_SECRET_CLIENT", "client-password")
    inputs = {
        "url": "SERVER/x",
        "authentication.type": "oauth-client-credentials-flow",
        "authentication.oauthTokenEndpoint": "SERVER/token",
        "authentication.clientId": "qucheng",
        "authentication.clientSecret": "{{secrets.CLIENT}}",
        "authentication.scopes": "read write",
    }
    with receiver(answer(200, {"access_token": "tok-77"}), echo) as server:
        open_to(monkeypatch, server)
        case = called(world, server, service("http", inputs))
        token, call = server.received
    assert token.body == "grant_type=client_credentials&scope=read+write"
    assert call.headers["authorization"] == "Bearer tok-77"
    assert world.state(case) == "COMPLETED"
    assert "tok-77" not in dump(world)
    assert "client-password" not in dump(world)


def test_texts_that_no_database_takes_are_made_harmless(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = b'{"half": "\\ud83d", "zero": "a\\u0000b", "huge": 1e400, "cut": "x"}'
    with receiver(answer(200, reply), answer(200, b"\xff\xfe not text", Content_Type="text/plain")) as server:
        open_to(monkeypatch, server)
        for _ in range(2):
            case = called(world, server, service("http", {"url": "SERVER/x"}, {"resultVariable": "answer"}))
            assert world.state(case) == "COMPLETED"
            assert incidents(world) == []


def test_a_header_that_would_begin_another_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as server:
        open_to(monkeypatch, server)
        called(world, server, service("http", {"url": "SERVER/x", "headers": "={A: text}"}), text="a\r\nX-Evil: 1")
        assert all("x-evil" not in request.headers for request in server.received)
    assert "换行" in incidents(world)[0]


def test_scenarios_and_other_closed_worlds_call_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as server:
        open_to(monkeypatch, server)
        world.publish(process(service("http", {"url": f"{server.url}/x"})))
        world.start()
        do_job(world.database, job(world).id, Outside())
        assert server.received == []
    assert "QUCHENG_HTTP_ALLOWED_HOSTS" in incidents(world)[0]
