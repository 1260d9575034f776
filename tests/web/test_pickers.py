"""Picking a register entry and a person in a form: with the keyboard, and without a script."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from engine.commands.deploy import File, deploy
from engine.database import Database
from engine.registers import Writer, add_entry, require_register
from tests.support.clock import FixedClock
from tests.support.company import Company
from tests.support.server import Server
from tests.web.conftest import Visitor
from tests.web.test_in_browser import sign_in

HERE = Path(__file__).parents[1] / "execution"
START = "/cases/start/change_an_entry"
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
