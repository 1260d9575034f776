"""Small diagrams for tests, written as a modeler would, without the drawing."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions" targetNamespace="test">
<bpmn:process id="process" name="测试" isExecutable="true">
"""
TAIL = "</bpmn:process></bpmn:definitions>"


def diagram(nodes: str, flows: Mapping[str, str | tuple[str, str]] | None = None) -> bytes:
    """Write a process from its nodes and its flows: ``{"a->b": id}`` or ``{"a->b": (id, condition)}``."""
    lines = []
    for ends, given in (flows or {}).items():
        source, target = ends.split("->")
        flow, condition = given if isinstance(given, tuple) else (given, None)
        text = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
        attributes = f'id="{flow}" name="{flow}" sourceRef="{source}" targetRef="{target}"'
        lines.append(f"<bpmn:sequenceFlow {attributes}>{text}</bpmn:sequenceFlow>")
    return (HEAD + dedent(nodes) + "\n".join(lines) + TAIL).encode()


def user_task(element: str, more: str = "") -> str:
    """Write a user task that anybody called tester does."""
    return (
        f'<bpmn:userTask id="{element}" name="{element}"><bpmn:extensionElements><zeebe:userTask/>'
        f'<zeebe:assignmentDefinition assignee="tester"/>{more}</bpmn:extensionElements></bpmn:userTask>'
    )


def script(element: str, expression: str, variable: str) -> str:
    """Write a script task."""
    return (
        f'<bpmn:scriptTask id="{element}"><bpmn:extensionElements>'
        f'<zeebe:script expression="{expression}" resultVariable="{variable}"/>'
        "</bpmn:extensionElements></bpmn:scriptTask>"
    )


def side_by_side(a: str, b: str) -> bytes:
    """Write a process that does ``a`` and ``b``, whose ids these are, both at once, and ends after both."""
    gateways = '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
    ends = ["start->split", "split->a", "split->b", "a->join", "b->join", "join->end"]
    return diagram(START + gateways + a + b + END, {pair: f"f{number}" for number, pair in enumerate(ends, 1)})


START = '<bpmn:startEvent id="start"/>'
END = '<bpmn:endEvent id="end" name="结束"/>'


def drawn(name: str) -> bytes:
    """Read a diagram that lies beside the tests."""
    return Path(__file__).with_name(f"{name}.bpmn").read_bytes()
