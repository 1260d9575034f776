"""Diagrams that real modelers drew: each is deployable or gets findings; none is an exception."""

from pathlib import Path

import pytest

from engine.interpreter import specification
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "miwg"
NOTHING = Known(forms=frozenset(), job_types=frozenset())
FILES = sorted(FOLDER.glob("*.bpmn"))


@pytest.mark.skipif(not FILES, reason="the interchange diagrams are not in this checkout's ../shared")
@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_every_interchange_diagram_is_deployable_or_gets_findings(path: Path) -> None:
    content = path.read_bytes()
    checked = check(content, path.name, NOTHING)
    if checked.errors:
        assert all(found.message and found.resource == path.name for found in checked.errors)
        assert all(found.line for found in checked.errors)
        return
    for process in checked.processes:
        if process.executable:
            assert specification(content, process.id).spec.task_specs


def test_no_diagram_at_all_is_an_exception_when_bytes_are_lost() -> None:
    for path in FILES[:4]:
        content = path.read_bytes()
        for cut in range(0, len(content), max(1, len(content) // 40)):
            assert check(content[:cut], path.name, NOTHING).findings


@pytest.mark.parametrize(
    ("before", "after", "element"),
    [
        (b'<bpmn:process id="p"', b"<bpmn:process", None),
        (b'<bpmn:process id="p"', b'<bpmn:process id="a/b"', "a/b"),
        (b'<bpmn:startEvent id="start"', b"<bpmn:startEvent", None),
        (b'<bpmn:sequenceFlow id="flow"', b'<bpmn:sequenceFlow id=""', None),
    ],
)
def test_what_has_no_usable_id_is_refused_by_name_and_line(before: bytes, after: bytes, element: str | None) -> None:
    content = (
        b'<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">'
        b'<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="start" /><bpmn:endEvent id="end" />'
        b'<bpmn:sequenceFlow id="flow" sourceRef="start" targetRef="end" /></bpmn:process></bpmn:definitions>'
    )
    assert not check(content, "x.bpmn", NOTHING).errors
    found = next(
        one for one in check(content.replace(before, after), "x.bpmn", NOTHING).errors if one.code == "id_unusable"
    )
    assert (found.element, found.line) == (element, 1)
    assert "不能用" in str(found)


def test_a_gateway_that_is_marked_to_repeat_is_refused() -> None:
    content = (
        b'<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">'
        b'<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="start" /><bpmn:exclusiveGateway id="choice">'
        b"<bpmn:standardLoopCharacteristics><bpmn:loopCondition>=again</bpmn:loopCondition>"
        b'</bpmn:standardLoopCharacteristics></bpmn:exclusiveGateway><bpmn:endEvent id="end" />'
        b'<bpmn:sequenceFlow id="one" sourceRef="start" targetRef="choice" />'
        b'<bpmn:sequenceFlow id="two" sourceRef="choice" targetRef="end" /></bpmn:process></bpmn:definitions>'
    )
    (found,) = check(content, "x.bpmn", NOTHING).errors
    assert (found.code, found.element) == ("marker_misplaced", "choice")
