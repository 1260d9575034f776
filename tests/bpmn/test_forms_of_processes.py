"""What every form and register of the product keeps."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.forms import lint
from tests.bpmn.drawing import ROOT, drawings

Component = dict[str, Any]

SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
COLUMNS = 16
"""The width of a form-js row."""
REGISTER_SETTINGS = {"importGroups", "readers", "register", "title", "number", "statuses", "titleField"}

every_form = pytest.mark.parametrize("path", sorted(ROOT.glob("forms/*/*.form")), ids=lambda path: path.stem)
every_register = pytest.mark.parametrize(
    "path", sorted(ROOT.glob("forms/registers/*.form")), ids=lambda path: path.stem
)


def test_there_are_forms_for_each_process() -> None:
    assert {path.stem for path in ROOT.glob("bpmn/*/*.bpmn")} <= {path.name for path in ROOT.glob("forms/*")}


@every_form
def test_a_form_is_named_by_its_id_and_made_for_camunda_8(path: Path) -> None:
    form = orjson.loads(path.read_bytes())
    assert form["id"] == path.stem
    assert form["type"] == "default"
    assert form["executionPlatform"] == "Camunda Cloud"


@every_form
def test_the_check_before_publication_finds_nothing(path: Path) -> None:
    assert [str(found) for found in lint(path.read_bytes(), path.name)] == []


@every_form
def test_components_have_distinct_ids_and_keys_and_a_chinese_label(path: Path) -> None:
    components = list(_walk(orjson.loads(path.read_bytes())))
    ids = [one["id"] for one in components]
    keys = [one["key"] for one in components if "key" in one]
    assert len(ids) == len(set(ids))
    assert len(keys) == len(set(keys))
    assert [name for name in ids + keys if not SNAKE_CASE.fullmatch(name)] == []
    shown = [one.get("label") or one.get("dateLabel") or one.get("text") or "" for one in components]
    assert [text for text in shown if not re.search(r"[\u4e00-\u9fff]", text)] == []


@every_form
def test_no_row_is_wider_than_the_page(path: Path) -> None:
    widths: dict[str, int] = {}
    for one in _walk(orjson.loads(path.read_bytes())):
        layout = one["layout"]
        widths[layout["row"]] = widths.get(layout["row"], 0) + layout["columns"]
    assert [row for row, width in widths.items() if width > COLUMNS] == []


@every_form
def test_every_text_a_person_types_has_a_maximum_length(path: Path) -> None:
    typed = [
        one
        for one in _walk(orjson.loads(path.read_bytes()))
        if one["type"] in {"textfield", "textarea"} and not one.get("readonly")
    ]
    assert [one["key"] for one in typed if "maxLength" not in one.get("validate", {})] == []


def test_the_filing_form_asks_all_the_policy_wants_and_requires_each() -> None:
    filing = ROOT / "forms/new_channel_filing/new_channel_filing.form"
    fields = {one["key"]: one for one in _walk(orjson.loads(filing.read_bytes())) if "key" in one}
    assert set(fields) == {
        "channel_name",
        "channel_kind",
        "partner",
        "region",
        "basics",
        "expected_business_size",
        "expected_start_date",
        "resources_needed",
        "attachments",
        "declaration_of_truth",
    }
    assert [key for key, one in fields.items() if not one["validate"]["required"]] == []
    assert fields["attachments"]["type"] == "filepicker"
    assert fields["declaration_of_truth"]["type"] == "checkbox"


def test_the_approval_asks_both_checks_before_it_can_be_given() -> None:
    approval = ROOT / "forms/new_channel_filing/new_channel_filing_approval.form"
    fields = {one["key"]: one for one in _walk(orjson.loads(approval.read_bytes())) if "key" in one}
    assert [option["value"] for option in fields["decision"]["values"]] == ["approve", "return", "reject"]
    for check in ("completeness_checked", "compliance_checked"):
        assert fields[check]["validate"]["required"]
        assert fields[check]["conditional"]["hide"] == '=decision != "approve"'
    assert fields["opinion"]["properties"]["requiredWhen"] == '=decision = "return" or decision = "reject"'


@every_register
def test_a_register_says_how_it_is_numbered_and_listed(path: Path) -> None:
    register = orjson.loads(path.read_bytes())
    settings = register["properties"]
    keys = [one["key"] for one in _walk(register) if "key" in one]
    assert set(settings) == REGISTER_SETTINGS
    assert settings["register"] == path.stem
    assert settings["titleField"] in keys
    assert re.fullmatch(r"[A-Z]{2}-\{year\}-\{sequence:0\dd\}", settings["number"])
    assert all(settings["statuses"].split(","))
    listed = [one["key"] for one in _walk(register) if one.get("properties", {}).get("column") == "true"]
    assert settings["titleField"] in listed


def test_what_diagrams_write_to_registers_is_declared_there() -> None:
    written = 0
    for drawing in drawings():
        for task in drawing.find("//bpmn:serviceTask[.//zeebe:taskDefinition/@type='register.save']"):
            inputs = {one.get("target"): one.get("source", "") for one in drawing.find_in(task, ".//zeebe:input")}
            register = orjson.loads((ROOT / f"forms/registers/{inputs['register']}.form").read_bytes())
            declared = {one["key"] for one in _walk(register) if "key" in one}
            assert set(re.findall(r"(\w+):", inputs["values"])) <= declared
            # A status may be the entry's own, as it was found before.
            found = {f"={name}" for name in drawing.texts("//zeebe:output[@source='=first.status']/@target")}
            statuses = set() if inputs["status"] in found else _statuses(inputs["status"])
            assert statuses <= set(register["properties"]["statuses"].split(","))
            written += 1
    assert written


def _statuses(written: str) -> set[str]:
    """Give what a status can be: itself, or each word that a chain of if, then and else ends in."""
    if not written.startswith("="):
        return {written}
    *choices, otherwise = written[1:].split(" else ")
    endings = [*(choice.rpartition(" then ")[2] for choice in choices), otherwise]
    assert all(re.fullmatch(r'"[^"]+"', ending) for ending in endings), written
    return {ending.strip('"') for ending in endings}


def _walk(form: Component) -> Iterator[Component]:
    for one in form["components"]:
        yield one
        if "components" in one:
            yield from _walk(one)
