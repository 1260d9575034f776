"""The diagram editor, in a real browser in front of the running program."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from tests.support.browser import PHONE, Watch
from tests.web.designer.conftest import FILING, HERE, Desk
from tests.web.designer.reading import english, is_uncovered

DIAGRAM = f"{FILING}.bpmn"


def paste(desk: Desk, text: str) -> None:
    """Put a text into the source view and show it as a drawing."""
    desk.page.locator("[data-part=toggle-source]").click()
    desk.page.locator("[data-part=source]").fill(text)
    desk.page.locator("[data-part=toggle-source]").click()


def test_the_owner_changes_the_diagram_and_publishes_it(desk: Desk) -> None:
    page = desk.edit(FILING, DIAGRAM)
    desk.rename("record_filing", "备案登记")
    expect(desk.status).to_have_text("有未保存的修改")
    desk.save()
    page.get_by_role("link", name="发布").click()
    expect(page.locator("diagram-changes")).to_contain_text("用户任务“备案登记”")
    page.get_by_label("版本说明").fill("名称写全")
    page.get_by_role("button", name="发布第 2 版").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新渠道报备 · 第 2 版")
    expect(page.locator("diagram-viewer .djs-label").filter(has_text="备案登记")).to_be_visible()
    desk.open(f"/{FILING}/versions/1")
    expect(page.locator("diagram-viewer [data-element-id=record_filing]")).to_contain_text("备案")


def test_a_finding_marks_its_element_and_leads_to_it(desk: Desk) -> None:
    page = desk.edit(FILING, DIAGRAM)
    desk.select("filing_submitted")
    page.keyboard.press("Delete")
    desk.save()
    findings = page.locator(".finding")
    expect(findings.first).to_be_visible()
    expect(page.locator("[data-part=count]")).to_contain_text("个错误")
    marked = page.locator("[data-element-id].has-error, [data-element-id].has-warning")
    expect(marked.first).to_be_attached()
    findings.first.click()
    expect(page.locator("[data-element-id].selected").first).to_be_attached()
    desk.page.locator("[data-part=undo]").click()
    desk.save()
    expect(page.locator("[data-part=count]")).to_have_text("没有发现问题")
    expect(marked).to_have_count(0)


def test_changes_are_undone_and_redone(desk: Desk) -> None:
    page = desk.edit(FILING, DIAGRAM)
    undo, redo = page.locator("[data-part=undo]"), page.locator("[data-part=redo]")
    expect(undo).to_be_disabled()
    desk.rename("record_filing", "备案登记")
    undo.click()
    expect(page.locator("[data-element-id=record_filing]")).not_to_contain_text("备案登记")
    redo.click()
    expect(page.locator("[data-element-id=record_filing]")).to_contain_text("备案登记")
    expect(redo).to_be_disabled()


def test_a_draft_saves_itself_and_is_there_again(desk: Desk) -> None:
    desk.edit(FILING, DIAGRAM)
    desk.rename("record_filing", "备案登记")
    expect(desk.status).to_contain_text("草稿已保存")
    page = desk.edit(FILING, DIAGRAM)
    expect(page.locator("[data-element-id=record_filing]")).to_contain_text("备案登记")
    expect(desk.status).to_contain_text("草稿，曾睿")


def test_leaving_with_unsaved_changes_asks_first(desk: Desk) -> None:
    page = desk.edit(FILING, DIAGRAM)
    desk.rename("record_filing", "备案登记")
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", answer)
    page.goto(f"{desk.url}/designer")
    assert asked == ["beforeunload"]


def test_two_owners_at_once_lose_nothing(open_desk: Callable[..., Desk], watch: Watch) -> None:
    watch.expect("409")
    first, second = open_desk(), open_desk()
    first.edit(FILING, DIAGRAM)
    second.edit(FILING, DIAGRAM)
    first.rename("record_filing", "甲的名称")
    first.save()
    second.rename("record_filing", "乙的名称")
    second.page.keyboard.press("Control+s")
    dialog = second.page.get_by_role("dialog")
    expect(dialog).to_contain_text("刚保存了更新的草稿")
    with second.page.expect_download() as downloaded:
        dialog.get_by_role("button", name="先把我的下载下来").click()
    assert "乙的名称" in Path(downloaded.value.path()).read_text(encoding="utf-8")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="用我的覆盖对方的").click()
    expect(second.status).to_contain_text("草稿已保存")
    first.edit(FILING, DIAGRAM)
    expect(first.page.locator("[data-element-id=record_filing]")).to_contain_text("乙的名称")


def test_the_owner_may_take_the_others_version_instead(open_desk: Callable[..., Desk], watch: Watch) -> None:
    watch.expect("409")
    first, second = open_desk(), open_desk()
    first.edit(FILING, DIAGRAM)
    second.edit(FILING, DIAGRAM)
    first.rename("record_filing", "甲的名称")
    first.save()
    second.rename("record_filing", "乙的名称")
    second.page.keyboard.press("Control+s")
    second.page.get_by_role("button", name="放弃我的，打开对方的").click()
    second.page.locator("[data-editor][data-ready]").wait_for()
    expect(second.page.locator("[data-element-id=record_filing]")).to_contain_text("甲的名称")


def test_an_expired_session_keeps_what_is_on_the_screen(desk: Desk, watch: Watch) -> None:
    watch.expect("401|400")
    page = desk.edit(FILING, DIAGRAM)
    desk.rename("record_filing", "备案登记")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.keyboard.press("Control+s")
    expect(desk.status).to_contain_text("登录已过期")
    expect(page.get_by_role("link", name="在新窗口登录")).to_be_visible()
    page.context.add_cookies(cookies)  # type: ignore[arg-type] # what cookies() gives is what add_cookies() takes
    desk.save()


def test_a_broken_file_opens_as_source_and_can_be_mended(desk: Desk) -> None:
    page = desk.edit("sales_plan", "sales_plan.bpmn")
    page.locator("[data-part=toggle-source]").click()
    whole = page.locator("[data-part=source]").input_value()
    page.locator("[data-part=source]").fill("<bpmn:definitions")
    desk.save()
    expect(page.locator(".finding-error").first).to_be_visible()
    desk.edit("sales_plan", "sales_plan.bpmn")
    expect(page.locator("[data-part=problem]")).to_contain_text("这个文件打不开")
    page.locator("[data-part=source]").fill(whole)
    page.locator("[data-part=toggle-source]").click()
    expect(page.locator("[data-element-id=started]").first).to_be_visible()
    expect(page.locator("[data-part=problem]")).to_be_hidden()
    desk.save()


def test_what_the_editor_does_not_know_stays_in_the_file(desk: Desk) -> None:
    page = desk.edit("sales_plan", "sales_plan.bpmn")
    source, toggle = page.locator("[data-part=source]"), page.locator("[data-part=toggle-source]")
    toggle.click()
    foreign = '<bpmn:extensionElements><x:note keep="yes">留着</x:note></bpmn:extensionElements>'
    source.fill(
        source.input_value()
        .replace("<bpmn:definitions", '<bpmn:definitions xmlns:x="http://example.com/x"')
        .replace(
            '<bpmn:startEvent id="started" />', f'<bpmn:startEvent id="started" x:own="1">{foreign}</bpmn:startEvent>'
        )
    )
    toggle.click()
    desk.rename("started", "开始")
    toggle.click()
    written = source.input_value()
    assert 'name="开始"' in written
    assert 'x:own="1"' in written
    assert '<x:note keep="yes">留着</x:note>' in written


def test_the_mark_of_bpmn_io_is_visible_and_uncovered(open_desk: Callable[..., Desk]) -> None:
    for options in ({}, PHONE):
        page = open_desk(**options).edit(FILING, DIAGRAM)
        assert is_uncovered(page.locator(".bjs-powered-by"))


def test_the_editor_fills_the_window_and_its_panels_can_be_sized(desk: Desk) -> None:
    page = desk.edit(FILING, DIAGRAM)
    assert page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == [900, 1440]
    panel, handle = page.locator("[data-part=properties]"), page.locator("[data-part=split-properties]")
    before = width(panel)
    handle.focus()
    page.keyboard.press("ArrowLeft")
    assert width(panel) == before + 24
    desk.edit(FILING, DIAGRAM)
    assert width(panel) == before + 24
    page.locator("[data-part=toggle-properties]").click()
    expect(panel).to_be_hidden()


def width(panel: Locator) -> int:
    box = panel.bounding_box()
    assert box is not None
    return round(box["width"])


def test_the_editor_speaks_chinese_for_every_element(desk: Desk) -> None:
    page = desk.edit("every_element", "every_element.bpmn")
    paste(desk, (HERE / "every_element.bpmn").read_text(encoding="utf-8"))
    page.locator("[data-element-id=t]").first.wait_for()
    seen = english(page)
    for element in page.locator("[data-element-id]:not(.djs-label)").evaluate_all(
        "all => [...new Set(all.filter(one => one.matches('.djs-element')).map(one => one.dataset.elementId))]"
    ):
        reveal(page, element)
        seen |= english(page)
    assert seen == set()


def reveal(page: Page, element: str) -> None:
    """Select an element, then open every section and add an item to every list of its panel."""
    page.locator(f"[data-element-id='{element}'] .djs-hit").first.dispatch_event("mousedown")
    page.locator(f"[data-element-id='{element}'] .djs-hit").first.dispatch_event("click")
    page.evaluate(
        """async () => {
            const settle = () => new Promise(done => setTimeout(done, 25));
            for (let round = 0; round < 2; round++) {
                document.querySelectorAll('.bio-properties-panel-group-header:not(.open)')
                    .forEach(head => head.click());
                await settle();
                document.querySelectorAll('.bio-properties-panel-collapsible-entry-header:not(.open)')
                    .forEach(head => head.click());
                document.querySelectorAll('.bio-properties-panel-add-entry').forEach(add => round || add.click());
                await settle();
            }
        }"""
    )


@pytest.mark.parametrize("menu", ["create", "append", "replace"])
def test_the_menus_speak_chinese(desk: Desk, menu: str) -> None:
    page = desk.edit(FILING, DIAGRAM)
    if menu == "create":
        page.locator("[data-action=create]").click()
    else:
        desk.select("record_filing")
        page.locator(f".djs-context-pad [data-action={menu}]").click()
    page.locator(".djs-popup .entry").first.wait_for()
    assert english(page) == set()


def test_the_owner_picks_a_task_that_the_program_does_from_a_list_in_chinese(desk: Desk) -> None:
    page = desk.edit(FILING, DIAGRAM)
    desk.select("notify_filed")
    panel = page.locator("[data-part=properties]")
    panel.get_by_role("button", name="选择模板").click()
    chooser = page.locator(".djs-popup")
    for name in ("写台账", "查台账", "通知", "发邮件", "发群消息", "调用接口", "发布消息", "发起流程"):
        expect(chooser.locator(".djs-popup-label").filter(has_text=name).first).to_be_visible()
    # The names of the task's inputs are what the engine reads.
    assert english(page) == {"to", "title", "text"}
    chooser.locator(".entry").filter(has_text="调用接口").click()
    expect(panel).to_contain_text("网址")
    assert english(page) == {"GET", "POST", "PUT", "PATCH", "DELETE"}
    page.locator("[data-part=toggle-source]").click()
    source = page.locator("[data-part=source]").input_value()
    assert 'zeebe:modelerTemplate="qucheng.http"' in source
    assert '<zeebe:taskDefinition type="http" retries="3" />' in source
    assert '<zeebe:input source="noAuth" target="authentication.type" />' in source
