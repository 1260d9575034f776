"""A person whose task listeners are deciding on is told so, and gets back what was typed where they refuse."""

import datetime as dt
import json

import pytest
from sqlalchemy import select

from engine.commands.activate_jobs import activate_jobs
from engine.commands.complete_job import complete_job
from engine.commands.deploy import File, deploy
from engine.commands.report_failure import report_failure
from engine.commands.skip_incident import skip_incident
from engine.commands.start_instance import start_instance
from engine.model import Incident, UserTask
from tests.interpreter.build import END, START, diagram, user_task
from tests.web.conftest import Site

FORM = {
    "id": "amount",
    "type": "default",
    "schemaVersion": 16,
    "components": [{"type": "textfield", "key": "purpose", "label": "用途", "id": "purpose"}],
}
LISTENERS = (
    '<zeebe:formDefinition formId="amount"/><zeebe:taskListeners>'
    '<zeebe:taskListener eventType="assigning" type="check"/><zeebe:taskListener eventType="completing" type="check"/>'
    "</zeebe:taskListeners>"
)
LISTENED = diagram(START + user_task("a", LISTENERS) + END, {"start->a": "f1", "a->end": "f2"})


def publish(site: Site, content: bytes) -> int:
    """Publish a process and start it; give the number of its task."""
    files = [
        File(name="process.bpmn", content=content),
        File(name="amount.form", content=json.dumps(FORM).encode()),
    ]
    with site.company.database.transaction() as session:
        deploy(session, files, "zeng.rui")
    with site.company.database.transaction() as session:
        case = start_instance(session, "process", {}, "zhang.wei")
    with site.company.database.reading() as session:
        return session.scalars(select(UserTask.id).where(UserTask.instance_id == case)).one()


def answer(site: Site, denied: str | None = None) -> None:
    """Let the listener that is asked agree or refuse."""
    with site.company.database.transaction() as session:
        (job,) = activate_jobs(session, "check", "w", most=1, timeout=dt.timedelta(minutes=1))
        complete_job(session, job.id, {}, "admin", denied=denied)


@pytest.fixture
def task(site: Site) -> int:
    """Give a task of Zhao Lei that a listener has agreed to."""
    number = publish(site, LISTENED.replace(b"tester", b"zhao.lei"))
    answer(site)
    return number


def test_a_completion_says_that_it_is_looked_at_and_comes_back_with_the_reason_and_what_was_typed(
    site: Site, task: int
) -> None:
    visitor = site.visitor("zhao.lei")
    sent = visitor.post(f"/tasks/{task}", {"purpose": "直播设备"})
    assert (sent.status_code, sent.headers["Location"]) == (302, f"/tasks/{task}")
    page = visitor.read(f"/tasks/{task}")
    assert "您的提交正在处理" in page
    assert 'name="purpose"' not in page
    assert "正在处理" in visitor.read("/tasks")
    late = visitor.post(f"/tasks/{task}", {"purpose": "别的"})
    assert late.status_code == 409
    assert "正在处理中" in late.text

    answer(site, denied="缺少报价单")
    page = visitor.read(f"/tasks/{task}")
    assert "没有通过，任务还没有办完" in page
    assert "缺少报价单" in page
    assert 'value="直播设备"' in page

    visitor.post(f"/tasks/{task}", {"purpose": "直播设备，附报价单"})
    assert "缺少报价单" not in visitor.read(f"/tasks/{task}")
    answer(site)
    assert "这个任务已由赵磊办理" in visitor.read(f"/tasks/{task}")
    assert "直播设备，附报价单" in visitor.read(f"/cases/{site.company.instance(1).id}")


def test_a_claim_that_is_looked_at_can_not_be_made_twice_and_a_refusal_says_why(site: Site) -> None:
    task = publish(site, LISTENED.replace(b'assignee="tester"', 'candidateGroups="渠道专员"'.encode()))
    first, second = site.visitor("wu.tao"), site.visitor("xu.jing")
    first.post(f"/tasks/{task}/claim")
    assert "这个任务正在处理" in first.read(f"/tasks/{task}")
    queue = second.read("/tasks?scope=claimable")
    assert "正在处理" in queue
    assert f"/tasks/{task}/claim" not in queue
    answer(site, denied="今天不在岗")
    page = first.read(f"/tasks/{task}")
    assert "没有通过，办理人没有改变" in page
    assert "今天不在岗" in page
    second.post(f"/tasks/{task}/claim")
    answer(site)
    assert 'name="purpose"' in second.read(f"/tasks/{task}")


def test_a_listener_of_the_whole_process_that_fails_is_shown_and_passed_over_like_any_incident(site: Site) -> None:
    listened = (
        '<bpmn:extensionElements><zeebe:executionListeners><zeebe:executionListener eventType="start" type="check"/>'
        '<zeebe:executionListener eventType="end" type="check"/></zeebe:executionListeners></bpmn:extensionElements>'
    )
    content = diagram(START + user_task("a").replace("tester", "zhao.lei") + END, {"start->a": "f1", "a->end": "f2"})
    head = b'isExecutable="true">'
    with site.company.database.transaction() as session:
        deploy(
            session, [File(name="process.bpmn", content=content.replace(head, head + listened.encode()))], "zeng.rui"
        )
        case = start_instance(session, "process", {}, "zhang.wei")
    for _ in range(2):
        with site.company.database.transaction() as session:
            (job,) = activate_jobs(session, "check", "w", most=1, timeout=dt.timedelta(minutes=1))
            report_failure(session, job.id, "没有应答", "admin", retries=0)
        with site.company.database.reading() as session:
            number = session.scalars(select(Incident.id).where(Incident.resolved_at.is_(None))).one()
        admin = site.visitor("admin")
        assert "没有应答" in admin.read(f"/incidents/{number}")
        assert "没有应答" in admin.read(f"/cases/{case}")
        with site.company.database.transaction() as session:
            skip_incident(session, number, "系统停用", "admin")
        if site.company.instance(case).state == "ACTIVE":
            site.company.complete(case, "zhao.lei", {})
    assert site.company.instance(case).state == "COMPLETED"
