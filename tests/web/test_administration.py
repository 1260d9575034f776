"""The page on which administrators let a case rest, end it, move its tokens and take it to another version."""

import pytest

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from tests.execution.test_events import MINE
from tests.interpreter.build import END, START, diagram, user_task
from tests.web.conftest import Site

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

FLOWS = {"start->a": "f1", "a->b": "f2", "b->end": "f3"}
CONTENT = diagram(START + user_task("a").replace(*MINE) + user_task("b").replace(*MINE) + END, FLOWS)


def publish(site: Site, content: bytes) -> None:
    with site.company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=content)], "zeng.rui")


@pytest.fixture
def case(site: Site) -> int:
    """Start a case that waits at the first of two tasks."""
    publish(site, CONTENT)
    with site.company.database.transaction() as session:
        return start_instance(session, "process", {}, "zhang.wei")


def test_a_suspended_case_says_so_and_its_task_is_refused_until_it_is_resumed(site: Site, case: int) -> None:
    admin, address = site.visitor("admin"), f"/cases/{case}/administration"
    assert address in admin.read(f"/cases/{case}")
    assert admin.post(address, {"action": "suspend", "reason": "等总部通知"}).status_code == 302
    page = admin.read(f"/cases/{case}")
    for words in ("已暂停", "系统管理员 暂停了事项", "等总部通知"):
        assert words in page
    doer, task = site.visitor("zhang.wei"), site.company.task(case).id
    assert address not in doer.read(f"/cases/{case}")
    assert "去办理" not in doer.read(f"/cases/{case}")
    assert 'type="submit" disabled>提交' in doer.read(f"/tasks/{task}")
    for seen in ("/tasks", f"/tasks/{task}", "/cases/mine"):
        assert "已暂停" in doer.read(seen)
    refused = doer.post(f"/tasks/{task}")
    assert refused.status_code == 409
    assert "暂停" in refused.text
    assert admin.post(address, {"action": "resume"}).status_code == 302
    assert doer.post(f"/tasks/{task}").status_code == 302


def test_a_token_is_moved_and_the_story_says_why(site: Site, case: int) -> None:
    admin, address = site.visitor("admin"), f"/cases/{case}/administration"
    token = str(site.company.task(case).token)
    fields = {"action": "move", "token": token, "element": "b", "reason": "第一步已在线下办完"}
    answer = admin.post(address, fields)
    page = admin.read(answer.headers["Location"])
    assert "系统管理员 把事项从“a”移到“b”" in page
    assert "第一步已在线下办完" in page
    assert site.company.task(case).element_id == "b"


def test_a_case_is_taken_to_a_new_version_after_a_preview(site: Site, case: int) -> None:
    admin, address = site.visitor("admin"), f"/cases/{case}/administration"
    assert "没有其他版本" in admin.read(address)
    publish(site, CONTENT.replace(b'"a"', b'"check"'))
    version = admin.read(address).partition('name="version"')[2].partition('value="')[2].partition('"')[0]
    preview = admin.read(f"{address}?version={version}")
    assert "“a”正在等待，新版本里没有与它对应的元素" in preview
    assert "每一步都有着落" in admin.read(f"{address}?version={version}&map:a=check")
    fields = {"action": "migrate", "version": version, "reason": "新版修了规则"}
    refused = admin.post(address, fields)
    assert refused.status_code == 422
    assert "新版修了规则" in refused.text
    answer = admin.post(address, {**fields, "map:a": "check"})
    page = admin.read(answer.headers["Location"])
    assert "把事项迁移到另一版本" in page
    assert "第 2 版" in page
    assert site.company.task(case).element_id == "check"


def test_a_case_is_terminated_with_a_reason(site: Site, case: int) -> None:
    admin, address = site.visitor("admin"), f"/cases/{case}/administration"
    admin.post(address, {"action": "terminate", "reason": "重复发起"})
    page = admin.read(f"/cases/{case}")
    assert "已终止" in page
    assert "重复发起" in page
    assert "已经结束，不能再改" in admin.read(address)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"action": "suspend"}, "请填写原因"),
        ({"action": "terminate"}, "请填写终止原因"),
        ({"action": "move", "element": "b", "reason": "写好的原因"}, "请选择从哪一步移走"),
        ({"action": "move", "token": "3", "reason": "写好的原因"}, "请选择移到哪里"),
        ({"action": "move", "token": "TOKEN", "element": "start", "reason": "写好的原因"}, "不能从“start”开始"),
        ({"action": "migrate", "reason": "写好的原因"}, "请选择迁移到哪个版本"),
        ({}, "请选择怎样处理"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    site: Site, case: int, fields: dict[str, str], words: str
) -> None:
    sent = {name: str(site.company.task(case).token) if value == "TOKEN" else value for name, value in fields.items()}
    answer = site.visitor("admin").post(f"/cases/{case}/administration", sent)
    assert answer.status_code == 422
    assert words in answer.text
    if fields.get("action") == "move":
        assert fields["reason"] in answer.text
    assert site.company.task(case).element_id == "a"


def test_a_step_is_run_again_from_its_page_and_says_why(site: Site, case: int) -> None:
    admin, address = site.visitor("admin"), f"/cases/{case}/administration"
    done = site.company.task(case)
    assert site.visitor("zhang.wei").post(f"/tasks/{done.id}").status_code == 302
    assert 'id="passage-error"' in admin.post(address, {"action": "redo", "reason": "重来"}).text
    unexplained = admin.post(address, {"action": "redo", "passage": str(done.token)})
    assert unexplained.status_code == 422
    assert 'id="reason-error"' in unexplained.text
    fields = {"action": "redo", "passage": str(done.token), "reason": "资料换了"}
    story = admin.read(admin.post(address, fields).headers["Location"])
    assert "系统管理员 让“a”重新执行" in story
    assert "资料换了" in story
    again = site.company.task(case)
    assert again.element_id == "a"
    assert "系统管理员（管理员）让这一步重新执行" in site.visitor("zhang.wei").read(f"/tasks/{again.id}")
    gone = admin.post(address, {**fields, "passage": str(done.token)})
    assert gone.status_code == 422
    assert "已经重做过" in gone.text


def test_data_are_corrected_for_a_reason_and_the_story_shows_both_values(site: Site) -> None:
    publish(site, CONTENT)
    with site.company.database.transaction() as session:
        case = start_instance(session, "process", {"amount": 3}, "zhang.wei")
    admin, address = site.visitor("admin"), f"/cases/{case}/administration"
    assert 'name="value:amount"' in admin.read(address)
    fields = {"action": "correct", "value:amount": "300", "reason": "少写两个零"}
    assert 'id="value:amount-error"' in admin.post(address, {**fields, "value:amount": "三百"}).text
    assert "还没有改动任何数据" in admin.post(address, {**fields, "value:amount": "3"}).text
    assert 'id="reason-error"' in admin.post(address, {**fields, "reason": ""}).text
    story = admin.read(admin.post(address, fields).headers["Location"])
    assert "系统管理员 更正了数据" in story
    assert "少写两个零" in story
    step = site.visitor("xiao.han").read(f"/audit/{case}")
    assert "300" in step
