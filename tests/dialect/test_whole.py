"""The whole dialect is drawn beside these tests, and every drawing is played."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from engine.connectors.shapes import SHAPES
from engine.interpreter.diagram import Element, Process
from engine.interpreter.lint import check
from engine.interpreter.lint_elements import EVENTS, RUNS, TRIGGERS
from engine.interpreter.lint_listeners import TASK
from engine.interpreter.lint_rule import Known
from engine.interpreter.reading import read
from engine.xml_text import BPMN, local_name, namespace
from tests.dialect.playing import FOLDER, belonging
from tests.interpreter.dialect import ROWS, Row

DIAGRAMS = sorted(FOLDER.rglob("*.bpmn"))
STEMS = sorted({path.relative_to(FOLDER).with_suffix("").as_posix().partition(".")[0] for path in DIAGRAMS})
HARMLESS = {"no_form", "job_type_external", "no_default_flow"}
"""Warnings that a diagram beside a test may have: it is small, and its workers are outside."""


@cache
def processes(stem: str) -> tuple[Process, ...]:
    """Read what a play publishes."""
    paths = [path for path in belonging(FOLDER / stem) if path.suffix == ".bpmn"]
    return tuple(process for path in paths for process in read(path.read_bytes()))


def elements() -> Iterator[tuple[Process, Element]]:
    for stem in STEMS:
        for process in processes(stem):
            yield from ((process, element) for element in process.elements.values())


def kind_of(process: Process, element: Element) -> str:
    """Name an element with what makes it a variant of its own."""
    around = process.elements.get(element.parent)
    inside = element.kind == "startEvent" and around is not None and around.triggered_by_event
    words = ["eventSubProcess:start" if inside else element.kind]
    words += [element.event or ""] if element.kind in EVENTS else []
    if (inside or element.kind == "boundaryEvent") and not element.interrupting:
        words.append("gentle")
    return ":".join(word for word in words if word)


GENTLE = {"timer", "conditional", "message", "signal", "escalation"}
"""What may happen without interrupting anything (BPMN 2.0, tables 10.86 and 10.90)."""


def variants() -> Iterator[str]:
    """Name every kind and variant of element that the check before publication lets run."""
    yield from RUNS
    for kind, events in EVENTS.items():
        for event in events - ({None} if kind == "boundaryEvent" else set()):
            yield f"{kind}:{event}" if event else kind
            if kind == "boundaryEvent" and event in GENTLE:
                yield f"{kind}:{event}:gentle"
    for event in TRIGGERS:
        yield f"eventSubProcess:start:{event}"
        if event in GENTLE:
            yield f"eventSubProcess:start:{event}:gentle"


def test_every_kind_of_element_that_runs_is_drawn() -> None:
    drawn = {kind_of(process, element) for process, element in elements()}
    assert sorted({*variants()} - drawn) == []


def test_every_way_to_write_a_time_is_drawn() -> None:
    timers = [(element.kind, element.timer) for _, element in elements() if element.timer is not None]
    written = {(kind, timer.kind, timer.expression.startswith("=")) for kind, timer in timers}
    for kind in ("intermediateCatchEvent", "boundaryEvent"):
        assert {(kind, "timeDate", feel) for feel in (True, False)} <= written
        assert {(kind, "timeDuration", feel) for feel in (True, False)} <= written
    assert {("boundaryEvent", "timeCycle", feel) for feel in (True, False)} <= written
    assert {("startEvent", kind) for kind in ("timeDate", "timeDuration", "timeCycle")} <= {one[:2] for one in written}
    assert any(timer.kind == "timeCycle" and timer.expression.startswith("0 ") for _, timer in timers)


def test_every_way_to_repeat_is_drawn() -> None:
    loops = [(element.kind, element.loop) for _, element in elements() if element.loop is not None]
    assert {kind for kind, _ in loops} >= {
        "userTask", "serviceTask", "sendTask", "scriptTask", "businessRuleTask", "receiveTask", "callActivity",
        "manualTask", "subProcess",
    }  # fmt: skip
    shapes = {(loop.sequential, loop.results is not None, loop.completion is not None) for _, loop in loops}
    ways = {(sequential, results) for sequential, results, _ in shapes}
    assert ways == {(True, True), (True, False), (False, True), (False, False)}
    assert {(True, True, True), (False, True, True)} <= shapes
    rounds = [element.standard_loop for _, element in elements() if element.standard_loop is not None]
    assert {one.test_before for one in rounds} == {True, False}
    assert {one.maximum is not None for one in rounds} == {one.condition is not None for one in rounds} == {True, False}


def test_every_way_to_call_and_to_listen_is_drawn() -> None:
    calls = [element.called for _, element in elements() if element.kind == "callActivity"]
    assert {(one.propagate_parent, one.propagate_child) for one in calls if one is not None} >= {
        (True, True), (True, False), (False, False),
    }  # fmt: skip
    assert {one is not None and one.id.startswith("=") for one in calls} == {True, False}
    heard = {(one.tag, one.event) for _, element in elements() for one in element.listeners}
    heard |= {(one.tag, one.event) for stem in STEMS for process in processes(stem) for one in process.listeners}
    assert {event for tag, event in heard if tag == "taskListener"} == {*TASK} - {"canceling"}
    assert {event for tag, event in heard if tag == "executionListener"} == {"start", "end"}


def test_everything_that_explains_is_drawn() -> None:
    tags = {local_name(node) for path in DIAGRAMS for node in etree.parse(path).iter(f"{{{BPMN}}}*")}
    assert {
        "collaboration", "participant", "messageFlow", "laneSet", "lane", "textAnnotation", "association", "group",
        "category", "dataObject", "dataObjectReference", "dataStoreReference", "dataOutputAssociation", "documentation",
    } - tags == set()  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kinds[0])
def test_a_row_is_played_with_all_its_tags_and_attributes(row: Row) -> None:
    assert [play for play in row.plays if play not in STEMS] == []
    nodes = [
        node
        for play in row.plays
        for path in belonging(FOLDER / play)
        if path.suffix == ".bpmn"
        for node in etree.parse(path).iter(etree.Element)
    ]
    words = {local_name(node) for node in nodes} | {str(name) for node in nodes for name in node.attrib}
    texts = (*row.attributes, *(kind.partition(":")[0] for kind in row.kinds))
    asked = {word for text in texts for word in text.split()}
    assert sorted(asked - words - NOT_DRAWN) == []
    drawn = {local_name(node) for node in nodes if namespace(node) == BPMN}
    events = {event.partition(":")[2] for event in row.kinds if ":" in event}
    assert {event for event in events if f"{event}EventDefinition" not in drawn and event not in {"message"}} == set()


NOT_DRAWN = {"ordering", "waitForCompletion"}
"""What is read only to refuse what it says."""


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.name)
def test_a_diagram_can_be_published_and_seen(path: Path) -> None:
    forms = frozenset(form for process in read(path.read_bytes()) for form in process.form_ids)
    decisions = frozenset(one for process in read(path.read_bytes()) for one in process.decision_ids)
    known = Known(forms=forms, job_types=frozenset(SHAPES), shapes=SHAPES, decisions=decisions)
    findings = check(path.read_bytes(), path.name, known).findings
    assert [(found.code, found.element) for found in findings if found.code not in HARMLESS] == []
    root = etree.parse(path).getroot()
    modeler = "{http://camunda.org/schema/modeler/1.0}"
    assert root.get(f"{modeler}executionPlatform") == "Camunda Cloud"
    assert all(process.name != process.id for process in read(path.read_bytes()))


def test_every_diagram_is_played() -> None:
    played = {
        f"{module.stem.removeprefix('test_')}/{function.name.removeprefix('test_')}"
        for module in FOLDER.glob("test_*.py")
        for function in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(function, ast.FunctionDef) and [one.arg for one in function.args.args[:1]] == ["play"]
    }
    assert {*STEMS} - played == set()
    assert {*STEMS} == {play for row in ROWS for play in row.plays}
