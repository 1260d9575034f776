"""A process owner at a desk, signed in to the running program."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from engine.demo import PASSWORD
from tests.support.server import Server

HERE = Path(__file__).parent
FILING = "new_channel_filing"


@dataclass
class Desk:
    """One browser window of the process owner."""

    page: Page
    url: str

    def open(self, address: str) -> Page:
        """Go to an address of the owner's room."""
        self.page.goto(f"{self.url}/designer{address}")
        return self.page

    def edit(self, process_id: str, name: str) -> Page:
        """Open a file in its editor and wait until it can be used."""
        self.open(f"/{process_id}/edit/{name}")
        self.page.locator("[data-editor][data-ready]").wait_for()
        return self.page

    def save(self) -> None:
        """Save with the keyboard and wait until the server has it."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            self.page.keyboard.press("Control+s")
        assert answered.value.status == 200, answered.value.text()
        expect(self.status).to_contain_text("草稿已保存")

    def rename(self, element_id: str, name: str) -> None:
        """Give an element of the diagram another name in the properties panel."""
        self.select(element_id)
        field = self.page.locator("#bio-properties-panel-name")
        if not field.is_visible():
            self.page.locator(".bio-properties-panel-group-header").filter(has_text="常规").click()
        field.fill(name)
        field.press("Tab")

    def select(self, element_id: str) -> None:
        """Click an element of the diagram."""
        self.page.locator(f"[data-element-id={element_id}] .djs-hit").first.click()

    @property
    def status(self) -> Locator:
        """Give the line that says how the draft stands."""
        return self.page.locator("[data-part=status]")


def sign_in(page: Page, url: str, username: str) -> None:
    """Sign a person in."""
    page.goto(f"{url}/sign-in")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.locator("main#content").wait_for()


@pytest.fixture
def open_desk(sqlite_server: Server, open_context: Callable[..., BrowserContext]) -> Callable[..., Desk]:
    """Give a function that opens a signed-in window; it takes Playwright's options of a context."""

    def open_one(**options: object) -> Desk:
        page = open_context(**options).new_page()
        sign_in(page, sqlite_server.url, "zeng.rui")
        return Desk(page=page, url=sqlite_server.url)

    return open_one


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """Open one window."""
    return open_desk()
