"""People in front of the running program: each has a browser of their own and waits for what they want to read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Download, Locator, Page, expect
from playwright.sync_api import TimeoutError as StillNotThere

from engine.demo import PASSWORD
from engine.scenarios.samples import sample
from tests.support.browser import TIMEOUT
from tests.support.server import Server

A_TASK = re.compile(r"/tasks/\d+$")
LOOK_AGAIN = 1_000
"""Milliseconds until somebody who waits for the machine loads the page anew."""


@dataclass
class Person:
    """One demo user, signed in."""

    page: Page
    url: str

    def open(self, path: str) -> None:
        """Go to an address of the program."""
        self.page.goto(f"{self.url}{path}")

    def go(self, *names: str) -> None:
        """Follow links by what they say, the first one where several say it."""
        for name in names:
            # A link that opens a dialog does so once the page's script has run.
            self.page.wait_for_load_state()
            self.page.get_by_role("link", name=name).locator("visible=true").first.click()

    def follow(self, link: str, row: str) -> None:
        """Follow a link in the row of a table that says something: the task of one case among many."""
        self.page.locator("tr").filter(has_text=row).get_by_role("link", name=link).first.click()

    def begin(self, process: str) -> None:
        """Open the start form of a process from the start page."""
        self.open("/")
        self.go("发起新事项", process)

    def take_up(self, task: str, case: str) -> None:
        """Open one's task of a case as soon as there is one; one that waits for a group is claimed first."""
        row = self.page.locator("tr").filter(has_text=case).filter(has_text=task)
        for _ in range(TIMEOUT // LOOK_AGAIN):
            for scope, role, name in (("mine", "link", task), ("claimable", "button", "领取")):
                self.open(f"/tasks?scope={scope}")
                if row.count():
                    row.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]  # one of Playwright's roles
                    expect(self.page).to_have_url(A_TASK)
                    return
            self.page.wait_for_timeout(LOOK_AGAIN)
        self.reads(task)

    def answer(self, **answers: object) -> None:
        """Answer fields of the form by their keys, whatever their kind; what depends on an answer may come after it."""
        for key, value in answers.items():
            for one in value if isinstance(value, list) else [value]:
                self._answer(key, one)

    def _answer(self, key: str, value: object) -> None:
        search = self.page.locator(f"main [name='{key}@search']")
        # A field that depends on another's answer comes when the page has been asked about it.
        search.or_(self.field(key)).first.wait_for(state="attached")
        if search.count():
            search.press_sequentially(str(value))
            self.page.locator(f"main [name='{key}']").first.check()
            return
        field = self.field(key).first
        kind = field.evaluate("input => input.tagName === 'INPUT' ? input.type : input.tagName")
        if kind in {"radio", "checkbox"}:
            self.page.locator(f"main [name='{key}'][value='{value}']").check()
        elif kind == "SELECT":
            field.select_option(str(value))
        elif kind == "file":
            field.set_input_files({"name": str(value), "mimeType": "application/pdf", "buffer": sample(str(value))})
        else:
            field.fill(str(value))

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def hand_in(self) -> None:
        """Hand a form in and wait until it is taken: before that nobody else has anything to do.

        A form that comes back with what is wrong, or with something to choose yet, keeps its address.
        """
        form = self.page.url
        self.press("提交")
        expect(self.page, "the form was not taken").not_to_have_url(form)

    def fill(self, **fields: str) -> None:
        """Fill fields of the form by their keys."""
        for key, value in fields.items():
            self.field(key).fill(value)

    def field(self, key: str) -> Locator:
        """Give the inputs of a field by its key."""
        return self.page.locator(f"main [name='{key}']")

    def choose(self, label: str) -> None:
        """Choose a radio button or tick a box."""
        self.page.get_by_label(label).check()

    def reads(self, text: str, within: str = "body") -> None:
        """Wait until a text can be read, in a part of the page."""
        expect(self.page.locator(within).get_by_text(text).locator("visible=true").first).to_be_visible()

    def waits_for(self, text: str) -> None:
        """Load the page anew until the machine has done what it says: the worker does its jobs in its own time."""
        wanted = self.page.get_by_text(text).locator("visible=true").first
        for _ in range(TIMEOUT // LOOK_AGAIN):
            try:
                wanted.wait_for(timeout=LOOK_AGAIN)
            except StillNotThere:
                self.page.reload()
            else:
                return
        self.reads(text)

    def download(self, click: Locator) -> tuple[str, bytes]:
        """Click what gives a file; give its name and content."""
        with self.page.expect_download() as downloaded:
            click.click()
        file: Download = downloaded.value
        return file.suggested_filename, Path(file.path()).read_bytes()


@pytest.fixture
def person(server: Server, open_context: Callable[..., BrowserContext]) -> Callable[..., Person]:
    """Give a function that signs a demo user in; it takes Playwright's options of a context, such as ``**PHONE``."""

    def sign_in(username: str, **options: Any) -> Person:  # noqa: ANN401 - Playwright's own options
        page = open_context(**options).new_page()
        page.goto(f"{server.url}/sign-in")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.get_by_role("heading", name="您好").wait_for()
        return Person(page=page, url=server.url)

    return sign_in
