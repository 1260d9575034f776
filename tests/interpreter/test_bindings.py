"""A binding that would mean another version than the one used is refused; what a call may be bound to is played."""

import pytest

from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.interpreter.build import END, START, diagram

CALL = '<zeebe:calledElement processId="other" bindingType="{binding}"{more}/>'


def codes(element: str, extension: str) -> list[str]:
    node = (
        f'<bpmn:{element} id="a" name="甲"><bpmn:extensionElements>{extension}</bpmn:extensionElements>'
        f"</bpmn:{element}>"
    )
    content = diagram(START + node + END, {"start->a": "f1", "a->end": "f2"})
    known = Known(forms=frozenset({"form"}), decisions=frozenset({"rate"}), job_types=frozenset())
    return [found.code for found in check(content, "test.bpmn", known).errors]


@pytest.mark.parametrize(("binding", "found"), [("latest", []), ("deployment", []), ("versionTag", ["binding_by_tag"])])
def test_a_form_and_a_decision_are_bound_at_publication(binding: str, found: list[str]) -> None:
    people = '<zeebe:userTask/><zeebe:assignmentDefinition assignee="li.na"/>'
    form = f'<zeebe:formDefinition formId="form" bindingType="{binding}" versionTag="1"/>'
    decision = f'<zeebe:calledDecision decisionId="rate" resultVariable="r" bindingType="{binding}"/>'
    assert codes("userTask", people + form) == found
    assert codes("businessRuleTask", decision) == found


@pytest.mark.parametrize(
    ("binding", "more", "found"),
    [
        ("latest", "", []),
        ("deployment", "", []),
        ("versionTag", ' versionTag="1.0"', []),
        ("versionTag", "", ["version_tag_missing"]),
    ],
)
def test_a_call_by_a_tag_needs_the_tag(binding: str, more: str, found: list[str]) -> None:
    assert codes("callActivity", CALL.format(binding=binding, more=more)) == found
