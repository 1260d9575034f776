"""Which operations a user task offers: read from its properties, checked before publication."""

import pytest

from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from engine.interpreter.offered import LABELS, UNLESS_SAID, offered, offers, submit_label
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


def test_what_is_offered_unless_said_otherwise_ends_no_case_and_changes_nobody_s_decision() -> None:
    assert UNLESS_SAID == ("return", "takeBack", "urge", "comment")
    assert [operation for operation in LABELS if offers(None, operation)] == ["return", "takeBack", "urge", "comment"]
    assert tuple(offered(None).labels) == UNLESS_SAID
    assert submit_label(None) == ""


def test_a_name_that_nobody_knows_is_left_out_and_a_blank_label_is_none() -> None:
    found = read_task(
        task_with(operations=" forward , copy,,urge", operation_copy_label="  ", operation_urge_label=" 快点 ")
    )
    assert found == {"copy": "抄送", "urge": "快点"}


@pytest.mark.parametrize("listed", [None, "", "addSign，reject", "return, removeSign"])
def test_one_operation_is_offered_where_it_is_among_all_that_are(listed: str | None) -> None:
    (process,) = read(task_with() if listed is None else task_with(operations=listed))
    task = process.elements["check"]
    assert {name for name in LABELS if offers(task, name)} == {name for name in LABELS if name in offered(task)}


@pytest.mark.parametrize(("said", "label"), [({}, ""), ({"operation_complete_label": " 同意 "}, "同意")])
def test_the_button_that_completes_says_what_the_diagram_says(said: dict[str, str], label: str) -> None:
    (process,) = read(task_with(**said))
    assert submit_label(process.elements["check"]) == label
