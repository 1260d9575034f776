"""The editors of forms and decision tables, in a real browser."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from playwright.sync_api import expect

from tests.support.browser import PHONE
from tests.web.designer.conftest import FILING, Desk
from tests.web.designer.reading import english, is_uncovered

FORM = f"{FILING}.form"


def test_a_form_is_changed_and_its_preview_follows(desk: Desk) -> None:
    page = desk.edit(FILING, FORM)
    preview = page.locator("[data-part=preview]")
    expect(preview).to_contain_text("渠道名称")
    page.locator("[data-part=canvas] .fjs-element").filter(has_text="渠道名称").last.click()
    page.locator(".bio-properties-panel-group-header").filter(has_text="常规").click()
    label = page.locator(".bio-properties-panel [name=label], .bio-properties-panel #bio-properties-panel-label")
    label = label.locator("[contenteditable=true]").or_(label).last
    label.fill("渠道全称")
    expect(preview).to_contain_text("渠道全称")
    expect(page.locator("[data-part=undo]")).to_be_enabled()
    desk.save()
    saved = json.loads(page.request.get(f"{desk.url}/designer/{FILING}/files/{FORM}").text())
    assert "渠道全称" in json.dumps(saved, ensure_ascii=False)


def test_what_was_typed_into_the_preview_stays(desk: Desk) -> None:
    page = desk.edit(FILING, FORM)
    field = page.locator("[data-part=preview]").get_by_label("渠道名称")
    field.fill("抖音旗舰店")
    page.locator(".fjs-palette-field").filter(has_text="单行文本").click()
    page.keyboard.press("Enter")
    expect(field).to_have_value("抖音旗舰店")


def test_a_broken_form_opens_as_source(desk: Desk) -> None:
    page = desk.edit(FILING, "check.form")
    page.locator("[data-part=toggle-source]").click()
    page.locator("[data-part=source]").fill("{")
    desk.save()
    expect(page.locator(".finding-error").first).to_be_visible()
    desk.edit(FILING, "check.form")
    expect(page.locator("[data-part=problem]")).to_contain_text("这个文件打不开")
    expect(page.locator("[data-part=source]")).to_have_value("{")


def test_a_new_table_gets_a_rule_and_is_saved(desk: Desk) -> None:
    page = desk.edit(FILING, "rebate_rate.dmn")
    page.locator(".add-rule-add, .add-rule .dmn-icon-plus").first.click()
    page.locator("tbody td.input-cell").first.click()
    page.keyboard.type('"线上"')
    desk.save()
    written = page.request.get(f"{desk.url}/designer/{FILING}/files/rebate_rate.dmn").text()
    assert "线上" in written
    assert "<rule" in written
    expect(page.locator("[data-part=undo]")).to_be_enabled()


def test_both_editors_speak_chinese_and_keep_the_mark_of_bpmn_io(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    page = desk.edit(FILING, FORM)
    assert english(page) - {FORM, FILING, "HTML", "yyyy/mm/dd"} == set()
    mark = page.locator("[data-part=preview] .fjs-powered-by-link").first
    mark.scroll_into_view_if_needed()
    assert is_uncovered(mark)
    page = desk.edit(FILING, "rebate_rate.dmn")
    assert english(page) - {"rebate_rate", "rebate_rate.dmn"} == set()
    assert is_uncovered(page.get_by_title("Powered by bpmn.io").first)


def test_the_pages_fit_a_phone(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(**PHONE)
    for address in ("", f"/{FILING}", f"/{FILING}/versions/1", f"/{FILING}/publication"):
        page = desk.open(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    for name in (f"{FILING}.bpmn", FORM, "rebate_rate.dmn"):
        page = desk.edit(FILING, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        expect(page.get_by_role("button", name="保存草稿")).to_be_visible()


def test_money_and_personal_data_are_chosen_in_the_panel_of_a_form(desk: Desk) -> None:
    page = desk.edit(FILING, FORM)
    group = page.locator(".bio-properties-panel-group-header").filter(has_text="填写习惯和个人信息")

    def choose(key: str) -> None:
        page.locator(f"[data-part=canvas] .fjs-element[data-id=field_{key}]").click()
        expect(page.locator(f"[data-part=canvas] .fjs-editor-selected[data-id=field_{key}]")).to_be_visible()

    choose("expected_business_size")
    group.click()
    expect(page.get_by_label("填写习惯", exact=True)).to_have_value("money")
    page.get_by_label("只读和打印时另写大写金额").check()
    choose("partner")
    format_ = page.get_by_label("填写习惯", exact=True)
    assert [option.inner_text() for option in format_.locator("option").all()] == ["照填写的样子", "身份证号", "手机号"]
    format_.select_option("手机号")
    page.get_by_label("个人信息", exact=True).check()
    desk.save()
    saved = properties(desk)
    assert saved["expected_business_size"]["capitals"] == "true"
    assert (saved["partner"]["format"], saved["partner"]["personal"]) == ("mobile", "true")
    # What is taken back leaves nothing behind that publication would have to read.
    format_.select_option("照填写的样子")
    page.get_by_label("个人信息", exact=True).uncheck()
    choose("expected_business_size")
    page.get_by_label("填写习惯", exact=True).select_option("照填写的样子")
    expect(page.get_by_label("只读和打印时另写大写金额")).to_have_count(0)
    desk.save()
    again = properties(desk)
    assert {"format", "personal"}.isdisjoint(again["partner"])
    assert {"format", "capitals"}.isdisjoint(again["expected_business_size"])


def test_what_must_hold_between_fields_is_written_in_the_panel_of_a_form(desk: Desk) -> None:
    page = desk.edit(FILING, FORM)
    group = page.locator(".bio-properties-panel-group-header").filter(has_text="与别项的关系")
    page.locator("[data-part=canvas] .fjs-element[data-id=field_expected_business_size]").click()
    group.click()
    page.get_by_label("填了就必须成立").fill("=expected_business_size > 10")
    page.get_by_label("不成立时怎么说").fill("规模太小，至少 10 万元。")
    # The keyboard saves without leaving the field.
    desk.save()
    saved = properties(desk)["expected_business_size"]
    assert saved["mustHold"] == "=expected_business_size > 10"
    assert saved["otherwise"] == "规模太小，至少 10 万元。"
    page.get_by_label("填了就必须成立").fill("expected_business_size > 10")
    page.get_by_label("不成立时怎么说").fill("")
    desk.save()
    expect(page.locator(".finding-error").first).to_contain_text("要以 = 开头")
    assert "otherwise" not in properties(desk)["expected_business_size"]
    page.locator("[data-part=canvas] .fjs-element[data-id=group_plan]").first.click()
    expect(page.locator(".bio-properties-panel-group-header").filter(has_text="填写习惯和个人信息")).to_be_visible()
    expect(group).to_have_count(0)


def test_when_a_field_must_be_filled_in_is_written_in_the_panel_of_a_form(desk: Desk) -> None:
    page = desk.edit(FILING, FORM)
    page.locator("[data-part=canvas] .fjs-element[data-id=field_expected_business_size]").click()
    page.locator(".bio-properties-panel-group-header").filter(has_text="与别项的关系").click()
    condition = page.get_by_label("何时必填")
    condition.fill('=channel_type = "online"')
    desk.save()
    assert properties(desk)["expected_business_size"]["requiredWhen"] == '=channel_type = "online"'
    condition.fill('channel_type = "online"')
    desk.save()
    expect(page.locator(".finding-error").first).to_contain_text("requiredWhen 要以 = 开头")
    condition.fill("")
    desk.save()
    assert "requiredWhen" not in properties(desk)["expected_business_size"]


def properties(desk: Desk) -> dict[str, Mapping[str, str]]:
    """Give the custom properties of the fields of the saved form, by key."""
    schema = desk.page.request.get(f"{desk.url}/designer/{FILING}/files/{FORM}").json()
    return {one["key"]: one.get("properties", {}) for one in components(schema) if one.get("key")}


def components(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one in schema.get("components", ()):
        yield one
        yield from components(one)
