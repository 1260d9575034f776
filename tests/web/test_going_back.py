"""Returning, rejecting and taking back on the pages, as people see and use them."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.commands.complete_task import complete_task
from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.model import UserTask
from tests.execution.test_returning import BRANCHES, FORM
from tests.support.company import Company
from tests.web.conftest import Visitor

Visits = Callable[[str | None], Visitor]


class Pages:
    """A case at its last approver, and the pages of its one person."""

    def __init__(self, company: Company, visitor: Visits) -> None:
        self.company, self.mine = company, visitor("zhang.wei")
        with company.database.transaction() as session:
            files = [File(name="process.bpmn", content=BRANCHES), File(name="request.form", content=FORM)]
            deploy(session, files, "zeng.rui")
            self.case = start_instance(session, "process", {"amount": 5}, "zhang.wei")
        for element in ("apply", "a", "b"):
            self.complete(element)

    def id(self, element: str, state: str = "CREATED") -> int:
        with self.company.database.reading() as session:
            wanted = select(UserTask.id).where(UserTask.element_id == element, UserTask.state == state)
            return session.scalars(wanted.order_by(UserTask.id.desc()).limit(1)).one()

    def complete(self, element: str) -> None:
        with self.company.database.transaction() as session:
            complete_task(session, self.id(element), {"opinion": "可以"}, "zhang.wei")

    def operate(self, element: str, operation: str, state: str = "CREATED", **form: object) -> str:
        answer = self.mine.post(f"/tasks/{self.id(element, state)}/operations/{operation}", form)
        return answer.text if answer.status_code == 422 else answer.headers["Location"]


@pytest.fixture
def pages(company: Company, visitor: Visits) -> Pages:
    return Pages(company, visitor)


def target(page: str, name: str) -> str:
    """Give the value of the choice with a name."""
    before = page.split(f"<strong>{name}</strong>", maxsplit=1)[0]
    return before.rsplit('name="target" value="', 1)[1].split('"', 1)[0]


def test_a_task_is_returned_by_its_dialog_and_whoever_has_it_again_reads_why(pages: Pages) -> None:
    page = pages.mine.read(f"/tasks/{pages.id('decide')}")
    assert "发起人修改并重新提交" in page
    assert "由原来的人重办" in page
    chosen = target(page, "法务审核")
    wrong = pages.operate("decide", "return", target=chosen, straight_back="no", reason=" ")
    assert "请填写原因" in wrong
    assert f'value="{chosen}" required checked' in wrong
    assert "请选择退回到哪一步" in pages.operate("decide", "return", target="", reason="补充")
    assert pages.operate("decide", "return", target=chosen, straight_back="no", reason="缺附件二") == "/tasks"
    again = pages.mine.read(f"/tasks/{pages.id('a')}")
    assert "张伟 在“总经理决定”退回" in again
    assert "缺附件二" in again
    assert "张伟 从“总经理决定”退回到“法务审核”" in pages.mine.read(f"/cases/{pages.case}")


def test_the_start_form_is_handed_in_again_on_the_page_of_a_task(pages: Pages) -> None:
    page = pages.mine.read(f"/tasks/{pages.id('decide')}")
    chosen = target(page, "发起人修改并重新提交")
    pages.operate("decide", "return", target=chosen, straight_back="yes", reason="金额写错了")
    start = pages.id("start")
    form = pages.mine.read(f"/tasks/{start}")
    assert "修改并重新提交" in form
    assert "办完直接回到张伟" in form
    assert 'value="5"' in form
    pages.mine.post(f"/tasks/{start}", {"amount": "8"})
    assert pages.id("decide")


def test_a_rejection_is_confirmed_with_a_reason_and_the_case_says_so(pages: Pages) -> None:
    assert "请填写原因" in pages.operate("decide", "reject", reason="")
    assert pages.operate("decide", "reject", reason="不符合政策") == "/tasks"
    page = pages.mine.read(f"/cases/{pages.case}")
    assert "已驳回" in page
    assert "不符合政策" in page
    assert "已驳回" in pages.mine.read("/cases/mine?state=REJECTED")


def test_what_was_just_done_is_taken_back_from_its_page_with_what_was_typed(pages: Pages) -> None:
    done = pages.id("b", "COMPLETED")
    assert "下一步还没有人动过" in pages.mine.read(f"/tasks/{done}")
    assert "撤回" in pages.mine.read(f"/cases/{pages.case}")
    assert pages.operate("b", "takeBack", "COMPLETED").startswith("/tasks")
    assert "您撤回了这一步" in pages.mine.read(f"/tasks/{pages.id('b')}")
    pages.complete("b")
    pages.complete("decide")
    assert "下一步还没有人动过" not in pages.mine.read(f"/tasks/{done}")
