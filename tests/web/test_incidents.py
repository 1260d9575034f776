"""The pages of incidents: the list, one incident, and every way to resolve it."""

import pytest
from sqlalchemy import insert, select

from engine import clock
from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.model import Incident, Job
from tests.execution.test_events import MINE
from tests.execution.test_task_rules import row, task
from tests.interpreter.build import END, START, diagram, user_task
from tests.web.conftest import Site

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

CHOICE = diagram(
    START
    + user_task("a").replace(*MINE)
    + '<bpmn:exclusiveGateway id="g" name="金额多大"/>'
    + user_task("yes").replace(*MINE)
    + user_task("no")
    + END,
    {
        "start->a": "f1",
        "a->g": "f2",
        "g->yes": ("f3", "=amount &gt; 10"),
        "g->no": ("f4", "=amount &lt; 5"),
        "yes->end": "f5",
        "no->end": "f6",
    },
)


def stuck(site: Site) -> Incident:
    """Let a case get stuck at a gateway, and give its incident."""
    with site.company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=CHOICE)], "zeng.rui")
        case = start_instance(session, "process", {"region": "华东"}, "zhang.wei")
    site.company.complete(case, "zhang.wei", {"amount": 7})
    return incidents(site)[0]


def incidents(site: Site) -> list[Incident]:
    with site.company.database.reading() as session:
        return list(session.scalars(select(Incident).where(Incident.resolved_at.is_(None))))


def test_the_list_says_what_where_and_since_when(site: Site) -> None:
    admin = site.visitor("admin")
    assert "没有异常" in admin.read("/incidents")
    incident = stuck(site)
    page = admin.read("/incidents")
    for words in ("网关没有一条路走得通", "金额多大", f"/incidents/{incident.id}", "待处理"):
        assert words in page
    assert "还没有处理过的异常" in admin.read("/incidents?state=resolved")


def test_the_page_shows_cause_place_and_the_variables_concerned_first(site: Site) -> None:
    incident = stuck(site)
    page = site.visitor("admin").read(f"/incidents/{incident.id}")
    for words in ("没有一个条件成立", "卡在“金额多大”", 'name="value:amount"', "=amount > 10", "更正并重试"):
        assert words in page
    assert page.index('name="value:amount"') < page.index("其他 ") < page.index('name="value:region"')
    assert '"failed":["g"]' in page


def test_the_case_leads_administrators_to_its_incident(site: Site) -> None:
    incident = stuck(site)
    address = f"/cases/{incident.instance_id}"
    for seen in (address, "/cases/mine", "/"):
        page = site.visitor("zhang.wei").read(seen)
        assert "卡住了，等管理员处理" in page
        assert "系统处理中" not in page
    assert f"/incidents/{incident.id}" in site.visitor("admin").read(address)
    assert f"/incidents/{incident.id}" not in site.visitor("zhang.wei").read(address)


def test_corrected_data_get_the_case_going(site: Site) -> None:
    incident, admin = stuck(site), site.visitor("admin")
    fields = {"action": "correct", "value:amount": "12", "value:region": '"华东"'}
    assert 'id="reason-error"' in admin.post(f"/incidents/{incident.id}", fields).text
    fields["reason"] = "漏填金额"
    answer = admin.post(f"/incidents/{incident.id}", fields)
    assert answer.status_code == 302
    page = admin.read(answer.headers["Location"])
    assert "已处理" in page
    assert "更正了“金额多大”所用的数据并重试" in page
    assert site.company.variables(incident.instance_id)["amount"] == 12
    assert "已处理" in admin.read(f"/incidents/{incident.id}")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"action": "correct", "value:amount": "十二"}, ("这不是合法的 JSON", "十二")),
        ({"action": "correct", "value:amount": "7"}, ("还没有改动任何数据",)),
        ({"action": "correct", "new_name": "1x", "new_value": "1"}, ("请填写变量名", "1x")),
        ({"action": "skip", "reason": "", "flows": "f4"}, ("请填写跳过的原因",)),
        ({"action": "skip", "reason": "先这样走"}, ("请选择从“金额多大”走哪条流向", "先这样走")),
        ({}, ("请选择怎样处理",)),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    site: Site, fields: dict[str, str], words: tuple[str, ...]
) -> None:
    incident = stuck(site)
    answer = site.visitor("admin").post(f"/incidents/{incident.id}", fields)
    assert answer.status_code == 422
    for word in words:
        assert word in answer.text
    assert [one.id for one in incidents(site)] == [incident.id]


