"""Forms in a real browser: they follow what is entered, with a script and without."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.forms.building import Component, form
from tests.forms.page import Site, served

DECISION: Component = {
    "type": "radio",
    "key": "decision",
    "id": "decision",
    "label": "结论",
    "values": [{"label": "同意", "value": "approve"}, {"label": "退回", "value": "return"}],
    "validate": {"required": True},
}
OPINION: Component = {
    "type": "textarea",
    "key": "opinion",
    "id": "opinion",
    "label": "意见",
    "conditional": {"hide": '=decision != "return"'},
    "validate": {"required": True},
}
NOTE: Component = {"type": "textfield", "key": "note", "id": "note", "label": "备注"}
FILES: Component = {"type": "filepicker", "key": "files", "id": "files", "label": "附件", "multiple": True}
CONTACTS: Component = {
    "type": "dynamiclist",
    "path": "contacts",
    "id": "contacts",
    "label": "联系人",
    "components": [{"type": "textfield", "key": "name", "id": "name", "label": "姓名"}],
}


def site() -> Site:
    return Site(form(DECISION, OPINION, NOTE, FILES, CONTACTS))


def test_a_field_appears_when_its_condition_no_longer_hides_it(desktop: Page) -> None:
    with served(site()) as address:
        desktop.goto(address)
        expect(desktop.get_by_label("意见")).to_have_count(0)
        desktop.get_by_label("退回").check()
        expect(desktop.get_by_label("意见")).to_be_visible()
        expect(desktop.get_by_label("退回")).to_be_checked()
        expect(desktop.get_by_label("退回")).to_be_focused()
        desktop.get_by_label("同意").check()
        expect(desktop.get_by_label("意见")).to_have_count(0)


def test_what_is_typed_while_the_server_thinks_stays(desktop: Page) -> None:
    with served(site()) as address:
        desktop.goto(address)
        desktop.get_by_label("退回").check()
        desktop.get_by_label("备注").press_sequentially("一二三四五六七八九十", delay=40)
        expect(desktop.get_by_label("意见")).to_be_visible()
        expect(desktop.get_by_label("备注")).to_have_value("一二三四五六七八九十")
        expect(desktop.get_by_label("备注")).to_be_focused()


class Slow:
    """A server that answers the first question only when it is told to."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.waiting: list[Route] = []
        page.route(address, self._asked)

    def _asked(self, route: Route) -> None:
        if self.waiting or b"_refresh" not in (route.request.post_data_buffer or b""):
            route.continue_()
        else:
            self.waiting.append(route)

    def ask(self, label: str) -> None:
        """Change what other parts depend on, and wait until the server is asked about it."""
        with self.page.expect_request(self.address):
            self.page.get_by_label(label).check()

    def answer(self) -> None:
        """Let the first answer come, and the page do with it what it wants."""
        with self.page.expect_response(self.address):
            self.waiting[0].continue_()
        expect(self.page.locator(".htmx-request")).to_have_count(0)


def test_no_answer_comes_between_the_strokes_of_a_character(desktop: Page) -> None:
    with served(site()) as address:
        desktop.goto(address)
        slow = Slow(desktop, address)
        slow.ask("退回")
        desktop.get_by_label("备注").dispatch_event("compositionstart")
        desktop.get_by_label("备注").evaluate("field => (field.value = 'zhong')")
        slow.answer()
        expect(desktop.get_by_label("备注")).to_have_value("zhong")
        expect(desktop.get_by_label("意见")).to_have_count(0)
        desktop.get_by_label("备注").dispatch_event("compositionend")
        expect(desktop.get_by_label("意见")).to_be_visible()
        expect(desktop.get_by_label("备注")).to_have_value("zhong")


def test_no_answer_moves_a_button_from_under_the_finger(desktop: Page) -> None:
    with served(site()) as address:
        desktop.goto(address)
        slow = Slow(desktop, address)
        slow.ask("退回")
        desktop.locator(".form-actions button").hover()
        desktop.mouse.down()
        slow.answer()
        expect(desktop.get_by_label("意见")).to_have_count(0)
        desktop.mouse.up()
        expect(desktop.locator("#form-problems")).to_contain_text("意见")


def test_a_row_that_is_added_while_the_server_thinks_comes_too(desktop: Page) -> None:
    with served(site()) as address:
        desktop.goto(address)
        slow = Slow(desktop, address)
        slow.ask("退回")
        desktop.get_by_role("button", name="添加一行").click()
        desktop.get_by_label("备注").fill("留着")
        slow.answer()
        expect(desktop.get_by_label("姓名")).to_have_count(2)
        expect(desktop.get_by_label("意见")).to_be_visible()
        expect(desktop.get_by_label("备注")).to_have_value("留着")


