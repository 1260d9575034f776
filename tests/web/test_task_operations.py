"""The buttons and dialogs of tasks, as people use them."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.commands.create_substitution import WantedSubstitution, create_substitution
from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.model import UserTask
from tests.execution.operating import ONE
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
    mine.post(f"/tasks/{one.id}/operations/delegate", {"assignee": "wang.fang", "reason": "请看价格"})
    assert "您把这个任务委派给了王芳" in mine.read(f"/tasks/{one.id}")
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
    theirs.post(f"/tasks/{one.id}")
    assert "王芳 代 李娜 办理了“核对check”" in theirs.read(f"/cases/{one.instance_id}")


def test_colleagues_are_offered_for_what_is_typed(visitor: Callable[[str | None], Visitor]) -> None:
    mine = visitor("li.na")
    assert mine.get("/people?search=王").json == ["王芳（wang.fang）"]
    assert mine.get("/people?search=").json == []
