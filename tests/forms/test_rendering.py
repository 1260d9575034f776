"""What the macros print, read back as HTML."""

import json
import re
from html import unescape

import pytest
from lxml import html

from engine.forms.kinds import KINDS
from tests.forms.building import Component, document, form, one
from tests.forms.page import Site

EVIL = "\"><script>alert('x')</script>&"
VALUE = EVIL + "{{ 7 * 7 }}"


def page(site: Site, **sent: object) -> html.HtmlElement:
    client = site.app().test_client()
    answer = client.post("/", data=sent, content_type="multipart/form-data") if sent else client.get("/")
    assert answer.status_code == 200
    return html.document_fromstring(answer.get_data(as_text=True))


def example(kind: str) -> Site:
    return Site(one(kind, values=["甲", "乙"], validate={"required": True}, description="说明"))


@pytest.mark.parametrize("kind", ["textfield", "textarea", "number", "datetime", "select", "filepicker"])
def test_an_input_has_its_label_its_hint_and_its_error(kind: str) -> None:
    shown = page(example(kind), value="")
    (field,) = shown.xpath("//*[@name='value']")
    assert shown.xpath("normalize-space(//label[@for=$id])", id=field.get("id")) == "示例 *（必填）"
    assert field.get("aria-invalid") == "true"
    assert field.get("aria-required") == "true"
    described = [shown.get_element_by_id(one).text_content() for one in field.get("aria-describedby").split()]
    assert described[1] == "说明"
    assert described[0] in {"请填写此项。", "请选择。", "请上传附件。"}


@pytest.mark.parametrize("kind", ["radio", "checklist", "taglist"])
def test_a_group_of_inputs_has_a_legend_a_hint_and_an_error(kind: str) -> None:
    shown = page(example(kind), other="")
    (group,) = shown.xpath("//fieldset")
    assert shown.xpath("normalize-space(//legend)") == "示例 *（必填）"
    invalid = [one.get("aria-invalid") for one in (group, *group.xpath(".//input"))]
    assert invalid == (["true", None, None] if kind == "radio" else [None, "true", "true"])
    assert [shown.get_element_by_id(one).text_content() for one in group.get("aria-describedby").split()] == [
        "请选择。",
        "说明",
    ]
    assert [one.get("value") for one in group.xpath(".//input")] == ["甲", "乙"]
    assert all(one.xpath("normalize-space(ancestor::label)") for one in group.xpath(".//input"))


def test_a_checkbox_stands_in_its_label() -> None:
    shown = page(example("checkbox"), other="")
    (box,) = shown.xpath("//input[@type='checkbox']")
    assert "示例" in box.xpath("normalize-space(ancestor::label)")
    assert box.get("aria-invalid") == "true"


def test_a_field_that_is_right_says_nothing() -> None:
    shown = page(Site(one("textfield")))
    (field,) = shown.xpath("//input[@name='value']")
    assert not {"aria-invalid", "aria-describedby", "aria-required", "data-live"} & set(field.keys())


def test_the_summary_leads_to_each_field() -> None:
    shown = page(example("textfield"), value=" ")
    (link,) = shown.xpath("//*[@role='alert']//a")
    assert shown.get_element_by_id(link.get("href").removeprefix("#")).get("name") == "value"
    assert link.getparent().text_content().strip() == "示例：请填写此项。"


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("readonly", [False, True])
def test_nothing_that_owners_or_people_write_becomes_markup(kind: str, *, readonly: bool) -> None:
    written: Component = dict.fromkeys(
        ("label", "description", "alt", "text", "content", "dateLabel", "timeLabel"), EVIL
    )
    settings: Component = {
        **written,
        "path": "rows",
        "components": [{"type": "textfield", "key": "inner", "id": "i", **written}],
        "values": [{"label": EVIL, "value": EVIL}],
        "appearance": {"prefixAdorner": EVIL, "suffixAdorner": EVIL},
        "columns": [{"key": "a", "label": EVIL}],
        "dataSource": "=stored",
        "accept": EVIL,
        "url": "https://" + EVIL,
        "source": "https://" + EVIL,
    }
    stored = {
        "value": [document(VALUE, VALUE)] if kind == "filepicker" else VALUE,
        "stored": [{"a": VALUE}, document(VALUE, VALUE)],
        "rows": [{"inner": VALUE}],
    }
    shown = page(Site(one(kind, **settings), stored, readonly=readonly))  # type: ignore[arg-type]  # any settings
    scripts = [f"/static/{name}.js" for name in ("dist/htmx", "js/tables", "js/forms")]
    assert [script.get("src") for script in shown.xpath("//script")] == scripts
    assert not shown.xpath("//@onclick | //@onerror | //@style | //style")
    assert "49" not in html.tostring(shown.body, encoding="unicode")


