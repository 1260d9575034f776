"""Every page under axe-core: nothing that keeps people out, on a desk in light and on a phone in dark."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from engine.database import Database
from tests.support.browser import PHONE, Watch
from tests.support.clock import FixedClock
from tests.support.company import Company
from tests.support.server import Server

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

DESIGNER = "/designer/new_channel_filing"
PAGES = {
    "zhang.wei": [
        "/",
        "/tasks",
        "/tasks?scope=queue",
        "/tasks/done",
        "/cases/start",
        "/cases/start/new_channel_filing",
        "/cases/mine",
        "/cases/1",
        "/cases/2",
        "/cases/2/record",
        "/tasks/4",
        "/registers",
        "/registers/channel",
        "/registers/channel/1",
        "/notifications",
        "/account",
        "/designer",
        "/no-such-page",
    ],
    "zhao.lei": ["/", "/tasks", "/tasks/1", "/tasks/done"],
    "wu.tao": ["/tasks?group=渠道专员", "/registers/channel"],
    "he.qiang": ["/", "/cases"],
    "zeng.rui": [
        "/designer",
        DESIGNER,
        f"{DESIGNER}/versions/1",
        f"{DESIGNER}/publication",
        f"{DESIGNER}/edit/new_channel_filing.bpmn",
    ],
    "xiao.han": ["/", "/audit", "/audit/1", "/audit/2?step=3"],
}


@pytest.fixture
def living(server: Server) -> Iterator[Company]:
    """Let one case wait for approval, one be filed, and one be sent back."""
    database = Database(server.database_url)
    company = Company(database=database, folder=server.data_folder / "attachments", clock=FixedClock())
    company.start(expected_start_date="2027-04-01")
    filed = company.start(channel_name="京东自营店", expected_start_date="2027-04-01")
    company.approve(filed)
    company.record(filed)
    company.send_back(company.start(channel_name="微信小程序商城", expected_start_date="2027-04-01"))
    yield company
    database.dispose()


def sign_in(page: Page, server: Server, username: str) -> None:
    page.goto(f"{server.url}/sign-in")
    page.fill("#username", username)
    page.fill("#password", "qucheng-demo")
    page.press("#password", "Enter")
    page.locator("main h1").wait_for()


@pytest.mark.usefixtures("living")
@pytest.mark.parametrize(
    "options", [{"color_scheme": "light"}, {**PHONE, "color_scheme": "dark"}], ids=["desk-light", "phone-dark"]
)
def test_no_page_keeps_anyone_out(
    server: Server,
    open_context: Callable[..., BrowserContext],
    barriers: Callable[[Page], list[str]],
    watch: Watch,
    options: dict[str, Any],
) -> None:
    watch.expect("40[34]")
    found: dict[str, list[str]] = {}
    for username, paths in PAGES.items():
        # The pages' policy allows no foreign script, and axe-core is one.
        page = open_context(bypass_csp=True, **options).new_page()
        page.goto(f"{server.url}/sign-in")
        found["/sign-in"] = barriers(page)
        sign_in(page, server, username)
        for path in paths:
            page.goto(server.url + path, wait_until="networkidle")
            found[f"{username} {path}"] = barriers(page)
    assert {path: problems for path, problems in found.items() if problems} == {}


@pytest.mark.usefixtures("living")
def test_a_refused_form_keeps_no_one_out(
    server: Server, open_context: Callable[..., BrowserContext], barriers: Callable[[Page], list[str]], watch: Watch
) -> None:
    watch.expect("422")
    page = open_context(bypass_csp=True).new_page()
    sign_in(page, server, "zhang.wei")
    page.goto(f"{server.url}/cases/start/new_channel_filing")
    page.fill("[name=channel_name]", "线下体验店")
    page.get_by_role("button", name="提交", exact=True).last.click()
    page.locator("[aria-invalid=true]").first.wait_for()
    assert barriers(page) == []
