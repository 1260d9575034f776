"""An import as its reader sees it: a bar that moves while the page is still arriving."""

import io
import re

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.support.server import Server
from tests.web.test_in_browser import sign_in

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

ROWS = 3_000


def test_the_newest_figure_is_the_one_that_shows_while_the_page_grows(server: Server, desktop: Page) -> None:
    sign_in(desktop, server, "zhou.min")
    desktop.goto(f"{server.url}/registers/channel/imports")
    sent = {"name": "渠道.xlsx", "mimeType": "application/octet-stream", "buffer": sheet()}
    desktop.set_input_files("#file", sent)  # type: ignore[arg-type] # Playwright's own dictionary
    shown = desktop.locator(".import-step strong:visible")
    desktop.get_by_role("button", name="上传并检查").click(no_wait_after=True)
    # Before the last line, which leads on to the result.
    expect(shown).to_have_text(re.compile(rf"正在检查 [0-9,]+ / {ROWS:,} 行"))
    desktop.get_by_role("button", name=f"确认导入 {ROWS:,} 行").click()
    desktop.get_by_role("link", name="查看台账").click()
    expect(desktop.get_by_role("link", name=f"渠道{ROWS - 1}", exact=True)).to_be_visible()


def sheet() -> bytes:
    book = openpyxl.Workbook()
    (page,) = book.worksheets
    page.append(["状态", "渠道名称"])
    for number in range(ROWS):
        page.append(["已备案", f"渠道{number}"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
