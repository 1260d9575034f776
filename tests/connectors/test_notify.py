"""``notify``: inside the product, by mail, into a messenger's group."""

import json
import re

import apprise
import pytest
from sqlalchemy import select, update

from engine.commands.resolve_incident import resolve_incident
from engine.model import Incident, Notification, User
from tests.connectors.mail_server import MailServer, mail_server
from tests.connectors.receivers import answer, receiver
from tests.connectors.tasks import body, dump, events, incidents, job, process, service
from tests.execution.test_events import World

TITLE = "新渠道“抖音旗舰店”已备案，请尽快在系统中完成后续的各项登记与审核工作"
TO = '=["zhang.wei", "zhao.lei"]'


def notice(**inputs: str) -> str:
    return service("notify", {"to": TO, "title": "=title", "text": "第一行\n第二行 <b>", **inputs})


def connect(monkeypatch: pytest.MonkeyPatch, server: MailServer, user: str = "") -> None:
    monkeypatch.setenv("QUCHENG_SMTP_URL", f"smtp://{user}127.0.0.1:{server.port}")
    monkeypatch.setenv("QUCHENG_MAIL_FROM", "渠成 <qucheng@example.com>")
    monkeypatch.setenv("QUCHENG_BASE_URL", "https://qucheng.example.com/")


def address(world: World, **addresses: str | None) -> None:
    with world.database.transaction() as session:
        session.execute(update(User).values(email=None))
        for name, one in addresses.items():
            session.execute(update(User).where(User.username == name.replace("_", ".")).values(email=one))


def told(world: World, task: str) -> int:
    world.publish(process(task))
    case = world.start(title=TITLE)
    world.work()
    return case


def test_inside_the_product_nothing_is_needed_outside(world: World) -> None:
    case = told(world, notice())
    with world.database.reading() as session:
        assert sorted(session.scalars(select(Notification.username))) == ["zhang.wei", "zhao.lei"]
    assert body(world, case, "job.completed")["result"] == {"notified": ["zhang.wei", "zhao.lei"]}


