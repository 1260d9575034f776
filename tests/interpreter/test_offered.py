"""Which operations a user task offers: read from its properties, checked before publication."""

from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from engine.interpreter.offered import UNLESS_SAID, offered
from engine.interpreter.reading import read
from tests.interpreter.build import END, START, diagram, user_task


def task_with(**properties: str) -> bytes:
    """Draw one task with these properties; underscores in their names stand for dots."""
    lines = "".join(
        f'<zeebe:property name="{name.replace("_", ".")}" value="{value}"/>' for name, value in properties.items()
    )
    more = f"<zeebe:properties>{lines}</zeebe:properties>" if lines else ""
    return diagram(START + user_task("check", more) + END, {"start->check": "f1", "check->end": "f2"})


def read_task(content: bytes) -> dict[str, str]:
    (process,) = read(content)
    return dict(offered(process.elements["check"]).labels)


def test_a_task_that_says_nothing_offers_what_changes_nobody_s_decision() -> None:
    assert tuple(read_task(task_with())) == UNLESS_SAID


def test_a_task_offers_what_it_lists_in_its_order_and_under_its_own_names() -> None:
    found = read_task(task_with(operations="addSign， reassign,addSign", operation_reassign_label="转给同事"))
    assert found == {"addSign": "加签", "reassign": "转给同事"}


def test_a_task_with_an_empty_list_offers_nothing() -> None:
    assert read_task(task_with(operations="")) == {}


def test_a_name_that_nobody_knows_is_refused_with_those_there_are() -> None:
    found = check(
        task_with(operations="reassign, forward"),
        "process.bpmn",
        Known(forms=frozenset(), decisions=frozenset(), job_types=frozenset()),
    ).findings
    (finding,) = [one for one in found if one.code == "operation_unknown"]
    assert finding.severity == "error"
    assert finding.element == "check"
    assert finding.facts["operation"] == "forward"
    assert "reassign" in str(finding.facts["operations"])