def test_a_gateway_is_skipped_by_the_flow_that_was_chosen(site: Site) -> None:
    incident, admin = stuck(site), site.visitor("admin")
    answer = admin.post(f"/incidents/{incident.id}", {"action": "skip", "flows": "f3", "reason": "客户等着"})
    page = admin.read(answer.headers["Location"])
    assert "跳过了“金额多大”" in page
    assert "客户等着" in page
    assert site.company.task(incident.instance_id).element_id == "yes"


def test_a_task_for_nobody_is_given_to_a_person(site: Site) -> None:
    incident, admin = stuck(site), site.visitor("admin")
    admin.post(f"/incidents/{incident.id}", {"action": "skip", "flows": "f4", "reason": "x"})
    (wanting,) = incidents(site)
    page = admin.read(f"/incidents/{wanting.id}")
    assert "指定办理人" in page
    assert admin.post(f"/incidents/{wanting.id}", {"action": "assign"}).status_code == 422
    answer = admin.post(f"/incidents/{wanting.id}", {"action": "assign", "assignee": "li.na"})
    assert answer.status_code == 302
    assert incidents(site) == []
    assert site.company.task(wanting.instance_id).assignee == "li.na"


def test_leaving_a_step_that_failed_beside_a_task_says_that_the_task_waits_on(site: Site) -> None:
    late = row(task("a", "li.na", whenOverdue="pass", overdueAfter="PT0S", passWith="=7"))
    with site.company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=late)], "zeng.rui")
        case = start_instance(session, "process", {}, "zhang.wei")
    site.company.work()
    (incident,), admin = incidents(site), site.visitor("admin")
    page = admin.read(f"/incidents/{incident.id}")
    assert "在等的照常等下去" in page
    assert "当作这一步已经办完" not in page
    assert "补上它本该给出的结果" not in page
    answer = admin.post(f"/incidents/{incident.id}", {"action": "skip", "reason": "不必自动通过"})
    assert "已处理，在等的照常等下去" in admin.read(answer.headers["Location"])
    assert site.company.task(case).element_id == "a"


def failed_start(site: Site) -> int:
    row: dict[str, object] = {
        "instance_id": None, "token": 0, "element_id": "start", "name": "timer", "kind": "start", "type": "process",
        "payload": {"variables": {}}, "state": "FAILED", "due_at": clock.now(), "retries": 0,
        "error": "第一个任务没有办理人",
    }  # fmt: skip
    with site.company.database.transaction() as session:
        return session.scalars(insert(Job).returning(Job.id), [row]).one()


def test_a_start_that_failed_is_tried_again_or_given_up_for_a_reason(site: Site) -> None:
    job, admin = failed_start(site), site.visitor("admin")
    assert "第一个任务没有办理人" in admin.read("/incidents")
    admin.post(f"/incidents/starts/{job}", {"action": "drop", "reason": " "})
    assert "请填写不再发起的原因" in admin.read("/incidents")
    admin.post(f"/incidents/starts/{job}", {"action": "retry"})
    assert state_of(site, job) == "CREATED"
    other = failed_start(site)
    admin.post(f"/incidents/starts/{other}", {"action": "drop", "reason": "已手工发起"})
    assert state_of(site, other) == "CANCELED"
    admin.post(f"/incidents/starts/{other}", {"action": "retry"})
    assert state_of(site, other) == "CANCELED"


def state_of(site: Site, job: int) -> str:
    with site.company.database.reading() as session:
        return session.get_one(Job, job).state