@pytest.mark.parametrize("text", ["\n甲", "甲\n\n乙\n", " 甲 ", "", "</textarea><b>"])
def test_a_text_area_gives_back_exactly_what_it_got(text: str) -> None:
    raw = Site(one("textarea"), {"value": text}).app().test_client().get("/").get_data(as_text=True)
    inside = re.search(r"<textarea[^>]*>(.*?)</textarea>", raw, re.DOTALL)
    assert inside is not None
    # A browser drops the first line break.
    assert unescape(inside[1].removeprefix("\n")) == text


def test_keyboards_fit_what_is_typed() -> None:
    def keyboard(kind: str, **settings: object) -> str | None:
        return page(Site(one(kind, **settings))).xpath("string(//input[@name='value']/@inputmode)")  # type: ignore[no-any-return, arg-type]

    assert keyboard("number") == "decimal"
    assert keyboard("number", decimalDigits=0) == "numeric"
    assert keyboard("textfield", validate={"validationType": "phone"}) == "tel"
    assert keyboard("textfield", validate={"validationType": "email"}) == "email"
    assert keyboard("textfield") == ""


def test_enter_submits_and_removes_nothing() -> None:
    rows = {
        "type": "dynamiclist",
        "path": "rows",
        "id": "l",
        "components": [{"type": "textfield", "key": "a", "id": "a"}],
    }
    first = page(Site(form(rows))).xpath("//form//button[@type='submit']")[0]
    assert first.get("name") is None


def test_a_form_whose_parts_depend_on_each_other_has_a_button_for_it_without_javascript() -> None:
    subject = form(
        {"type": "checkbox", "key": "yes", "id": "a"},
        {"type": "textfield", "key": "why", "id": "b", "conditional": {"hide": "=not(yes)"}},
    )
    assert page(Site(subject)).xpath("normalize-space(//noscript//button[@name='_refresh'])") == "更新表单"
    assert page(Site(subject)).xpath("boolean(//input[@name='yes']/@data-live)")
    assert not page(Site(one("textfield"))).xpath("//noscript")


def test_what_an_answer_brings_is_never_run_nor_kept_by_the_browser() -> None:
    (written,) = page(Site(one("textfield"))).xpath("//meta[@name='htmx-config']/@content")
    config = json.loads(written)
    closed = ("allowEval", "allowScriptTags", "includeIndicatorStyles", "historyEnabled")
    assert {name: config[name] for name in closed} == dict.fromkeys(closed, False)
    assert config["selfRequestsOnly"] is True


def test_a_record_has_no_inputs() -> None:
    shown = page(Site(one("textfield"), {"value": "甲"}, readonly=True))
    assert shown.xpath("//input | //button | //form") == []
    assert shown.xpath("normalize-space(//dt)") == "示例"
    assert shown.xpath("normalize-space(//dd)") == "甲"


def test_a_record_says_what_was_not_filled_in() -> None:
    for kind in (
        "textfield",
        "textarea",
        "number",
        "datetime",
        "checkbox",
        "radio",
        "select",
        "checklist",
        "filepicker",
    ):
        shown = page(Site(one(kind, values=["甲"]), readonly=True))
        assert shown.xpath("normalize-space(//dd)") == "未填写", kind


def test_attachments_of_a_record_can_be_opened() -> None:
    shown = page(Site(one("filepicker"), {"value": [document()]}, readonly=True))
    assert shown.xpath("string(//dd//a/@href)") == "/documents/d1"
    assert shown.xpath("normalize-space(//dd)") == "方案.pdf 1000 B"


def test_ids_are_unique_also_in_rows() -> None:
    inner = [
        {"type": "radio", "key": "a", "id": "a", "values": ["x", "y"]},
        {"type": "textfield", "key": "b", "id": "b"},
    ]
    rows = {"type": "dynamiclist", "path": "rows", "id": "l", "components": inner, "defaultRepetitions": 3}
    ids = page(Site(form(rows))).xpath("//@id")
    assert len(ids) == len(set(ids))


def test_columns_become_classes() -> None:
    subject = form({"type": "textfield", "key": "a", "id": "a", "layout": {"row": "r", "columns": 8}})
    assert (
        page(Site(subject)).xpath("string(//div[contains(@class, 'form-column')]/@class)")
        == "form-column form-column-8"
    )
