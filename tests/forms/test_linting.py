from pathlib import Path

import pytest

from engine.errors import Finding, UnpublishableError
from engine.forms import lint, load
from tests.forms.building import Component, one, written

ROOT = Path(__file__).resolve().parents[2]
TEXT: Component = {"type": "textfield", "key": "name", "id": "n", "label": "名称"}


def found(*components: Component) -> list[tuple[str, str, str | None]]:
    return [(one.severity, one.code, one.element) for one in lint(written(*components), "example.form")]


def only(*components: Component) -> Finding:
    (finding,) = lint(written(*components), "example.form")
    return finding


def test_a_sound_form_has_no_findings() -> None:
    assert found(TEXT) == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("forms/new_channel_filing/*.form")), ids=lambda path: path.stem)
def test_the_forms_of_the_new_channel_filing_are_sound(path: Path) -> None:
    assert lint(path.read_bytes(), path.name) == []
    assert load(path.read_bytes()).id == path.stem


def test_what_is_no_json_is_named_with_its_line() -> None:
    (finding,) = lint(b'{\n  "id": "a",\n  components: []\n}', "example.form")
    assert (finding.code, finding.line, finding.resource) == ("form_not_json", 3, "example.form")
    assert str(finding) == "从第 3 行第 3 列起不是 JSON。请在表单编辑器中重新导出。"


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'"x"', b"\xff\xfe", b'{"components": {}}', b"[" * 100_000, b'{"components":[' * 5000],
)
def test_what_is_no_form_is_refused(content: bytes) -> None:
    assert {one.code for one in lint(content)} <= {"form_not_json", "form_shape"}
    with pytest.raises(UnpublishableError) as refusal:
        load(content, "example.form")
    assert refusal.value.findings[0].severity == "error"


def test_an_enormous_file_is_refused_unread() -> None:
    assert [one.code for one in lint(b" " * 3_000_000)] == ["form_too_large"]


def test_a_form_without_an_id_is_refused() -> None:
    assert [one.code for one in lint(b'{"components": []}')] == ["form_id"]


def test_each_component_that_does_not_exist_is_named() -> None:
    findings = lint(written({"type": "signature", "key": "s", "label": "签名"}, {"type": "x", "id": "i"}, TEXT))
    assert [(one.code, one.element, one.name) for one in findings] == [
        ("form_component", "s", "签名"),
        ("form_component", "i", None),
    ]
    assert str(findings[0]).startswith("组件“签名”的类型 'signature' 不存在。可用的类型：button checkbox ")


def test_a_component_that_is_no_object_is_named_by_its_place() -> None:
    group = {"type": "group", "id": "g", "components": [1]}
    (finding,) = lint(written(TEXT, group))
    assert str(finding) == "第 2.1 个组件不是 JSON 对象。"


@pytest.mark.parametrize("key", [None, "", 1, "a..b", "."])
def test_a_field_needs_a_key(key: object) -> None:
    assert [code for _, code, _ in found({**TEXT, "key": key})] == ["form_component"]


def test_nesting_and_number_of_components_are_bounded() -> None:
    deep: Component = TEXT
    for level in range(20):
        deep = {"type": "group", "id": f"g{level}", "components": [deep]}
    assert [code for _, code, _ in found(deep)] == ["form_component"]
    many = [{"type": "separator", "id": f"s{number}"} for number in range(2_001)]
    assert [code for _, code, _ in found(*many)] == ["form_too_large"]


def test_a_key_used_twice_is_an_error() -> None:
    assert found(TEXT, {**TEXT, "id": "m"}) == [("error", "form_key_twice", "name")]


def test_a_key_used_twice_under_conditions_is_a_warning() -> None:
    # It runs; but form-js 1.23 refuses to open a form that claims a path twice.
    assert found(TEXT, {**TEXT, "id": "m", "conditional": {"hide": "=true"}}) == [("warning", "form_key_twice", "name")]


def test_a_value_cannot_be_a_field_and_hold_fields() -> None:
    assert found(TEXT, {**TEXT, "id": "m", "key": "name.first"}) == [("error", "form_key_inside", "name.first")]


def test_the_same_key_in_two_places_is_no_matter() -> None:
    rows = {"type": "dynamiclist", "path": "rows", "id": "l", "components": [{**TEXT, "id": "m"}]}
    group = {"type": "group", "path": "other", "id": "g", "components": [{**TEXT, "id": "k"}]}
    assert found(TEXT, rows, group) == []


