"""What a browser sends, through the whole page and back."""

import io

import pytest
from lxml import html

from tests.forms.building import Component, document, form, one
from tests.forms.page import Site

ROWS: Component = {
    "type": "dynamiclist",
    "path": "rows",
    "id": "l",
    "components": [
        {"type": "textfield", "key": "name", "id": "n", "validate": {"required": True}},
        {"type": "checkbox", "key": "main", "id": "m"},
    ],
}


def send(site: Site, **sent: object) -> html.HtmlElement:
    answer = site.app().test_client().post("/", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 200
    return html.document_fromstring(answer.get_data(as_text=True))


def upload(content: bytes = b"x", name: str = "方案.pdf", kind: str = "application/pdf") -> tuple[io.BytesIO, str, str]:
    return io.BytesIO(content), name, kind


def names(shown: html.HtmlElement, kind: str = "hidden") -> list[tuple[str, str]]:
    # What begins with an underscore belongs to the page, not to the form's fields.
    fields = f"//form//input[@type='{kind}'][not(starts-with(@name, '_'))]"
    return [(one.get("name"), one.get("value")) for one in shown.xpath(fields)]


def test_every_kind_of_field_arrives() -> None:
    kinds: list[Component] = [
        {"type": "textfield", "key": "a", "id": "a"},
        {"type": "number", "key": "b.c", "id": "b"},
        {"type": "datetime", "key": "d", "id": "d", "subtype": "datetime"},
        {"type": "checkbox", "key": "e", "id": "e"},
        {"type": "checkbox", "key": "f", "id": "f"},
        {"type": "checklist", "key": "g", "id": "g", "values": ["x", "y", "z"]},
        {"type": "radio", "key": "h", "id": "h", "values": [{"label": "一", "value": 1}]},
    ]
    site = Site(form(*kinds))
    send(
        site, **{"a": "甲", "b.c": "1.5", "d": "2026-01-31", "d@time": "14:30", "e": "true", "g": ["x", "z"], "h": "1"}
    )
    assert site.accepted == [
        {"a": "甲", "b": {"c": 1.5}, "d": "2026-01-31T14:30", "e": True, "f": False, "g": ["x", "z"], "h": 1},
    ]


def test_an_error_loses_nothing_that_was_typed_or_uploaded() -> None:
    subject = form(
        {"type": "textfield", "key": "name", "id": "n", "validate": {"required": True}},
        {"type": "textarea", "key": "basics", "id": "b"},
        {"type": "checklist", "key": "areas", "id": "c", "values": ["华东", "华南"]},
        {"type": "filepicker", "key": "files", "id": "f", "multiple": True},
    )
    site = Site(subject)
    shown = send(site, name="", basics="第一行\r\n第二行", areas="华南", files=[upload(), upload(name="照片.png")])
    assert site.accepted == []
    assert shown.xpath("string(//textarea)").strip() == "第一行\n第二行"
    assert shown.xpath("string(//input[@checked]/@value)") == "华南"
    assert names(shown) == [("files", "doc-1"), ("files", "doc-2")]
    send(site, name="甲", basics="第一行\r\n第二行", areas="华南", files=["doc-1", "doc-2"])
    assert [one["metadata"]["fileName"] for one in site.accepted[0]["files"]] == ["方案.pdf", "照片.png"]  # type: ignore[attr-defined]  # document references


def test_an_attachment_is_removed_by_its_button() -> None:
    site = Site(one("filepicker", multiple=True))
    send(site, value=[upload(), upload()], _refresh="1")
    assert names(send(site, value=["doc-1", "doc-2"], _drop="value:doc-1")) == [("value", "doc-2")]
    assert site.accepted == []


def test_a_picker_for_one_file_replaces_it() -> None:
    site = Site(one("filepicker"))
    send(site, value=[upload()], _refresh="1")
    shown = html.document_fromstring(
        site.app()
        .test_client()
        .post("/", data={"value": ["doc-1", upload(name="新.pdf")], "_refresh": "1"})
        .get_data(as_text=True),
    )
    assert names(shown) == [("value", "doc-2")]


def test_a_document_of_somebody_else_is_not_taken() -> None:
    site = Site(one("filepicker", validate={"required": True}))
    shown = send(site, value="doc-99")
    assert site.accepted == []
    assert shown.xpath("normalize-space(//*[@class='field-error'])") == "有附件已失效，请重新上传。"


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (upload(b"x" * 200_000), "“方案.pdf”太大，单个附件不能超过 0.1 MB。"),
        (upload(name="a.exe", kind="application/pdf"), "“a.exe”的类型不在允许之列：.pdf。"),
        (upload(b"virus"), "“方案.pdf”不是安全的文件。"),
    ],
)
def test_a_file_that_is_not_taken_is_named_and_not_kept(sent: object, problem: str) -> None:
    site = Site(one("filepicker", accept=".pdf", properties={"maxSizeMb": "0.1"}))
    shown = send(site, value=sent)
    assert shown.xpath("normalize-space(//*[@class='field-error'])") == problem
    assert site.documents == {}


