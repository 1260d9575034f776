"""Every name of the BPMN 2.0 schema either runs, only explains, or is refused with what to draw instead."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import SpiffWorkflow
from lxml import etree

from engine.errors import Finding
from engine.interpreter import remedies
from engine.interpreter.lint import check
from engine.interpreter.lint_elements import EVENTS, RUNS, TRIGGERS
from engine.interpreter.lint_rule import Known
from engine.interpreter.reading import DOCUMENTATION_ONLY
from tests.interpreter.build import END, START, diagram, user_task

XSD = "{http://www.w3.org/2001/XMLSchema}"
SCHEMA = etree.parse(Path(SpiffWorkflow.__file__).parent / "bpmn/parser/schema/Semantic.xsd").getroot()
"""The schema of the OMG, as the library brings it along."""
TYPES = {node.get("name", ""): node for node in SCHEMA.iterchildren(f"{XSD}complexType")}
NOTHING = Known(forms=frozenset(), job_types=frozenset())


def substitutes(group: str) -> list[str]:
    """Give the concrete elements that may stand for an abstract one."""
    found = []
    for node in SCHEMA.iterchildren(f"{XSD}element"):
        if node.get("substitutionGroup") == group:
            name = node.get("name", "")
            found += [] if TYPES[node.get("type", "")].get("abstract") == "true" else [name]
            found += substitutes(name)
    return found


def children(kind: str) -> Iterator[str]:
    """Give the elements that a type may hold, those of its bases included."""
    node = TYPES[kind]
    for inner in node.iter(f"{XSD}element"):
        name = str(inner.get("ref") or inner.get("name"))
        yield from substitutes(name) or [name]
    extension = node.find(f".//{XSD}extension")
    if extension is not None and extension.get("base") in TYPES:
        yield from children(extension.get("base", ""))


FLOW_ELEMENTS = sorted(substitutes("flowElement"))
DEFINITIONS = sorted(name.removesuffix("EventDefinition") for name in substitutes("eventDefinition"))
HOLDS = {"tProcess", "tSubProcess", "tAdHocSubProcess", "tTransaction"}
EXPLAINS = sorted({name for kind in HOLDS for name in children(kind)} - set(FLOW_ELEMENTS))


def findings(content: bytes) -> list[Finding]:
    return list(check(content, "test.bpmn", NOTHING).findings)


def unsupported(content: bytes, element: str) -> list[Finding]:
    return [found for found in findings(content) if found.element == element and found.code.startswith("unsupported")]


def test_the_schema_is_read() -> None:
    assert len(FLOW_ELEMENTS) == 30
    assert len(DEFINITIONS) == 10
    assert {"laneSet", "textAnnotation", "potentialOwner", "ioBinding", "auditing"} <= set(EXPLAINS)


@pytest.mark.parametrize("kind", FLOW_ELEMENTS)
def test_every_flow_element_runs_or_explains_or_is_refused_with_its_own_remedy(kind: str) -> None:
    content = diagram(START + f'<bpmn:{kind} id="one" name="一个"/>' + END, {"start->end": "f1"})
    found = unsupported(content, "one")
    if kind == "sequenceFlow" or kind in DOCUMENTATION_ONLY:
        assert [
            f for f in findings(content) if f.element == "one" and f.code not in {"dangling_flow", "not_drawn"}
        ] == []
    elif kind in RUNS or kind in EVENTS:
        assert [f for f in found if f.code == "unsupported_element"] == []
    else:
        (refused,) = found
        assert refused.message == remedies.ELEMENTS[kind]
        assert (refused.name, refused.severity) == ("一个", "error")
        assert "一个" in str(refused)
        assert "请改用" in str(refused)


@pytest.mark.parametrize("definition", [None, *DEFINITIONS, "multiple"])
@pytest.mark.parametrize("place", [*EVENTS, "trigger"])
def test_every_event_definition_runs_where_it_stands_or_is_refused_with_what_can_stand_there(
    place: str, definition: str | None
) -> None:
    kind = "startEvent" if place == "trigger" else place
    inner = f"<bpmn:{definition}EventDefinition/>" if definition else ""
    if definition == "multiple":
        inner = "<bpmn:signalEventDefinition/><bpmn:timerEventDefinition/>"
    attached = ' attachedToRef="a"' if kind == "boundaryEvent" else ""
    event = f'<bpmn:{kind} id="one" name="一个"{attached}>{inner}</bpmn:{kind}>'
    if place == "trigger":
        event = f'<bpmn:subProcess id="around" triggeredByEvent="true">{event}</bpmn:subProcess>'
    found = unsupported(diagram(START + user_task("a") + event + END, {"start->a": "f1", "a->end": "f2"}), "one")
    runs = definition in (TRIGGERS if place == "trigger" else EVENTS[place])
    assert [one.code for one in found] == ([] if runs else ["unsupported_event"])
    for one in found:
        assert "一个" in str(one)
        assert "请改为" in str(one)
        assert str(one.facts["event"]) == remedies.DEFINITIONS[definition]


@pytest.mark.parametrize("kind", sorted(RUNS))
def test_an_event_definition_in_what_is_no_event_is_refused(kind: str) -> None:
    for definition in DEFINITIONS:
        inside = f'<bpmn:{kind} id="one" name="一个"><bpmn:{definition}EventDefinition/></bpmn:{kind}>'
        (found,) = unsupported(diagram(START + inside + END, {"start->one": "f1", "one->end": "f2"}), "one")
        assert found.code == "unsupported_event"
        assert "一个" in str(found)
        assert "请删除" in str(found)


@pytest.mark.parametrize("name", EXPLAINS)
def test_everything_else_that_may_stand_in_a_process_is_never_an_error(name: str) -> None:
    content = diagram(
        START + f'<bpmn:{name} id="one" name="一个"/>' + user_task("a") + END, {"start->a": "f1", "a->end": "f2"}
    )
    assert [found.code for found in findings(content) if found.element == "one"] == []


def test_what_is_no_bpmn_at_all_is_refused_by_its_name() -> None:
    (found,) = unsupported(diagram(START + '<bpmn:robot id="one" name="一个"/>' + END, {"start->end": "f1"}), "one")
    assert "robot" in str(found)


WORK = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/><bpmn:sequenceFlow id="i" sourceRef="s" targetRef="e"/>'
CALL = '<bpmn:extensionElements><zeebe:calledElement processId="other"/></bpmn:extensionElements>'
SPEAKS = {"subProcess": WORK, "transaction": WORK, "adHocSubProcess": user_task("inner")}
"""What an escalation may come out of, and what stands in it."""


@pytest.mark.parametrize("kind", sorted(kind for kind in RUNS if not kind.endswith("Gateway")))
@pytest.mark.parametrize("interrupting", ["true", "false"])
def test_an_escalation_is_awaited_only_where_one_can_come_from(kind: str, interrupting: str) -> None:
    inner = SPEAKS.get(kind, CALL if kind == "callActivity" else "")
    nodes = (
        f'<bpmn:{kind} id="a" name="审批">{inner}</bpmn:{kind}><bpmn:boundaryEvent id="one" name="一个" '
        f'attachedToRef="a" cancelActivity="{interrupting}"><bpmn:escalationEventDefinition/></bpmn:boundaryEvent>'
    )
    content = diagram(START + nodes + END, {"start->a": "f1", "a->end": "f2", "one->end": "f3"})
    found = [one for one in findings(content) if one.code == "escalation_from_nowhere"]
    assert [one.element for one in found] == ([] if kind in SPEAKS else ["one"])
    for one in found:
        assert (one.severity, one.name) == ("error", "一个")
        assert "一个" in str(one)
        assert "审批" in str(one)
        assert ("被调用的流程" in str(one)) == (kind == "callActivity")
        assert "请改用" in str(one)
