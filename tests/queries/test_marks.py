"""What the diagram of a case says: passed, current, returned, stuck."""

from pathlib import Path
from typing import Any

from engine.interpreter import Process, read
from engine.queries.marks import Marks, marks
from tests.interpreter.build import END, START, diagram, drawn, user_task
from tests.support.company import ROOT

DIAGRAM = ROOT / "bpmn" / "new_channel_filing" / "new_channel_filing.bpmn"


def filing(path: Path = DIAGRAM) -> Process:
    return read(path.read_bytes())[0]


def step(*completed: str, waiting: tuple[str, ...] = (), flows: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give the body of an event after which some elements are completed and others wait."""
    taken = [*flows, *[None] * len(completed)]
    passages = [["completed", element, number, taken[number]] for number, element in enumerate(completed)]
    passages += [["entered", element, 100 + number, None] for number, element in enumerate(waiting)]
    return {"passages": passages, "waiting": [[100 + number, element] for number, element in enumerate(waiting)]}


STARTED = step("filing_submitted", "filing_ready", waiting=("approve_filing",))
SENT_BACK = step("approve_filing", "approval_decision", waiting=("correct_filing",))
CORRECTED = step("correct_filing", "filing_ready", waiting=("approve_filing",))
APPROVED = step("approve_filing", "approval_decision", waiting=("record_filing",))


def elements(found: Marks) -> tuple[set[str], set[str], set[str]]:
    return set(found.passed), set(found.current), set(found.returned)


def test_a_started_case_waits_at_its_first_task() -> None:
    found = marks(filing(), [STARTED])
    assert elements(found) == ({"filing_submitted", "filing_ready"}, {"approve_filing"}, set())


def test_every_way_into_a_join_is_passed_and_not_only_that_of_the_last_token() -> None:
    gateways = '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
    flows = {"start->split": "f0", "split->a": "f1", "split->b": "f2", "a->join": "f3", "b->join": "f4"}
    process = read(diagram(START + gateways + user_task("a") + user_task("b") + END, {**flows, "join->end": "f5"}))[0]
    begun = step("start", "split", waiting=("a", "b"), flows=("", "f0"))
    first = step("a", waiting=("b",), flows=("f1",))
    assert marks(process, [begun, first]).passed == ["start", "split", "a", "f0", "f1", "f3"]
    last = step("b", "join", "end", flows=("f2", "f4", "f5"))
    assert {"f3", "f4"} < set(marks(process, [begun, first, last]).passed)


def test_after_a_return_what_is_to_be_done_again_is_returned() -> None:
    found = marks(filing(), [STARTED, SENT_BACK])
    assert elements(found) == (
        {"filing_submitted", "filing_ready"},
        {"correct_filing"},
        {"approve_filing", "approval_decision"},
    )


def test_after_the_correction_the_loop_is_what_was_returned() -> None:
    found = marks(filing(), [STARTED, SENT_BACK, CORRECTED])
    assert elements(found) == (
        {"filing_submitted", "filing_ready"},
        {"approve_filing"},
        {"approval_decision", "correct_filing"},
    )


def test_what_is_passed_again_is_passed() -> None:
    found = marks(filing(), [STARTED, SENT_BACK, CORRECTED, APPROVED])
    assert elements(found) == (
        {"filing_submitted", "filing_ready", "approve_filing", "approval_decision"},
        {"record_filing"},
        {"correct_filing"},
    )


def test_flows_belong_to_the_round_of_their_ends() -> None:
    back = {
        "passages": [["entered", "correct_filing", 3, "flow_decision_returned"]],
        "waiting": [[3, "correct_filing"]],
    }
    there = step("filing_submitted", "filing_ready", flows=("flow_submitted_to_ready",))
    found = marks(filing(), [there, back, CORRECTED, APPROVED])
    assert "flow_submitted_to_ready" in found.passed
    assert "flow_decision_returned" in found.returned


def test_the_way_to_a_task_that_was_cancelled_was_passed() -> None:
    withdrawn = {"passages": [["canceled", "approve_filing", 100, None]], "waiting": []}
    started = step("filing_submitted", "filing_ready", flows=("flow_submitted_to_ready", "flow_ready_to_approve"))
    found = marks(filing(), [started, withdrawn])
    assert {"flow_submitted_to_ready", "flow_ready_to_approve"} <= set(found.passed)
    assert found.returned == []


def test_a_stuck_element_is_failed() -> None:
    assert marks(filing(), [STARTED], ["save_channel_entry"]).failed == ["save_channel_entry"]


def test_a_case_without_events_has_no_marks() -> None:
    assert marks(filing(), []) == Marks()


def test_marks_are_written_for_the_viewer() -> None:
    assert marks(filing(), [STARTED]).as_json().startswith('{"current":["approve_filing"],')


def test_doing_something_again_in_an_ad_hoc_sub_process_undoes_nothing_beside_it() -> None:
    (process,) = read(drawn("adhoc_choice"))
    chosen = [step(element, waiting=("gather",)) for element in ("start", "rate", "ask", "rate")]
    assert elements(marks(process, chosen)) == ({"start", "rate", "ask"}, {"gather"}, set())
