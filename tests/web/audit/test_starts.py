"""What became of cases that could not be started: auditors find who tried again and who gave up, and why."""

import pytest
from sqlalchemy import select

from engine import json_text
from engine.commands.deploy import File, deploy
from engine.commands.drop_start import drop_start
from engine.commands.retry_start import retry_start
from engine.model import HistoryEvent, Job
from tests.interpreter.build import END
from tests.interpreter.test_elements import written
from tests.web.conftest import Site
from tests.worker.test_queue import DAILY

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def fail(site: Site) -> int:
    """Let the one start that waits fail for good."""
    with site.company.database.transaction() as session:
        job = session.scalars(select(Job).where(Job.kind == "start", Job.state == "CREATED")).one()
        job.state, job.retries, job.error = "FAILED", 0, "数据库没有应答"
        return job.id


def test_whoever_tried_again_or_gave_up_is_told_with_the_cause(site: Site) -> None:
    auditor = site.visitor("xiao.han")
    assert "都发起成功了" in auditor.read("/audit/starts")
    database = site.company.database
    with database.transaction() as session:
        content = written(DAILY + END, {"start->end": "f1"})
        deploy(session, [File(name="process.bpmn", content=content)], "zeng.rui")
    first = fail(site)
    assert "等待处理" in auditor.read("/audit/starts")
    with database.transaction() as session:
        retry_start(session, first, "admin")
    site.company.work()
    with database.reading() as session:
        body = json_text.loads(session.scalars(select(HistoryEvent.body)).one())
    assert [(one["what"], one["by"], one["error"]) for one in body["handled"]] == [("retry", "admin", "数据库没有应答")]
    second = fail(site)
    with database.transaction() as session:
        drop_start(session, second, "节日停业", "admin")
    page = auditor.read("/audit/starts")
    for words in (
        "后来已发起",
        "不再发起",
        "节日停业",
        "重新发起",
        "数据库没有应答",
        f"作业 {first}",
        f"作业 {second}",
    ):
        assert words in page
    assert "/audit/starts" in auditor.read("/audit")
    assert site.visitor("zhang.wei").client.get("/audit/starts").status_code == 403
