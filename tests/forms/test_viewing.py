from decimal import Decimal

import pytest

from engine.errors import FieldProblem
from engine.forms import Form, describe, parts, view
from engine.forms.kinds import KINDS
from tests.forms.building import Component, clock, document, form, one


def part(subject: Form, stored: Component | None = None, **settings: object) -> parts.Part:
    """Show a form of one component."""
    rows = view(subject, stored or {}, clock=clock, **settings)  # type: ignore[arg-type]  # settings are view's own
    return rows[0].parts[0]


def control(subject: Form, stored: Component | None = None, **settings: object) -> parts.Control:
    shown = part(subject, stored, **settings)
    assert isinstance(shown, parts.Control)
    return shown


def line(subject: Form, stored: Component | None = None, **settings: object) -> parts.Line:
    shown = part(subject, stored, **settings)
    assert isinstance(shown, parts.Line)
    return shown


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"expression"}))
def test_every_type_can_be_shown(kind: str) -> None:
    shown = part(one(kind, path="p", components=[], values=["a"]))
    assert (shown.type, shown.label, shown.id) == (kind, "示例", "field-field_value")


def test_a_record_has_no_buttons() -> None:
    assert view(one("button"), {}, readonly=True) == ()


def test_an_expression_shows_nothing() -> None:
    assert view(one("expression", expression="=1"), {}) == ()


def test_components_of_a_row_stand_side_by_side() -> None:
    def text(key: str, **layout: object) -> Component:
        return {"type": "textfield", "key": key, "id": key, "layout": layout}

    rows = view(form(text("a", row="r1", columns=8), text("b", row="r1"), text("c"), text("d", columns=99)), {})
    assert [[(one.id, one.columns) for one in row.parts] for row in rows] == [
        [("field-a", 8), ("field-b", None)],
        [("field-c", None)],
        [("field-d", None)],
    ]


def test_labels_and_hints_are_evaluated() -> None:
    subject = one(
        "textfield", label="{{n}} 号", description='="共 " + string(n)', appearance={"suffixAdorner": "{{unit}}"}
    )
    shown = line(subject, {"n": 3, "unit": "元"})
    assert (shown.label, shown.description, shown.suffix) == ("3 号", "共 3", "元")


def test_stored_values_come_first_then_defaults() -> None:
    assert line(one("textfield", defaultValue="默认"), {"value": "已存"}).value == "已存"
    assert line(one("textfield", defaultValue="默认")).value == "默认"
    assert line(one("textfield", defaultValue='="今天 " + string(today())')).value == "今天 2026-01-15"
    assert line(one("number", defaultValue=12.5)).value == "12.5"
    assert line(one("number", defaultValue=5), {"value": None}).value == ""


def test_what_was_entered_comes_back_right_or_wrong() -> None:
    assert line(one("number"), submitted={"value": "一百"}).value == "一百"
    assert line(one("number"), submitted={"value": "1,200.50"}).value == "1,200.50"
    assert line(one("textfield", defaultValue="默认"), submitted={}).value == ""
    shown = part(one("datetime", subtype="datetime"), submitted={"value": "2026-01-31T"})
    assert isinstance(shown, parts.Moment)
    assert (shown.date, shown.time) == ("2026-01-31", "")


def test_problems_stand_beside_their_field() -> None:
    problem = FieldProblem("坏了")
    assert control(one("textfield"), problems={"value": problem}).problem == problem
    assert control(one("textfield"), problems={"other": problem}).problem is None


def test_a_moment_is_shown_in_shanghai() -> None:
    subject = one("datetime", subtype="datetime", dateLabel="日期", timeInterval=5, label=None)
    shown = part(subject, {"value": "2026-01-30T18:30Z"})
    assert isinstance(shown, parts.Moment)
    assert (shown.label, shown.date, shown.time, shown.step) == ("日期", "2026-01-31", "02:30", 300)


def test_the_earliest_date_is_today() -> None:
    shown = part(one("datetime", subtype="date", disallowPassedDates=True))
    assert isinstance(shown, parts.Moment)
    assert shown.earliest == "2026-01-15"


def test_the_chosen_option_is_marked() -> None:
    values = [{"label": "是", "value": True}, {"label": "一", "value": 1}, {"label": "甲", "value": "a"}]
    shown = part(one("radio", values=values), {"value": 1})
    assert isinstance(shown, parts.Choose)
    assert [(one.id, one.value, one.chosen) for one in shown.choices] == [
        ("field-field_value-0", "true", False),
        ("field-field_value-1", "1", True),
        ("field-field_value-2", "a", False),
    ]


def test_a_record_shows_what_could_no_longer_be_chosen() -> None:
    shown = part(one("checklist", values=["a"]), {"value": ["a", "gone"]}, readonly=True)
    assert isinstance(shown, parts.Choose)
    assert [one.label for one in shown.chosen] == ["a", "gone"]


def test_a_file_picker_says_what_it_takes() -> None:
    shown = part(
        one("filepicker", multiple=True, accept=".pdf, image/*", properties={"maxCount": "3"}), {"value": [document()]}
    )
    assert isinstance(shown, parts.Attach)
    assert (shown.accept, shown.multiple, shown.count, shown.megabytes) == ((".pdf", "image/*"), True, 3, "20")
    assert shown.documents == (parts.Document(id="d1", name="方案.pdf", kind="application/pdf", size=1000),)


def test_a_record_asks_for_nothing() -> None:
    shown = control(one("textfield", validate={"required": True}), {"value": "x"}, readonly=True)
    assert (shown.required, shown.readonly, shown.live) == (False, True, False)


