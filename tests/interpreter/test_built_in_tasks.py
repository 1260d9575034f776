"""What must stand in a diagram before a task of a built-in type is published."""

import pytest

from engine.connectors import CONNECTORS
from engine.connectors.shapes import SHAPES
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.connectors.tasks import process, service

KNOWN = Known(
    forms=frozenset(),
    job_types=frozenset(CONNECTORS),
    shapes=SHAPES,
    registers={"channel": ("在用", "停用")},
)


def found(type_: str, inputs: dict[str, str], headers: dict[str, str] | None = None) -> dict[str, str]:
    """Give what the check says of a task, by code."""
    findings = check(process(service(type_, inputs, headers)), "x.bpmn", KNOWN).findings
    about = [one for one in findings if one.element == "call" and one.code != "not_drawn"]
    return {one.code: str(one) for one in about}


def test_every_built_in_type_says_what_it_needs() -> None:
    assert SHAPES.keys() == CONNECTORS.keys()


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        ("http", {"url": "https://api.example.com", "method": "GET", "authentication.type": "noAuth"}),
        ("http", {"url": "=base + path", "authentication.token": "{{secrets.TOKEN}}"}),
        ("http", {"url": "{{secrets.BASE}}/x"}),
        ("notify", {"to": "=initiator", "title": "标题"}),
        ("register.save", {"register": "channel", "status": "在用", "values": "={a: 1}"}),
        ("register.save", {"register": "=name", "status": "=status", "values": "=values"}),
        ("register.find", {"register": '="channel"', "order": "-updated"}),
        ("process.start", {"processId": "other"}),
        ("message.publish", {"messageName": "paid"}),
        ("anything.else", {}),
    ],
)
def test_a_task_that_says_enough_is_published(type_: str, inputs: dict[str, str]) -> None:
    assert {code for code in found(type_, inputs) if code != "job_type_external"} == set()


@pytest.mark.parametrize(
    ("type_", "inputs", "code", "says"),
    [
        ("http", {}, "input_missing", "缺少输入 url"),
        ("io.camunda:http-json:1", {"url": " "}, "input_missing", "缺少输入 url"),
        ("http", {"url": "api.example.com"}, "url_wrong", "应以 https:// 或 http:// 开头"),
        ("http", {"url": "http://x", "method": "FETCH"}, "input_unknown", "DELETE、GET"),
        ("http", {"url": "http://x", "authentication.type": "magic"}, "input_unknown", "noAuth、basic"),
        ("http", {"url": "http://x", "authentication.token": "abc"}, "secret_in_diagram", "{{secrets.名称}}"),
        ("http", {"url": "http://x", "body": "{{secret.A}}"}, "secret_misspelt", "{{secrets.名称}}"),
        ("http", {"url": "http://x", "body": "{{secrets.A-B}}"}, "secret_misspelt", "输入 body"),
        ("notify", {"to": "=initiator"}, "input_missing", "缺少输入 title"),
        ("register.save", {"register": "channel", "values": "={}"}, "input_missing", "缺少输入 status"),
        ("register.save", {"register": "chanel", "status": "在用", "values": "={}"}, "register_unknown", "chanel"),
        ("register.save", {"register": "channel", "status": "没有", "values": "={}"}, "status_unknown", "在用、停用"),
        ("register.find", {"register": "channel", "order": "amount"}, "input_unknown", "number、-number"),
        ("process.start", {}, "input_missing", "缺少输入 processId"),
        ("message.publish", {"correlationKey": "=x"}, "input_missing", "缺少输入 messageName"),
    ],
)
def test_what_is_missing_or_wrong_is_named_with_its_remedy(
    type_: str, inputs: dict[str, str], code: str, says: str
) -> None:
    findings = found(type_, inputs)
    assert set(findings) == {code}
    assert "调用" in findings[code]
    assert says in findings[code]


def test_headers_of_built_in_tasks_are_checked() -> None:
    inputs = {"url": "http://x"}
    assert set(found("http", inputs, {"retryBackoff": "five"})) == {"retry_backoff"}
    assert found("http", inputs, {"retryBackoff": "PT5M", "resultExpression": "={a: body.b}"}) == {}
    wrong = found("http", inputs, {"errorExpression": "=if error.code then"})
    assert "errorExpression" in wrong["expression_syntax"]
