"""The page of a case with an ad-hoc sub-process: who may choose what is done next, and what they see."""

import re

import pytest

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from tests.interpreter.build import drawn
from tests.web.conftest import Site

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
def case(site: Site) -> int:
    """Start a case that waits for somebody's choice."""
    with site.company.database.transaction() as session:
        deploy(session, [File(name="gather.bpmn", content=drawn("adhoc_choice"))], "zeng.rui")
        return start_instance(session, "process", {"ready": False}, "zhang.wei")


def form_of(page: str) -> tuple[str, list[str]]:
    """Give the address of the form that chooses, and what it offers."""
    found = re.search(r'action="(/cases/\d+/choices/\d+)".*?</form>', page, re.DOTALL)
    assert found is not None
    return found[1], re.findall(r'name="element" value="(\w+)"', found[0])


def test_the_initiator_begins_what_they_tick_and_sees_it_in_the_history(site: Site, case: int) -> None:
    visitor = site.visitor("zhang.wei")
    page = visitor.read(f"/cases/{case}")
    assert "选择接下来办什么" in page
    assert "系统处理中" not in page
    action, offered = form_of(page)
    assert offered == ["ask", "check", "rate"]
    assert visitor.post(action, {"element": ["ask", "check"]}).status_code == 302
    page = visitor.read(f"/cases/{case}")
    assert "已开始所选的任务" in page
    assert "张伟 在“收集材料”里开始了：询价、核实" in page
    assert page.count("正在办 1 项") == 2
    assert "选择接下来办什么" in page


def test_lists_say_what_a_case_without_a_task_waits_for(site: Site, case: int) -> None:
    for seen in ("/", "/cases/mine"):
        page = site.visitor("zhang.wei").read(seen)
        assert "“收集材料”：等人选择接下来办什么" in page
        assert "系统处理中" not in page


def test_nothing_ticked_is_told_and_nothing_is_begun(site: Site, case: int) -> None:
    visitor = site.visitor("zhang.wei")
    action, _offered = form_of(visitor.read(f"/cases/{case}"))
    assert visitor.post(action).status_code == 302
    page = visitor.read(f"/cases/{case}")
    assert "请至少选择一项" in page
    assert "正在办 1 项" not in page


def test_whoever_only_takes_part_sees_that_it_waits_but_chooses_nothing(site: Site, case: int) -> None:
    page = site.visitor("zhao.lei").read(f"/cases/{case}")
    assert "等待发起人或流程负责人选择接下来办什么" in page
    assert "/choices/" not in page
    action, _offered = form_of(site.visitor("zhang.wei").read(f"/cases/{case}"))
    assert site.visitor("zhao.lei").post(action, {"element": "ask"}).status_code == 403
    assert site.visitor("peng.fei").post(action, {"element": "ask"}).status_code == 404


def test_the_choice_is_gone_with_its_sub_process(site: Site, case: int) -> None:
    visitor = site.visitor("zhang.wei")
    action, _offered = form_of(visitor.read(f"/cases/{case}"))
    visitor.post(action, {"element": "ask"})
    site.company.complete(case, "zhang.wei", {"ready": True}, "ask")
    assert "/choices/" not in visitor.read(f"/cases/{case}")
    assert visitor.post(action, {"element": "ask"}).status_code == 409
