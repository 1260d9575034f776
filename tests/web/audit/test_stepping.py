"""Stepping through a case in a real browser: slider, keys, links to a step, and all of it without a script."""

import re
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from engine.demo import PASSWORD
from tests.audit.stories import returned_twice
from tests.support.browser import PHONE
from tests.support.company import Company
from tests.support.serving import server
from tests.web.conftest import Site


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    """Serve the application on a free port of this machine."""
    serving = server(site.app)
    thread = Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def case(company: Company) -> int:
    """Give a case that was returned twice: nine steps."""
    return returned_twice(company)


def signed_in(page: Page, address: str) -> Page:
    page.goto(f"{address}/sign-in")
    page.fill("[name=username]", "xiao.han")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"^(?!.*sign-in)"))
    return page


def title(page: Page) -> Any:  # noqa: ANN401 - a locator
    return expect(page.locator(".player-title"))


def test_keys_slider_and_links_step_through_a_case(desktop: Page, address: str, case: int) -> None:
    page = signed_in(desktop, address)
    page.goto(f"{address}/audit/{case}")
    page.locator(".djs-container .diagram-passed").first.wait_for()
    expect(page.locator(".player-count")).to_contain_text("第 9 步")

    page.keyboard.press("Home")
    title(page).to_have_text("张伟 发起")
    expect(page.locator("[data-element-id=approve_filing].diagram-current")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    title(page).to_have_text("赵磊 办理了“审批新渠道报备”")
    expect(page.locator("[data-element-id=correct_filing].diagram-current")).to_have_count(1)
    expect(page).to_have_url(f"{address}/audit/{case}?step=2")

    page.locator("#step").fill("7")
    title(page).to_have_text("吴涛 办理了“备案”")
    page.locator("#outline a").nth(2).click()
    title(page).to_have_text("张伟 办理了“修改报备表”")
    expect(page.locator(".compare .is-changed").first).to_contain_text("华南")
    page.get_by_role("link", name="上一步").click()
    title(page).to_have_text("赵磊 办理了“审批新渠道报备”")
    page.keyboard.press("End")
    expect(page.locator(".player-count")).to_contain_text("第 9 步")


def test_a_link_to_a_step_opens_at_it(desktop: Page, address: str, case: int) -> None:
    page = signed_in(desktop, address)
    page.goto(f"{address}/audit/{case}#7")
    title(page).to_have_text("吴涛 办理了“备案”")


def test_the_button_verifies_and_says_so_in_words(phone: Page, address: str, case: int) -> None:
    page = signed_in(phone, address)
    page.goto(f"{address}/audit/{case}?step=3")
    page.get_by_role("button", name="验证这个事项").click()
    expect(page.locator("#proof")).to_contain_text("历史完整，没有被改动")
    expect(page.locator("#proof")).to_be_focused()
    title(page).to_have_text("张伟 办理了“修改报备表”")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_everything_works_without_a_script(
    open_context: Callable[..., BrowserContext], address: str, case: int
) -> None:
    page = signed_in(open_context(java_script_enabled=False, **PHONE).new_page(), address)
    page.goto(f"{address}/audit/{case}?step=1")
    page.get_by_role("link", name="下一步").click()
    title(page).to_have_text("赵磊 办理了“审批新渠道报备”")
    page.locator("#step").fill("7")
    page.get_by_role("button", name="看这一步").click()
    title(page).to_have_text("吴涛 办理了“备案”")
    page.get_by_role("button", name="验证这个事项").click()
    expect(page.locator("#proof")).to_contain_text("历史完整，没有被改动")


def test_a_session_that_ended_leads_to_the_sign_in(desktop: Page, address: str, case: int) -> None:
    page = signed_in(desktop, address)
    page.goto(f"{address}/audit/{case}")
    page.context.clear_cookies()
    page.keyboard.press("Home")
    page.wait_for_url(re.compile("sign-in"))
    assert f"%2Faudit%2F{case}" in page.url or f"/audit/{case}" in page.url
