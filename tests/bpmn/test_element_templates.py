"""The templates of built-in tasks: what an owner picks and fills in is a task that is published and runs."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.connectors import CONNECTORS
from engine.connectors.shapes import SHAPES
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.connectors.tasks import process, service

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES: list[dict[str, Any]] = json.loads((ROOT / "bpmn/element-templates/qucheng.json").read_bytes())
EXAMPLES = {"register": "channel", "status": "已备案", "values": "={a: 1}", "url": "https://api.example.com"}


def job_type(template: dict[str, Any]) -> str:
    """Give the type of the task that a template makes."""
    return next(
        str(one["value"])
        for one in template["properties"]
        if one["binding"] == {"type": "zeebe:taskDefinition", "property": "type"}
    )


def is_shown(one: dict[str, Any]) -> bool:
    """Tell whether a field is shown while its template is as it was picked: nobody logs in anywhere."""
    return bool(one.get("condition", {}).get("equals", "noAuth") == "noAuth")


def test_there_is_a_template_for_each_connector() -> None:
    assert {job_type(template) for template in TEMPLATES} == CONNECTORS.keys() - {"io.camunda:http-json:1"}
    names = ["写台账", "查台账", "通知", "发邮件", "发群消息", "调用接口", "发布消息", "发起流程"]
    assert [template["name"] for template in TEMPLATES] == names


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: str(template["name"]))
def test_a_template_that_is_filled_in_makes_a_task_that_is_published(template: dict[str, Any]) -> None:
    asked = [one for one in template["properties"] if is_shown(one) and not one.get("optional")]
    inputs = {
        one["binding"]["name"]: one.get("value") or EXAMPLES.get(one["binding"]["name"], "=initiator")
        for one in asked
        if one["binding"]["type"] == "zeebe:input"
    }
    known = Known(forms=frozenset(), job_types=frozenset(CONNECTORS), shapes=SHAPES, registers={"channel": ("已备案",)})
    found = check(process(service(job_type(template), inputs)), "x.bpmn", known)
    assert [str(one) for one in found.findings if one.element == "call" and one.code != "not_drawn"] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: str(template["name"]))
def test_choices_and_results_of_a_template_are_what_the_connector_knows(template: dict[str, Any]) -> None:
    shape = SHAPES[job_type(template)]
    for one in template["properties"]:
        name = one["binding"].get("name", "")
        if name in shape.choices:
            assert {choice["value"] for choice in one["choices"]} <= set(shape.choices[name])
    keys = {one["binding"]["key"] for one in template["properties"] if one["binding"]["type"] == "zeebe:taskHeader"}
    assert keys <= {"resultVariable", "resultExpression", "errorExpression", "retryBackoff"}
