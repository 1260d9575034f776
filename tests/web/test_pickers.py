"""Picking a register entry and a person in a form: with the keyboard, and without a script."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.database import Database
from engine.registers import Writer, add_entry, require_register
from tests.execution.operating import task
from tests.interpreter.build import END, diagram
from tests.interpreter.build import START as START_EVENT
from tests.support.clock import FixedClock
from tests.support.company import Company
from tests.support.server import Server
from tests.web.conftest import Visitor
from tests.web.test_in_browser import sign_in

HERE = Path(__file__).parents[1] / "execution"
START = "/cases/start/change_an_entry"
FLOWS: dict[str, str | tuple[str, str]] = {"start->check": "f1", "check->end": "f2"}
CASE = re.compile(r"/cases/\d+$")


def stock(company: Company) -> None:
    """Publish a process that picks, and write entries for it."""
    names = ("change_an_entry.bpmn", "change_an_entry.form")
    with company.database.transaction() as session:
        deploy(session, [File(name=name, content=(HERE / name).read_bytes()) for name in names], "zeng.rui")
        writer = Writer(session=session, now=company.clock(), username="system")
        for title in ("城南社群", "城北旗舰店", "城北社区店"):
            values = {"channel_name": title, "channel_manager": "zhang.wei", "region": "华东"}
            add_entry(writer, require_register(session, "channel"), "已备案", values)


@pytest.fixture
def manager(company: Company, visitor: Callable[[str | None], Visitor]) -> Visitor:
    """Sign a channel manager in, with entries to pick from."""
    stock(company)
    return visitor("zhang.wei")


def _shown(manager: Visitor, **fields: str) -> str:
    response = manager.post(START, fields, page=START)
    return unescape(response.text)


def test_the_button_finds_and_nothing_is_started(manager: Visitor) -> None:
    page = _shown(manager, **{"channel@search": "城北", "_pick": "channel"})
    assert "城北旗舰店（QD-2026-0002）" in page
    assert "城北社区店（QD-2026-0003）" in page
    assert "城南社群" not in page


def test_enter_in_a_text_that_was_not_answered_searches_instead_of_starting(manager: Visitor) -> None:
    page = _shown(manager, channel="QD-2026-0001", helper="wu.tao", **{"channel@search": "城北"})
    assert "城北旗舰店（QD-2026-0002）" in page
    assert 'value="QD-2026-0001"' in page


def test_nothing_found_is_said(manager: Visitor) -> None:
    assert "没有找到。" in _shown(manager, **{"helper@search": "不存在", "_pick": "helper"})


def test_a_form_that_is_handed_in_with_an_open_search_says_beside_the_field_why_it_comes_back(manager: Visitor) -> None:
    typed = {"channel": "QD-2026-0001", "channel@search": "城北", "channel@searched": ""}
    page = _shown(manager, **typed)
    said = "还没有提交：“城北”只是查找的文字，还没有选。请在查找结果里选，或清空查找的文字，再提交。"
    assert re.search(rf'id="([\w-]+)-error">{said}', page)
    assert "表单有 1 处需要修改" in page
    # Only this is said: somebody may have pressed Enter to search, and is not done with the rest.
    assert 'name="_refused"' not in page
    asked = _shown(manager, **typed, _pick="channel")
    assert "还没有提交" not in asked
    assert "城北旗舰店（QD-2026-0002）" in asked


def test_a_search_that_was_emptied_is_none(manager: Visitor) -> None:
    typed = {"channel": "QD-2026-0001", "helper": "wu.tao", "channel@search": " ", "channel@searched": "城北"}
    assert manager.post(START, typed, page=START).status_code == 302


def test_a_draft_with_an_open_search_says_that_it_is_not_saved(company: Company, manager: Visitor) -> None:
    at_task = "<zeebe:userTask/>" + '<zeebe:formDefinition formId="change_an_entry"/>'
    drawn = diagram(START_EVENT + task("check", "zhang.wei").replace("<zeebe:userTask/>", at_task) + END, FLOWS)
    with company.database.transaction() as session:
        files = [("check.bpmn", drawn), ("change_an_entry.form", (HERE / "change_an_entry.form").read_bytes())]
        deploy(session, [File(name=name, content=content) for name, content in files], "zeng.rui")
        case = start_instance(session, "process", {}, "zhang.wei")
    path = f"/tasks/{company.task(case).id}"
    typed = {"helper": "wu.tao", "channel@search": "城北", "_save": "1"}
    page = unescape(manager.post(path, typed, page=path).text)
    assert "还没有保存：“城北”只是查找的文字，还没有选。请在查找结果里选，或清空查找的文字，再保存。" in page
    assert company.task(case).draft is None
    saved = manager.post(path, {**typed, "channel@search": ""}, page=path)
    assert saved.status_code == 302
    assert (company.task(case).draft or {})["helper"] == "wu.tao"


def test_what_is_found_and_chosen_already_is_said_to_be_so(manager: Visitor) -> None:
    page = _shown(manager, channel="QD-2026-0001", **{"channel@search": "城南", "_pick": "channel"})
    assert "没有找到" not in page
    assert "只找到城南社群（QD-2026-0001），上面已经选了。要找别的，请换几个字再试。" in page
    others = _shown(manager, channel="QD-2026-0002", **{"channel@search": "城北", "_pick": "channel"})
    assert "上面已经选了" not in others
    several = _shown(manager, helper="wu.tao", **{"helper@search": "吴涛", "_pick": "helper"})
    assert "只找到吴涛" in several


def test_a_picked_entry_starts_a_case_and_is_refused_to_the_next_with_a_link(manager: Visitor) -> None:
    answer = manager.post(START, {"channel": "QD-2026-0001", "helper": "wu.tao"}, page=START)
    assert answer.status_code == 302
    refused = manager.post(START, {"channel": "QD-2026-0001", "helper": "wu.tao"}, page=START)
    assert refused.status_code == 422
    page = unescape(refused.text)
    assert "“城南社群”正由在办事项 1 处理，请等它结束。" in page
    assert 'href="/cases/1"' in page


@pytest.fixture
def start_page(server: Server, desktop: Page, fixed_clock: FixedClock, tmp_path: Path) -> Page:
    """Open the form that picks in a browser."""
    database = Database(server.database_url)
    stock(Company(database=database, folder=tmp_path, clock=fixed_clock))
    database.dispose()
    sign_in(desktop, server, "zhang.wei")
    desktop.goto(server.url + START)
    return desktop


def search(page: Page, label: str, text: str) -> None:
    page.get_by_role("searchbox", name=f"查找：{label}").press_sequentially(text)


@pytest.mark.browser
@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_keyboard_alone_picks(start_page: Page) -> None:
    search(start_page, "渠道", "城北")
    start_page.get_by_role("radio", name="城北社区店（QD-2026-0003）").wait_for()
    start_page.keyboard.press("ArrowDown")
    start_page.keyboard.press("Space")
    expect(start_page.get_by_text("现在的区域：华东")).to_be_visible()
    search(start_page, "办理人", "吴")
    start_page.get_by_role("radio", name="吴涛").check()
    expect(start_page.get_by_role("radio", name="吴涛")).to_be_checked()
    start_page.get_by_role("button", name="提交", exact=True).last.click()
    expect(start_page).to_have_url(CASE)


@pytest.mark.browser
@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_was_picked_is_handed_in_however_late_the_server_answers_what_was_typed(start_page: Page) -> None:
    search(start_page, "办理人", "吴")
    start_page.get_by_role("radio", name="吴涛").check()
    expect(start_page.get_by_role("searchbox", name="查找：办理人")).to_have_value("")
    search(start_page, "渠道", "城")
    found = start_page.get_by_role("radio", name="城北社区店（QD-2026-0003）")
    found.wait_for()
    start_page.route(f"**{START}", never_answered)
    search(start_page, "渠道", "北")
    found.check()
    start_page.get_by_role("button", name="提交", exact=True).last.click()
    expect(start_page).to_have_url(CASE)


def never_answered(route: Route) -> None:
    """Let a form that is handed in through, and leave its questions on the way unanswered."""
    if not any(name in (route.request.post_data_buffer or b"") for name in (b"_refresh", b"_pick")):
        route.continue_()


@pytest.mark.browser
@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_form_with_a_search_that_nobody_answered_finds_before_it_is_handed_in(start_page: Page) -> None:
    search(start_page, "办理人", "吴")
    start_page.get_by_role("radio", name="吴涛").check()
    expect(start_page.get_by_role("searchbox", name="查找：办理人")).to_have_value("")
    start_page.evaluate("document.body.dataset.same = 'yes'")
    search(start_page, "渠道", "城北")
    submit = start_page.get_by_role("button", name="提交", exact=True).last
    submit.click()
    expect(start_page.get_by_role("searchbox", name="查找：渠道")).to_be_focused()
    start_page.get_by_role("radio", name="城北社区店（QD-2026-0003）").check()
    expect(start_page.locator("body[data-same]")).to_have_count(1)
    submit.click()
    expect(start_page).to_have_url(CASE)
