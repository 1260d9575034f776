"""What no scenario can prove alone: that no way at all leads to an account, or to a permission, without approval.

Every diagram is searched, so that one drawn tomorrow which writes the register of accounts has to be named here.
"""

from collections.abc import Iterator
from itertools import product

import pytest

from engine.interpreter import Process, read
from tests.bpmn.drawing import drawings

REGISTER = "account"
DECISIONS = {
    "account_application": {
        "open_account": ["review_application", "approve_application", "approval_result"],
        "save_account_entry": ["review_application", "approve_application", "approval_result", "open_account"],
        "confirm_receipt": ["approve_application", "approval_result", "open_account", "save_account_entry"],
    },
    "password_rotation": {"save_rotation": ["change_password"]},
    "permission_change": {
        "save_permissions": ["check_post", "exceeds_post", "adjust_permissions", "adjust_result"],
        "confirm_change": ["adjust_permissions", "adjust_result", "save_permissions"],
    },
}
"""By process and by what must not be reached around them: the elements every way has to lead through."""
CASES = [
    (process_id, reached, needed)
    for process_id, by_element in DECISIONS.items()
    for reached, all_needed in by_element.items()
    for needed in all_needed
]


@pytest.fixture(scope="module")
def processes() -> dict[str, Process]:
    """Read every diagram of the product."""
    found = (one for drawing in drawings() for one in read(drawing.path.read_bytes()))
    return {process.id: process for process in found}


def _reached(process: Process, without: frozenset[str] = frozenset()) -> set[str]:
    """Follow every flow from everything that no flow leads to, but through none of some elements or flows.

    That are start events, those of event sub-processes too, boundary events and whatever else may begin by itself.
    """
    entered = {flow.target for flow in process.flows.values()}
    waiting = [element_id for element_id in process.elements if element_id not in entered]
    reached: set[str] = set()
    while waiting:
        element_id = waiting.pop()
        if element_id not in reached and element_id not in without:
            reached.add(element_id)
            leaving = (flow for key, flow in process.flows.items() if flow.source == element_id and key not in without)
            waiting += [flow.target for flow in leaving]
    return reached


def _writers(process: Process) -> Iterator[str]:
    """Give the tasks that write the register of accounts."""
    for element in process.elements.values():
        if element.job_type == "register.save":
            inputs = {mapping.target: mapping.source for mapping in element.inputs}
            if inputs.get("register") == REGISTER:
                yield element.id


def test_only_the_processes_named_here_write_the_register_of_accounts(processes: dict[str, Process]) -> None:
    writing = {process_id: set(_writers(process)) for process_id, process in processes.items()}
    named = {process_id: set(reached) for process_id, reached in DECISIONS.items()}
    assert {process_id for process_id, found in writing.items() if found} == set(DECISIONS)
    assert [process_id for process_id in DECISIONS if not writing[process_id] <= named[process_id]] == []


@pytest.mark.parametrize(("process_id", "reached", "needed"), CASES, ids=lambda part: part)
def test_no_way_leads_around_a_decision(
    processes: dict[str, Process], process_id: str, reached: str, needed: str
) -> None:
    assert reached in _reached(processes[process_id])
    assert reached not in _reached(processes[process_id], frozenset({needed}))


@pytest.mark.parametrize(
    ("process_id", "reached", "condition"),
    [
        ("account_application", "open_account", '=leader_decision = "approve"'),
        ("account_application", "approve_application", '=review_decision = "forward"'),
        ("permission_change", "save_permissions", '=adjust_decision = "adjusted"'),
    ],
)
def test_the_way_on_is_open_only_when_it_was_clearly_said(
    processes: dict[str, Process], process_id: str, reached: str, condition: str
) -> None:
    process = processes[process_id]
    saying = frozenset(key for key, flow in process.flows.items() if flow.condition == condition)
    assert saying
    assert not any(process.flows[key].is_default for key in saying)
    assert reached not in _reached(process, saying)


def test_more_than_the_post_allows_is_not_granted_without_the_leader(processes: dict[str, Process]) -> None:
    process = processes["permission_change"]
    within = {key for key, flow in process.flows.items() if flow.source == "exceeds_post" and not flow.is_default}
    assert "save_permissions" not in _reached(process, frozenset({*within, "approve_excess"}))
    approved = {key for key, flow in process.flows.items() if flow.condition == '=leader_decision = "approve"'}
    assert "save_permissions" not in _reached(process, frozenset({*within, *approved}))


def test_the_people_who_decide_are_of_the_groups_that_the_policy_names(processes: dict[str, Process]) -> None:
    groups = {
        "review_application": "账号管理员",
        "approve_application": "领导",
        "open_account": "账号管理员",
        "adjust_permissions": "账号管理员",
        "approve_excess": "领导",
    }
    found = {
        element_id: process.elements[element_id].candidate_groups
        for (element_id, _), process in product(groups.items(), processes.values())
        if element_id in process.elements
    }
    assert found == groups