def test_a_field_that_others_depend_on_is_live() -> None:
    subject = form(
        {"type": "checkbox", "key": "yes", "id": "a"},
        {"type": "textfield", "key": "why", "id": "b", "conditional": {"hide": "=not(yes)"}},
    )
    shown = [one for row in view(subject, {"yes": True}) for one in row.parts if isinstance(one, parts.Control)]
    assert [(one.name, one.live) for one in shown] == [("yes", True), ("why", False)]


def test_a_table_shows_rows_by_column() -> None:
    columns = [{"key": "name", "label": "名称"}, {"key": "n"}]
    shown = part(
        one("table", columns=columns, dataSource="=rows"), {"rows": [{"name": "甲", "n": 1.50}, None, {"n": [1]}, 3]}
    )
    assert isinstance(shown, parts.Grid)
    assert shown.heads == ("名称", "n")
    assert shown.cells == (("甲", "1.5"), ("", "1"), ("", ""))


def test_columns_of_a_table_can_be_computed() -> None:
    shown = part(
        one("table", columnsExpression="=columns", dataSource="=rows"), {"columns": [{"key": "a", "label": "A"}]}
    )
    assert isinstance(shown, parts.Grid)
    assert (shown.heads, shown.cells) == (("A",), ())


@pytest.mark.parametrize("source", ["javascript:alert(1)", "/files/1", "data:text/html,x", "ftp://x"])
def test_an_image_comes_from_the_web_or_is_an_image(source: str) -> None:
    shown = part(one("image", source=source, alt="图"))
    assert isinstance(shown, parts.Picture)
    assert (shown.source, shown.alternative) == ("", "图")


def test_an_image_may_be_an_address_or_data() -> None:
    for source in ("https://example.com/a.png", "data:image/png;base64,AA"):
        shown = part(one("image", source=source))
        assert isinstance(shown, parts.Picture)
        assert shown.source == source


@pytest.mark.parametrize(
    ("url", "address"), [("https://example.com", "https://example.com"), ("http://x", ""), ("javascript:1", "")]
)
def test_a_frame_is_https(url: str, address: str) -> None:
    shown = part(one("iframe", url=url))
    assert isinstance(shown, parts.Frame)
    assert shown.address == address


def test_documents_are_previewed() -> None:
    shown = part(one("documentPreview", dataSource="=files"), {"files": [document(), {"no": "document"}]})
    assert isinstance(shown, parts.Preview)
    assert [one.name for one in shown.documents] == ["方案.pdf"]


def test_values_are_described_in_words() -> None:
    subject = form(
        {"type": "textfield", "key": "name", "id": "a", "label": "名称"},
        {"type": "select", "key": "kind", "id": "b", "label": "类型", "values": [{"label": "线上", "value": "online"}]},
        {
            "type": "checklist",
            "key": "areas",
            "id": "c",
            "label": "区域",
            "values": [{"label": "华东", "value": "e"}, "华南"],
        },
        {"type": "checkbox", "key": "true_", "id": "d", "label": "声明"},
        {"type": "datetime", "key": "start", "id": "e", "dateLabel": "开始", "subtype": "datetime"},
        {
            "type": "number",
            "key": "size",
            "id": "f",
            "label": "规模",
            "appearance": {"prefixAdorner": "约", "suffixAdorner": "=unit"},
        },
        {"type": "filepicker", "key": "files", "id": "g", "label": "附件"},
        {"type": "expression", "key": "silent", "id": "h", "expression": "=1"},
        {"type": "textfield", "key": "hidden", "id": "i", "conditional": {"hide": "=true"}},
        {
            "type": "dynamiclist",
            "path": "rows",
            "id": "j",
            "components": [{"type": "number", "key": "n", "id": "k", "label": "数"}],
        },
    )
    values = {
        "name": "甲",
        "kind": "online",
        "areas": ["e", "华南", "老区"],
        "true_": True,
        "start": "2026-01-31T06:30Z",
        "size": Decimal("12.50"),
        "unit": "万元",
        "files": [document("a"), document("b", name="照片.png")],
        "rows": [{"n": 1}, {"n": 2}],
    }
    described = describe(subject, values)
    assert [(one.label, one.text, one.key) for one in described] == [
        ("名称", "甲", "name"),
        ("类型", "线上", "kind"),
        ("区域", "华东、华南、老区", "areas"),
        ("声明", "是", "true_"),
        ("开始", "2026-01-31 14:30", "start"),
        ("规模", "约 12.5 万元", "size"),
        ("附件", "方案.pdf、照片.png", "files"),
        ("数", "1", "rows[0].n"),
        ("数", "2", "rows[1].n"),
    ]
    assert [one.id for one in described[6].documents] == ["a", "b"]
    assert {one.text for one in describe(subject, {}) if not one.key.startswith("rows")} == {""}


def test_a_page_from_elsewhere_may_do_what_the_form_grants_and_never_replace_ours() -> None:
    granted = {"allowScripts": True, "allowForms": False, "allowTopNavigation": True, "fullscreen": True}
    shown = part(one("iframe", url="https://maps.example:8443/x?y=1", security=granted, height=480))
    assert isinstance(shown, parts.Frame)
    assert (shown.sandbox, shown.allow, shown.height) == ("allow-scripts", "fullscreen", 480)
    assert shown.origin == "https://maps.example:8443"


@pytest.mark.parametrize("url", ["https://a.example; script-src *", "https://a.example' x", "https://user@a.example/"])
def test_an_address_can_not_widen_the_security_policy(url: str) -> None:
    shown = part(one("iframe", url=url))
    assert isinstance(shown, parts.Frame)
    assert shown.address == ""


def test_a_table_says_how_many_rows_it_shows_at_a_time() -> None:
    shown = part(one("table", rowCount=10, columns=[], dataSource="=rows"))
    assert isinstance(shown, parts.Grid)
    assert shown.page_size == 10