def test_the_focus_stays_among_the_buttons_of_the_rows(desktop: Page) -> None:
    with served(site()) as address:
        desktop.goto(address)
        desktop.get_by_role("button", name="添加一行").press("Enter")
        expect(desktop.get_by_label("姓名")).to_have_count(2)
        expect(desktop.get_by_role("button", name="添加一行")).to_be_focused()
        desktop.get_by_role("button", name="移除第 2 行").press("Enter")
        expect(desktop.get_by_label("姓名")).to_have_count(1)
        expect(desktop.get_by_role("button", name="移除第 1 行")).to_be_focused()


def test_a_chosen_file_is_kept_when_the_form_changes(desktop: Page, tmp_path: Path) -> None:
    path = tmp_path / "方案.pdf"
    path.write_bytes(b"content")
    shown = site()
    with served(shown) as address:
        desktop.goto(address)
        desktop.get_by_label("附件").set_input_files(path)
        desktop.get_by_label("同意").check()
        expect(desktop.get_by_role("link", name="方案.pdf")).to_be_visible()
        desktop.locator(".form-actions button").click()
        expect(desktop.get_by_text("已提交")).to_be_visible()
    assert len(shown.accepted) == 1
    assert [one["documentId"] for one in shown.accepted[0]["files"]] == ["doc-1"]  # type: ignore[attr-defined]  # references


def test_rows_come_and_go_without_a_new_page(desktop: Page) -> None:
    with served(site()) as address:
        desktop.goto(address)
        desktop.evaluate("document.body.dataset.same = 'yes'")
        desktop.get_by_label("姓名").fill("甲")
        desktop.get_by_role("button", name="添加一行").click()
        expect(desktop.get_by_label("姓名")).to_have_count(2)
        desktop.get_by_label("姓名").nth(1).fill("乙")
        desktop.get_by_role("button", name="移除第 1 行").click()
        expect(desktop.get_by_label("姓名")).to_have_count(1)
        expect(desktop.get_by_label("姓名")).to_have_value("乙")
        expect(desktop.locator("body[data-same]")).to_have_count(1)


def test_an_attachment_is_removed_without_a_new_page(desktop: Page, tmp_path: Path) -> None:
    path = tmp_path / "方案.pdf"
    path.write_bytes(b"content")
    with served(site()) as address:
        desktop.goto(address)
        desktop.get_by_label("附件").set_input_files(path)
        desktop.get_by_label("同意").check()
        desktop.get_by_role("button", name="移除附件 方案.pdf").click()
        expect(desktop.get_by_role("link", name="方案.pdf")).to_have_count(0)


def test_enter_in_a_field_submits(desktop: Page) -> None:
    shown = site()
    with served(shown) as address:
        desktop.goto(address)
        desktop.get_by_label("同意").check()
        desktop.get_by_label("备注").fill("好")
        desktop.get_by_label("备注").press("Enter")
        expect(desktop.get_by_text("已提交")).to_be_visible()
    assert shown.accepted[0]["contacts"] == [{"name": ""}]


def test_a_refused_form_leads_to_its_errors(desktop: Page) -> None:
    with served(site()) as address:
        desktop.goto(address)
        desktop.get_by_label("备注").fill("留着")
        desktop.locator(".form-actions button").click()
        expect(desktop.locator("#form-problems")).to_be_focused()
        desktop.get_by_role("link", name="结论").click()
        expect(desktop.get_by_role("radiogroup", name=re.compile("结论"))).to_be_in_viewport()
        expect(desktop.get_by_label("备注")).to_have_value("留着")


def test_the_whole_form_works_without_javascript(open_context: Callable[..., BrowserContext]) -> None:
    shown = site()
    with served(shown) as address:
        page = open_context(java_script_enabled=False).new_page()
        page.goto(address)
        page.get_by_label("退回").check()
        page.get_by_role("button", name="更新表单").click()
        page.get_by_label("意见").fill("请补充")
        page.get_by_label("姓名").fill("甲")
        page.get_by_role("button", name="添加一行").click()
        page.get_by_label("姓名").nth(1).fill("乙")
        page.locator(".form-actions button").click()
        expect(page.get_by_text("已提交")).to_be_visible()
    assert shown.accepted == [
        {
            "decision": "return",
            "opinion": "请补充",
            "note": "",
            "files": [],
            "contacts": [{"name": "甲"}, {"name": "乙"}],
        },
    ]


@pytest.mark.parametrize("selector", [".tick", ".input", ".button"])
def test_targets_on_a_phone_are_large_enough_for_a_thumb(phone: Page, selector: str) -> None:
    with served(site()) as address:
        phone.goto(address)
        heights = phone.locator(f"{selector}:visible").evaluate_all("all => all.map(one => one.offsetHeight)")
        assert heights
        assert min(heights) >= 40
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