def test_an_id_used_twice_is_an_error() -> None:
    assert found(TEXT, {**TEXT, "key": "other"}) == [("error", "form_id_twice", "other")]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("conditional", {"hide": "=a >"}),
        ("label", "=1 +"),
        ("description", "共 {{ a + }} 项"),
        ("validate", {"min": "=("}),
        ("readonly", "=if a then"),
        ("properties", {"requiredWhen": "=a ="}),
    ],
)
def test_feel_that_cannot_be_read_is_an_error(setting: str, value: object) -> None:
    finding = only({**TEXT, setting: value})
    assert (finding.severity, finding.code, finding.element) == ("error", "form_feel", "name")
    assert "不是正确的 FEEL" in str(finding)


def test_names_of_other_fields_may_have_spaces_and_signs() -> None:
    other = {**TEXT, "id": "m", "key": "net-amount"}
    assert found(other, {**TEXT, "conditional": {"hide": "=net-amount > 1"}}) == []


@pytest.mark.parametrize("text", ["{{#if a}}x", "x{{/if}}", "{{#loop a}}x{{/if}}"])
def test_a_template_whose_sections_do_not_match_is_an_error(text: str) -> None:
    assert only({"type": "text", "id": "t", "text": text}, TEXT).code == "form_template"


def test_a_condition_needs_an_equals_sign() -> None:
    assert only({**TEXT, "conditional": {"hide": "a > 1"}}).code == "form_condition"


@pytest.mark.parametrize("settings", [{}, {"values": []}, {"values": "a"}])
def test_a_choice_needs_options(settings: Component) -> None:
    assert only({"type": "select", "key": "s", "id": "s", **settings}).code == "form_options"


def test_a_pattern_that_cannot_run_is_an_error() -> None:
    assert only({**TEXT, "validate": {"pattern": "(?=a)b"}}).code == "form_pattern"


def test_a_form_with_nothing_to_fill_in_is_a_warning() -> None:
    finding = only({"type": "button", "id": "b", "label": "提交"})
    assert (finding.severity, finding.code) == ("warning", "form_without_fields")


def test_findings_name_the_line_of_their_component() -> None:
    content = b'{"id": "f", "components": [\n{"type": "textfield", "key": "a", "id": "x",\n"label": "=("}\n]}'
    (finding,) = lint(content)
    assert finding.line == 2


def test_fields_are_listed_with_key_label_and_type() -> None:
    rows = {"type": "dynamiclist", "path": "rows", "id": "l", "components": [{**TEXT, "id": "m"}]}
    form = load(written(TEXT, rows, {"type": "datetime", "key": "day", "id": "d", "dateLabel": "日期"}))
    assert [(one.key, one.label, one.type) for one in form.fields] == [
        ("name", "名称", "textfield"),
        ("rows[].name", "名称", "textfield"),
        ("day", "日期", "datetime"),
    ]
    assert form.labels["day"] == "日期"


def test_a_form_says_whether_it_brings_its_own_button() -> None:
    assert load(written({"type": "button", "id": "b", "action": "submit"})).submits
    assert not load(written({"type": "button", "id": "b", "action": "reset"})).submits


def test_a_form_knows_on_which_values_something_depends() -> None:
    subject = load(written(TEXT, {**TEXT, "id": "m", "key": "other", "conditional": {"hide": '=name = "x"'}}))
    assert subject.live == {"name"}
    assert one("textfield").live == frozenset()


@pytest.mark.parametrize(
    ("kind", "properties", "told"),
    [
        ("select", {"picker": "people"}, "people"),
        ("select", {"picker": "register:"}, "register:"),
        ("radio", {"picker": "person"}, "下拉选择"),
        ("taglist", {"picker": "register:channel", "hold": "true"}, "hold"),
        ("select", {"picker": "person", "hold": "true"}, "hold"),
    ],
)
def test_a_picker_that_can_not_be_is_refused(kind: str, properties: dict[str, str], told: str) -> None:
    component = {"type": kind, "key": "who", "id": "who", "label": "办理人", "properties": properties}
    (found,) = lint(written(component), "x.form")
    assert (found.code, found.element) == ("form_picker", "who")
    assert told in str(found)


def test_a_picker_needs_no_options() -> None:
    component = {"type": "select", "key": "who", "id": "who", "label": "办理人", "properties": {"picker": "person"}}
    assert lint(written(component), "x.form") == []
