"""What no scenario can prove alone: that no way at all leads to an account without approval."""

import pytest

from engine.interpreter import Process, read
from tests.bpmn.drawing import ROOT


@pytest.fixture
def application() -> Process:
    """Read the application for an account."""
    (process,) = read((ROOT / "bpmn/account_application/account_application.bpmn").read_bytes())
    return process


def _reached(process: Process, without: str) -> set[str]:
    """Follow every flow from every start and boundary event, but through one element."""
    reached: set[str] = set()
    waiting = [one.id for one in process.elements.values() if one.kind in {"startEvent", "boundaryEvent"}]
    while waiting:
        element_id = waiting.pop()
        if element_id not in reached and element_id != without:
            reached.add(element_id)
            waiting += process.successors.get(element_id, ())
    return reached


@pytest.mark.parametrize("needed", ["review_application", "approve_application", "approval_result"])
@pytest.mark.parametrize("reached", ["open_account", "save_account_entry", "confirm_receipt"])
def test_no_way_leads_to_an_account_around(application: Process, needed: str, reached: str) -> None:
    assert reached in _reached(application, without="none")
    assert reached not in _reached(application, without=needed)


def test_only_a_clear_approval_opens(application: Process) -> None:
    (into,) = [flow for flow in application.flows.values() if flow.target == "open_account"]
    assert (into.source, into.condition, into.is_default) == ("approval_result", '=leader_decision = "approve"', False)