def test_a_mail_says_it_in_chinese_as_text_and_as_html_with_a_link(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    address(world, zhang_wei="zhang.wei@example.com", zhao_lei="zhao.lei@example.com")
    with mail_server() as server:
        connect(monkeypatch, server)
        case = told(world, notice(channels="mail"))
        (mail,) = server.mails
    assert mail["Subject"] == TITLE
    assert mail["To"] == "张伟 <zhang.wei@example.com>, 赵磊 <zhao.lei@example.com>"
    assert mail["From"] == "渠成 <qucheng@example.com>"
    assert re.fullmatch(r"<[0-9a-f-]{36}@example\.com>", mail["Message-ID"])
    assert mail["Date"].datetime.isoformat() == "2026-03-02T09:00:00+08:00"
    plain, html = mail.iter_parts()
    assert "第二行 <b>" in plain.get_content()
    assert f"https://qucheng.example.com/cases/{case}" in plain.get_content()
    assert "<p>第二行 &lt;b&gt;</p>" in html.get_content()
    assert f'href="https://qucheng.example.com/cases/{case}"' in html.get_content()
    assert world.state(case) == "COMPLETED"
    assert body(world, case, "job.completed")["result"]["mailed"] == ["zhang.wei", "zhao.lei"]
    with world.database.reading() as session:
        assert session.scalars(select(Notification)).all() == []


def test_a_title_with_a_line_break_makes_no_second_header(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address(world, zhang_wei="zhang.wei@example.com")
    with mail_server() as server:
        connect(monkeypatch, server)
        world.publish(process(notice(channels="mail")))
        world.start(title="标题\r\nBcc: evil@example.net")
        world.work()
        (mail,) = server.mails
    assert mail["Subject"] == "标题 Bcc: evil@example.net"
    assert mail["Bcc"] is None


def test_people_without_an_address_are_named_and_nobody_at_all_is_an_incident(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    address(world, zhao_lei="zhao.lei@example.com")
    with mail_server() as server:
        connect(monkeypatch, server)
        case = told(world, notice(channels="mail"))
        assert body(world, case, "job.completed")["result"]["without_address"] == ["zhang.wei"]
        address(world)
        told(world, notice(channels="mail"))
        assert len(server.mails) == 1
    assert incidents(world) == ["收件人张伟、赵磊都没有可用的邮箱地址。请系统管理员在组织架构里补上后重试。"]


@pytest.mark.parametrize(
    "wrong", ["zhao.lei", "a b@example.com", "赵磊@例子.中国", "x@example.com, y@example.com", "<>"]
)
def test_an_address_that_is_none_counts_as_missing(world: World, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    address(world, zhang_wei="zhang.wei@example.com", zhao_lei=wrong)
    with mail_server() as server:
        connect(monkeypatch, server)
        case = told(world, notice(channels="mail"))
        assert body(world, case, "job.completed")["result"]["mailed"] == ["zhang.wei"]
        assert body(world, case, "job.completed")["result"]["without_address"] == ["zhao.lei"]
        assert server.mails[0]["To"] == "张伟 <zhang.wei@example.com>"


def test_without_a_mail_server_the_incident_says_what_to_set(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUCHENG_SMTP_URL", raising=False)
    told(world, notice(channels="mail"))
    assert "QUCHENG_SMTP_URL" in incidents(world)[0]


def test_a_server_that_is_busy_gets_the_same_mail_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address(world, zhang_wei="zhang.wei@example.com")
    with mail_server("451 later", "250 OK") as server:
        connect(monkeypatch, server)
        case = told(world, notice(channels="mail"))
        assert job(world).retries == 2
        world.clock.advance(minutes=1)
        world.work()
        assert world.state(case) == "COMPLETED"
        assert len({mail["Message-ID"] for mail in server.mails}) == 1
        assert len(server.mails) == 2


def test_what_a_server_will_never_take_is_an_incident_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address(world, zhang_wei="zhang.wei@example.com", zhao_lei="gone@example.com")
    with mail_server() as server:
        connect(monkeypatch, server)
        server.refused = {"gone@example.com"}
        case = told(world, notice(channels="mail"))
        assert body(world, case, "job.completed")["result"]["not_accepted"] == ["zhao.lei"]
        server.refused |= {"zhang.wei@example.com"}
        told(world, notice(channels="mail"))
    assert "550" in incidents(world)[0]


def test_a_password_is_used_and_never_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address(world, zhang_wei="zhang.wei@example.com")
    with mail_server() as server:
        connect(monkeypatch, server, "qucheng:p%40ss%20word@")
        case = told(world, notice(channels="mail"))
        assert server.logins == [("qucheng", "p@ss word")]
        assert world.state(case) == "COMPLETED"
        connect(monkeypatch, server, "qucheng:wrong-one@")
        told(world, notice(channels="mail"))
    assert "535" in incidents(world)[0]
    for text in ("p@ss", "p%40ss", "wrong-one"):
        assert text not in dump(world)


def test_one_channel_that_fails_does_not_repeat_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address(world, zhang_wei="zhang.wei@example.com")
    with mail_server() as server, receiver(answer(500), answer(200)) as group:
        connect(monkeypatch, server)
        monkeypatch.setenv("QUCHENG_IM_TARGETS", f"渠道群=json://127.0.0.1:{group.port}/token-1")
        monkeypatch.setenv("QUCHENG_IM_SCHEMES", "dingtalk json")
        case = told(world, notice(channels='=["app", "mail", "渠道群"]'))
        assert world.state(case) == "ACTIVE"
        with world.database.reading() as session:
            assert session.scalars(select(Notification)).all() == []
        world.clock.advance(minutes=1)
        world.work()
        assert len(server.mails) == 1
        assert len(group.received) == 2
    assert world.state(case) == "COMPLETED"
    result = body(world, case, "job.completed")["result"]
    assert (result["notified"], result["posted"]) == (["zhang.wei", "zhao.lei"], ["渠道群"])
    posted = json.loads(group.received[1].body)
    assert posted["title"] == TITLE
    assert f"https://qucheng.example.com/cases/{case}" in posted["message"]
    assert "token-1" not in dump(world)


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        ("", "没有名为 渠道群 的通知渠道"),
        ("渠道群=json://127.0.0.1/x", "类型 json 不在允许之列：dingtalk、feishu、wecombot"),
        ("渠道群=dingtalk://", "地址不完整"),
    ],
)
def test_a_group_that_is_not_set_up_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, targets: str, says: str
) -> None:
    monkeypatch.setenv("QUCHENG_IM_TARGETS", targets)
    told(world, notice(channels="渠道群"))
    assert says in incidents(world)[0]


@pytest.mark.parametrize("url", ["dingtalk://abcdefgh1234", "feishu://abcdefgh1234", "wecombot://abcdefgh1234"])
def test_the_messengers_used_in_china_are_known_to_the_library(url: str) -> None:
    assert apprise.Apprise.instantiate(url) is not None


@pytest.mark.parametrize(("inputs", "says"), [({"to": "nobody"}, "没有收件人"), ({"title": "=null"}, "没有标题")])
def test_a_notice_to_nobody_or_without_a_title_is_refused(world: World, inputs: dict[str, str], says: str) -> None:
    told(world, notice(**inputs))
    assert says in incidents(world)[0]


def test_an_incident_can_be_tried_again_when_its_cause_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address(world)
    with mail_server() as server:
        connect(monkeypatch, server)
        case = told(world, notice(channels="mail"))
        address(world, zhang_wei="zhang.wei@example.com")
        with world.database.transaction() as session:
            resolve_incident(session, session.scalars(select(Incident.id)).one(), "admin")
        world.work()
        assert len(server.mails) == 1
    assert world.state(case) == "COMPLETED"
    assert [kind for kind, _body in events(world, case)][-1] == "job.completed"
