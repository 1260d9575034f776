"""A real Chromium whose pages may not complain: no error in the console or uncaught, no request to a foreign host."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
TIMEOUT = 15_000
"""Milliseconds until an element that does not appear fails the test."""
expect.set_options(timeout=TIMEOUT)

AXE = Path(__file__).resolve().parents[2] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SCRIPT = """async () => (await axe.run()).violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`)"""

_report = pytest.StashKey[pytest.TestReport]()


@dataclass
class Watch:
    """Collects what the pages of one test complained about."""

    problems: list[str] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Allow complaints that match: for a test that provokes, say, a 409 on purpose."""
        self.expected.append(re.compile(pattern))

    def attach(self, context: BrowserContext) -> None:
        """Listen to every page of a context, those that open later included."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"uncaught: {error.error}"))
        context.on("request", self._request)

    def unexpected(self) -> list[str]:
        """Give the complaints that the test did not announce."""
        return [text for text in self.problems if not any(pattern.search(text) for pattern in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports a refused script, style or form target as an error in the console, too.
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.hostname not in {"127.0.0.1", "localhost"}:
            self.problems.append(f"foreign host: {request.url}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that uses Chromium, so that ``-m browser`` can choose them."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep the report of the test's own phase for the fixtures that take a picture of a failure."""
    report = yield
    assert isinstance(report, pytest.TestReport)
    if report.when == "call":
        item.stash[_report] = report
    return report


# A module's fixture, because a running Playwright holds its thread's event loop: tests elsewhere may want one.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the machine's Chromium, headless, with a fresh profile."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.fail("Chromium is not installed. Run `make test`, which installs it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Watch:
    """Give the list of complaints of this test, to announce the ones that are meant."""
    return Watch()


@pytest.fixture
def open_context(
    chromium: Browser, watch: Watch, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., BrowserContext]]:
    """Give a function that opens a separate browser session: one for each person of a story.

    It takes Playwright's options of a context, for example ``**PHONE`` or ``java_script_enabled=False``.
    """
    contexts: list[BrowserContext] = []

    def open_one(**options: object) -> BrowserContext:
        settings: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **DESKTOP, **options}
        context = chromium.new_context(**settings)
        context.set_default_timeout(TIMEOUT)
        watch.attach(context)
        contexts.append(context)
        return context

    yield open_one
    report = request.node.stash.get(_report, None)
    if report is not None and report.failed:
        _keep_pictures(contexts, report, tmp_path)
    for context in contexts:
        context.close()
    assert watch.unexpected() == []


@pytest.fixture
def barriers() -> Callable[[Page], list[str]]:
    """Give a function that lists the serious and critical findings on the page that is open."""
    assert AXE.is_file(), "axe-core is not installed: run `npm ci` in web/frontend"
    source = Path(AXE).read_text(encoding="utf-8")

    def look(page: Page) -> list[str]:
        page.evaluate(source)
        found: list[str] = page.evaluate(SCRIPT)
        return found

    return look


@pytest.fixture
def desktop(open_context: Callable[..., BrowserContext]) -> Page:
    """Open one page on a desk's screen, 1440 x 900."""
    return open_context().new_page()


@pytest.fixture
def phone(open_context: Callable[..., BrowserContext]) -> Page:
    """Open one page on a phone's screen, 390 x 844."""
    return open_context(**PHONE).new_page()


def _keep_pictures(contexts: list[BrowserContext], report: pytest.TestReport, folder: Path) -> None:
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages, start=1):
        path = folder / f"failure-{number}.png"
        page.screenshot(path=path, full_page=True)
        report.sections.append((f"page {number}", f"{page.url}\n{path}"))