def test_rows_are_added_and_removed_without_javascript() -> None:
    site = Site(form(ROWS))
    shown = send(site, **{"rows[]": "0:", "rows[0].name": "甲", "rows[0].main": "true", "_add": "rows"})
    assert names(shown) == [("rows[]", "0:"), ("rows[]", "1:")]
    both = {"rows[]": ["0:", "1:"], "rows[0].name": "甲", "rows[0].main": "true", "rows[1].name": "乙"}
    shown = send(site, **both, _remove="rows[0]")
    assert names(shown) == [("rows[]", "0:")]
    assert shown.xpath("string(//input[@name='rows[0].name']/@value)") == "乙"
    assert not shown.xpath("//input[@type='checkbox']/@checked")
    send(site, **both)
    assert site.accepted == [{"rows": [{"name": "甲", "main": True}, {"name": "乙", "main": False}]}]


def test_rows_remember_their_place_in_what_is_stored() -> None:
    locked = {**ROWS, "components": [{"type": "textfield", "key": "name", "id": "n", "readonly": True}]}
    site = Site(form(locked), {"rows": [{"name": "甲"}, {"name": "乙"}]})
    shown = html.document_fromstring(site.app().test_client().get("/").get_data(as_text=True))
    assert names(shown) == [("rows[]", "0:0"), ("rows[]", "1:1")]
    assert names(send(site, **{"rows[]": ["0:0", "1:1"], "_remove": "rows[0]"})) == [("rows[]", "0:1")]
    send(site, **{"rows[]": "0:1"})
    assert site.accepted == [{"rows": [{"name": "乙"}]}]


def test_an_error_in_a_row_stands_in_that_row() -> None:
    shown = send(Site(form(ROWS)), **{"rows[]": ["0:", "1:"], "rows[0].name": "甲", "rows[1].name": ""})
    assert shown.xpath("//input[@aria-invalid]/@name") == ["rows[1].name"]


@pytest.mark.parametrize(
    "markers", [["x:y"], [":"], ["-1:"], ["99999999999999999999:0"], ["0:99999999999999999999"], ["0:0"] * 900]
)
def test_forged_rows_do_no_harm(markers: list[str]) -> None:
    site = Site(
        form({**ROWS, "components": [{"type": "textfield", "key": "name", "id": "n"}]}), {"rows": [{"name": "甲"}]}
    )
    send(site, **{"rows[]": markers})
    assert len(site.accepted) == 1


def test_a_form_kept_over_the_end_of_a_session_is_only_shown() -> None:
    site = Site(one("textfield"))
    shown = send(site, value="甲", _resume="1")
    assert site.accepted == []
    assert shown.xpath("string(//input[@name='value']/@value)") == "甲"


def test_stored_attachments_of_a_case_come_back() -> None:
    stored = document("d1")
    site = Site(one("filepicker"), {"value": [stored]}, documents={"d1": stored})
    shown = html.document_fromstring(site.app().test_client().get("/").get_data(as_text=True))
    assert names(shown) == [("value", "d1")]
    send(site, value="d1")
    assert site.accepted == [{"value": [stored]}]
