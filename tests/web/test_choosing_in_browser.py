"""Choosing in a real browser: on a phone, without a script, and by the keyboard."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.database import Database
from tests.interpreter.build import drawn
from tests.support.browser import PHONE
from tests.support.server import Server
from tests.web.test_in_browser import sign_in

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
def case(server: Server) -> Iterator[int]:
    """Start a case that waits for somebody's choice."""
    database = Database(server.database_url)
    with database.transaction() as session:
        deploy(session, [File(name="gather.bpmn", content=drawn("adhoc_choice"))], "zeng.rui")
        number = start_instance(session, "process", {"ready": False}, "zhang.wei")
    yield number
    database.dispose()


def test_without_a_script_and_on_a_phone_people_tick_and_begin(
    server: Server, case: int, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(**PHONE, java_script_enabled=False).new_page()
    sign_in(page, server, "zhang.wei")
    page.goto(f"{server.url}/cases/{case}")
    page.get_by_role("checkbox", name="询价").check()
    page.get_by_role("checkbox", name="核实").check()
    page.get_by_role("button", name="开始所选").click()
    page.get_by_text("张伟 在“收集材料”里开始了：询价、核实").wait_for()
    assert page.get_by_text("正在办 1 项").count() == 2


def test_the_keyboard_alone_is_enough_and_the_page_fits(server: Server, case: int, desktop: Page) -> None:
    sign_in(desktop, server, "zhang.wei")
    desktop.goto(f"{server.url}/cases/{case}")
    box = desktop.get_by_role("group", name="收集材料").get_by_role("checkbox", name="询价")
    box.focus()
    desktop.keyboard.press("Space")
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Enter")
    desktop.get_by_text("已开始所选的任务").wait_for()
    assert desktop.evaluate("document.documentElement.scrollWidth") <= 1440
