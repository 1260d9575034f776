"""Tables in forms: sorting and turning pages with a script, every row without one."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.forms.building import form
from tests.forms.page import Site, served

ROWS = [{"name": name, "count": count} for name, count in [("丙", 10), ("甲", 9), ("乙", 100), ("丁", 1), ("戊", 2)]]


@pytest.fixture
def address() -> Iterator[str]:
    columns = [{"key": "name", "label": "名称"}, {"key": "count", "label": "数量"}]
    table = {"type": "table", "id": "t", "label": "清单", "dataSource": "=rows", "columns": columns, "rowCount": 2}
    live = {"type": "textfield", "key": "name", "id": "n", "label": "{{name}}"}
    hidden = {"type": "checkbox", "key": "more", "id": "m", "label": "更多"}
    note = {"type": "text", "id": "x", "text": "说明", "conditional": {"hide": "=more = false"}}
    with served(Site(form(table, live, hidden, note), {"rows": ROWS})) as url:
        yield url


def counts(page: Page) -> list[str]:
    return page.locator("tbody tr td:nth-child(2)").all_inner_texts()


def test_a_table_sorts_by_number_and_turns_its_pages(address: str, desktop: Page) -> None:
    desktop.goto(address)
    assert counts(desktop) == ["10", "9"]
    expect(desktop.get_by_text("第 1 / 3 页")).to_be_visible()
    desktop.get_by_role("button", name="数量").click()
    assert counts(desktop) == ["1", "2"]
    expect(desktop.get_by_role("columnheader", name="数量")).to_have_attribute("aria-sort", "ascending")
    desktop.get_by_role("button", name="下一页").click()
    assert counts(desktop) == ["9", "10"]
    desktop.get_by_role("button", name="数量").press("Enter")
    assert counts(desktop) == ["100", "10"]
    desktop.get_by_role("checkbox", name="更多").check()
    expect(desktop.get_by_text("说明")).to_be_visible()
    assert counts(desktop) == ["100", "10"], "a form drawn anew keeps its tables as they were"
    desktop.get_by_role("button", name="数量").click()
    assert counts(desktop) == ["10", "9"]


def test_without_a_script_every_row_is_there(address: str, open_context: Callable[..., BrowserContext]) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(address)
    assert len(counts(page)) == len(ROWS)
