"""The buttons and dialogs of tasks, as people use them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.create_substitution import WantedSubstitution, create_substitution
from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.model import UserTask
from tests.execution.operating import ONE, task
from tests.execution.test_signing import many
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written
from tests.support.company import Company
from tests.web.conftest import Visitor


@pytest.fixture
def one(company: Company) -> Any:  # noqa: ANN401 - a row
    """Give the open task of 李娜."""
    with company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=ONE)], "zeng.rui")
        case = start_instance(session, "process", {}, "zhang.wei")
    return company.task(case)


def stored(company: Company, task_id: int) -> UserTask:
    with company.database.reading() as session:
        row = session.get_one(UserTask, task_id)
        session.expunge(row)
        return row


def test_a_task_is_passed_on_by_its_dialog(
    company: Company, visitor: Callable[[str | None], Visitor], one: UserTask
) -> None:
    mine = visitor("li.na")
    page = mine.read(f"/tasks/{one.id}")
    assert 'id="operation-reassign"' in page
    address = f"/tasks/{one.id}/operations/reassign"

    wrong = mine.post(address, {"assignee": "王方", "reason": "我休假"})
    assert wrong.status_code == 422
    assert 'data-dialog="now"' in wrong.text
    assert "没有在职的“王方”" in wrong.text
    assert "我休假" in wrong.text

    done = mine.post(address, {"assignee": "王芳（wang.fang）", "reason": "我休假"})
    assert done.headers["Location"] == "/tasks"
    assert stored(company, one.id).assignee == "wang.fang"
    assert "李娜 把“核对check”转给王芳办理" in mine.read(f"/cases/{one.instance_id}")


def test_a_delegate_writes_an_opinion_and_the_owner_reads_it(
    company: Company, visitor: Callable[[str | None], Visitor], one: UserTask
) -> None:
    mine, theirs = visitor("li.na"), visitor("wang.fang")
    assert "没有委派出去的任务" in mine.read("/tasks?scope=delegated")
    mine.post(f"/tasks/{one.id}/operations/delegate", {"assignee": "wang.fang", "reason": "请看价格"})
    assert "核对check" not in mine.read("/tasks")
    listed = mine.read("/tasks?scope=delegated")
    assert f"/tasks/{one.id}" in listed
    assert "等王芳的意见" in listed
    assert "核对check" not in theirs.read("/tasks?scope=delegated")
    assert "您把这个任务委派给了王芳" in mine.read(f"/tasks/{one.id}")
    assert f'href="/tasks/{one.id}">查看任务' in mine.read(f"/cases/{one.instance_id}")
    assert "李娜委派" in theirs.read("/tasks")
    page = theirs.read(f"/tasks/{one.id}")
    assert "请看价格" in page
    assert "交回给李娜" in page
    assert theirs.post(f"/tasks/{one.id}/operations/resolve", {"opinion": ""}).status_code == 422
    theirs.post(f"/tasks/{one.id}/operations/resolve", {"opinion": "价格偏高"})
    page = mine.read(f"/tasks/{one.id}")
    assert "价格偏高" in page
    assert stored(company, one.id).assignee == "li.na"

    mine.post(f"/tasks/{one.id}/operations/delegate", {"assignee": "wang.fang", "reason": "再看一次"})
    mine.post(f"/tasks/{one.id}/operations/recall")
    assert stored(company, one.id).assignee == "li.na"
    assert mine.post(f"/tasks/{one.id}/operations/nothing").status_code == 404


def test_who_stands_in_sees_whose_task_it_is_and_the_case_says_who_did_it(
    company: Company, visitor: Callable[[str | None], Visitor], one: UserTask
) -> None:
    with company.database.transaction() as session:
        start = company.clock.moment
        wanted = WantedSubstitution(
            principal="li.na",
            substitute="wang.fang",
            starts_at=start,
            ends_at=start.replace(day=9),
            reason="出差",
        )
        create_substitution(session, wanted, "li.na")
    theirs = visitor("wang.fang")
    assert "代 李娜" in theirs.read("/tasks")
    assert "您在代李娜办理" in theirs.read(f"/tasks/{one.id}")
    assert f'href="/tasks/{one.id}">去办理' in theirs.read(f"/cases/{one.instance_id}")
    assert "去办理" not in visitor("zhang.wei").read(f"/cases/{one.instance_id}")
    theirs.post(f"/tasks/{one.id}")
    assert "王芳 代 李娜 办理了“核对check”" in theirs.read(f"/cases/{one.instance_id}")
    assert "这个任务已由王芳 代 李娜办理。" in visitor("li.na").read(f"/tasks/{one.id}")


def test_colleagues_are_offered_for_what_is_typed(visitor: Callable[[str | None], Visitor]) -> None:
    mine = visitor("li.na")
    assert mine.get("/people?search=王").json == ["王芳（wang.fang）"]
    assert mine.get("/people?search=").json == []


def test_signers_are_asked_by_the_dialog_sign_on_their_page_and_are_removed(
    company: Company, visitor: Callable[[str | None], Visitor], one: UserTask
) -> None:
    mine, theirs = visitor("li.na"), visitor("wang.fang")
    address = f"/tasks/{one.id}/operations/addSign"
    assert "请选择什么时候签" in mine.post(address, {"people": "王芳", "reason": "把关"}).text
    mine.post(address, {"people": "王芳、chen.jie", "position": "before", "reason": "请把关"})
    page = mine.read(f"/tasks/{one.id}")
    assert "王芳、陈杰签完之后，您才能提交" in page
    assert "等 2 人加签" in mine.read("/tasks")
    page = mine.read(f"/cases/{one.instance_id}")
    assert (page.count(">加签人<"), page.count("等 2 人加签")) == (2, 1)

    asked = {task.assignee: task for task in tasks_of(company, one) if task.parent_task_id}
    page = theirs.read(f"/tasks/{asked['wang.fang'].id}")
    assert "李娜请您签署" in page
    assert ">待签署<" in theirs.read("/tasks")
    signing = f"/tasks/{asked['wang.fang'].id}/operations/sign"
    assert theirs.post(signing, {}).status_code == 422
    assert theirs.post(signing, {"agreed": "no", "opinion": ""}).status_code == 422
    long = theirs.post(signing, {"agreed": "yes", "opinion": "长" * 2001})
    assert (long.status_code, long.text.count("最多 2000 个字，现在是 2001 个。")) == (422, 1)
    theirs.post(signing, {"agreed": "yes", "opinion": "没问题"})
    removed = f"{asked['chen.jie'].id}::chen.jie"
    assert f'value="{removed}"' in mine.read(f"/tasks/{one.id}")
    mine.post(f"/tasks/{one.id}/operations/removeSign", {"signer": removed, "reason": "出差"})
    page = mine.read(f"/tasks/{one.id}")
    assert page.count("没问题") == 1
    assert "签完之后" not in page
    mine.post(f"/tasks/{one.id}")
    page = mine.read(f"/cases/{one.instance_id}")
    assert "王芳 签署“核对check”：同意" in page
    assert "李娜 减去了陈杰对“核对check”的签署" in page


def tasks_of(company: Company, one: UserTask) -> list[UserTask]:
    with company.database.reading() as session:
        rows = list(session.query(UserTask).where(UserTask.instance_id == one.instance_id))
        session.expunge_all()
        return rows


def test_a_case_is_commented_copied_and_urged(
    company: Company, visitor: Callable[[str | None], Visitor], one: UserTask
) -> None:
    initiator, reader = visitor("zhang.wei"), visitor("peng.fei")
    way = f"/tasks/{one.id}#operation-urge"
    assert way in initiator.read(f"/cases/{one.instance_id}")
    assert way not in visitor("li.na").read(f"/cases/{one.instance_id}")
    initiator.post(f"/tasks/{one.id}/operations/urge", {"words": "今天要"})
    again = initiator.post(f"/tasks/{one.id}/operations/urge", {"words": "明天就到期了"})
    assert again.status_code == 409
    assert "刚催办过" in again.text
    assert "明天就到期了" in again.text
    assert 'data-dialog="now"' in again.text
    initiator.post(f"/tasks/{one.id}/operations/copy", {"people": "彭飞", "note": "请留意"})
    wrong = initiator.post(f"/cases/{one.instance_id}/comments", {"text": " "})
    assert wrong.status_code == 422
    initiator.post(f"/cases/{one.instance_id}/comments", {"text": "<b>@何强</b> 请看"})

    listed = reader.read("/tasks/copies")
    assert "未读" in listed
    page = reader.get(f"/cases/{one.instance_id}").text
    assert "张伟 评论，提醒了何强" in page
    assert "&lt;b&gt;@何强&lt;/b&gt; 请看" in page
    assert "未读" not in reader.read("/tasks/copies")


def test_a_substitution_is_made_and_ended_on_its_page(visitor: Callable[[str | None], Visitor]) -> None:
    mine = visitor("li.na")
    address = "/account/substitutions"
    assert "没有代理" in mine.read(address)
    days = {"starts_on": "2026-03-02", "ends_on": "2026-03-06"}
    wrong = mine.post(address, {"substitute": "王芳", "starts_on": "明天", "ends_on": "", "reason": ""})
    assert wrong.status_code == 422
    assert "请填写日期" in wrong.text
    mine.post(address, {"substitute": "王芳", "reason": "出差", **days})
    page = mine.read(address)
    assert "王芳 代 李娜" in page
    assert "2026年3月2日 – 2026年3月6日" in page
    assert "您从 2026-03-02 到 2026-03-06 代理李娜" in visitor("wang.fang").read("/notifications")
    assert "进行中" in page
    theirs = visitor("wang.fang")
    back = theirs.post(address, {"substitute": "li.na", "reason": "回请", **days})
    assert "这样代理会绕回本人：王芳 → 李娜 → 王芳" in back.text
    mine.post(f"{address}/1/end")
    assert "已结束" in mine.read(address)

    admin = visitor("admin")
    admin.post(address, {"principal": "陈杰", "substitute": "王芳", "reason": "病假", **days})
    assert "王芳 代 陈杰" in theirs.read(address)


def test_an_administrator_hands_over_what_a_leaver_has(
    company: Company, visitor: Callable[[str | None], Visitor], one: UserTask
) -> None:
    admin = visitor("admin")
    assert "还没有交接" in admin.read("/handovers")
    wrong = admin.post("/handovers", {"leaver": "李娜", "successor": "没有人", "reason": "离职"})
    assert wrong.status_code == 422
    assert "没有在职的“没有人”" in wrong.text
    done = admin.post("/handovers", {"leaver": "李娜", "successor": "周敏", "reason": "离职"})
    page = admin.read(done.headers["Location"])
    assert "1 个任务已交接" in page
    assert "仍然写着李娜的规则" in page
    assert stored(company, one.id).assignee == "zhou.min"
    assert "系统管理员 办理离职交接：“核对check”由周敏接手" in admin.read(f"/cases/{one.instance_id}")


def test_the_history_of_a_case_says_whose_turn_was_handed_over(
    company: Company, visitor: Callable[[str | None], Visitor]
) -> None:
    with company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=many(sequential=True))], "zeng.rui")
        case = start_instance(session, "process", {"people": ["li.na", "wang.fang"]}, "zhang.wei")
    admin = visitor("admin")
    done = admin.post("/handovers", {"leaver": "王芳", "successor": "周敏", "reason": "离职"})
    assert "依次签里还没轮到的，轮到时由接手的人办" in admin.read(done.headers["Location"])
    page = admin.read(f"/cases/{case}")
    assert "系统管理员 办理离职交接：“核对check”轮到王芳时由周敏接手" in page


def test_what_signers_said_of_an_earlier_task_stands_beside_the_next(
    company: Company, visitor: Callable[[str | None], Visitor]
) -> None:
    content = written(
        START + task("check") + task("approve", "zhao.lei") + END,
        {"start->check": "f1", "check->approve": "f2", "approve->end": "f3"},
    )
    with company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=content)], "zeng.rui")
        case = start_instance(session, "process", {}, "zhang.wei")
    one = company.task(case).id
    asked = {"people": "王芳", "position": "before", "reason": "请把关"}
    assert visitor("li.na").post(f"/tasks/{one}/operations/addSign", asked).status_code == 302
    with company.database.reading() as session:
        sign = session.scalars(select(UserTask.id).where(UserTask.assignee == "wang.fang")).one()
    said = {"agreed": "no", "opinion": "报价偏高"}
    assert visitor("wang.fang").post(f"/tasks/{sign}/operations/sign", said).status_code == 302
    assert visitor("li.na").post(f"/tasks/{one}").status_code == 302
    page = visitor("zhao.lei").read(f"/tasks/{company.task(case).id}")
    assert "· 不同意" in page
    assert "报价偏高" in page


def test_nothing_that_was_typed_is_lost_where_somebody_was_first(
    company: Company, visitor: Callable[[str | None], Visitor], one: UserTask
) -> None:
    here, elsewhere = visitor("li.na"), visitor("li.na")
    elsewhere.post(f"/tasks/{one.id}/operations/reassign", {"assignee": "王芳", "reason": "我休假"})
    late = here.post(f"/tasks/{one.id}/operations/return", {"target": "1", "reason": "缺一份<b>报价单</b>"})
    assert late.status_code == 403
    assert "任务“核对check”由王芳办理" in late.text
    assert "缺一份&lt;b&gt;报价单&lt;/b&gt;" in late.text
    late = here.post(f"/tasks/{one.id}/operations/reassign", {"assignee": "陈杰", "reason": "我休假"})
    assert late.status_code == 403
    assert '<dt>办理人</dt><dd class="prewrap">陈杰</dd>' in late.text


def test_what_is_wrong_with_an_operation_as_a_whole_stands_in_its_dialog(
    company: Company, visitor: Callable[[str | None], Visitor]
) -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=[&quot;li.na&quot;]" inputElement="person"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
    )
    content = written(START + task("check", "=person", more=loop) + END, {"start->check": "f1", "check->end": "f2"})
    with company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=content)], "zeng.rui")
        case = start_instance(session, "process", {}, "zhang.wei")
    only = company.task(case).id
    fields = {"signer": str(only), "reason": "不用签了"}
    wrong = visitor("li.na").post(f"/tasks/{only}/operations/removeSign", fields)
    assert wrong.status_code == 422
    assert "只剩这一位" in wrong.text
    assert 'data-dialog="now"' in wrong.text
    assert "不用签了" in wrong.text


def test_who_stands_in_puts_back_what_they_claimed_and_keeps_a_draft(
    company: Company, visitor: Callable[[str | None], Visitor]
) -> None:
    case = company.start()
    company.approve(case)
    record = company.task(case).id
    with company.database.transaction() as session:
        start = company.clock.moment
        away = WantedSubstitution(
            principal="wu.tao", substitute="li.na", starts_at=start, ends_at=start.replace(day=9), reason="出差"
        )
        create_substitution(session, away, "wu.tao")
    theirs = visitor("li.na")
    theirs.post(f"/tasks/{record}/claim")
    kept = theirs.post(f"/tasks/{record}", {"filing_remarks": "看过一半", "_save": "1"})
    assert kept.status_code == 302
    assert "看过一半" in theirs.read(f"/tasks/{record}")
    assert theirs.post(f"/tasks/{record}/unclaim").status_code == 302
    assert stored(company, record).assignee is None
