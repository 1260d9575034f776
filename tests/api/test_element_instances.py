"""Passages through elements: what was entered, passed and taken away, with the keys that everything else names."""

from typing import Any

import pytest

from engine.commands.deploy import File, deploy
from engine.commands.publish_message import publish_message
from engine.commands.start_instance import start_instance
from tests.api.conftest import AsPerson, Program
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import border, many, sub, written
from tests.support.company import Company

MINE = ("tester", "zhang.wei")
NODES = (
    START
    + many("sign", "", "").replace("=person", "zhang.wei")
    + sub(user_task("inside").replace(*MINE), '<bpmn:endEvent id="e"/>')
    + border("message", 'messageRef="m_paid"')
    + '<bpmn:exclusiveGateway id="choose" name="选"/>'
    + user_task("after").replace(*MINE)
    + END
)
FLOWS: dict[str, str | tuple[str, str]] = {
    "start->sign": "f1",
    "sign->sub": "f2",
    "sub->end": "f3",
    "border->choose": "f4",
    "choose->after": ("f5", "=never"),
}


@pytest.fixture
def case(company: Company) -> int:
    """Start a case that goes through a repeated task, a sub-process that a message takes away, and gets stuck."""
    with company.database.transaction() as session:
        deploy(session, [File(name="passing.bpmn", content=written(NODES, FLOWS))], "zeng.rui")
        return start_instance(session, "process", {"people": ["a", "b"], "order": "7", "never": False}, "zhang.wei")


def passages(caller: Program, case: int) -> list[tuple[str, str, str]]:
    found = caller.found("element-instances", filter={"processInstanceKey": str(case)})
    return [(one["elementId"], one["type"], one["state"]) for one in found]


def complete(caller: Program, case: int, element: str) -> None:
    wanted = {"processInstanceKey": str(case), "elementId": element, "state": "CREATED"}
    task = caller.found("user-tasks", filter=wanted)[0]
    assert caller.call("POST", f"/user-tasks/{task['userTaskKey']}/completion", json={}).status_code == 204


def go_on(company: Company, caller: Program, case: int) -> None:
    complete(caller, case, "sign")
    complete(caller, case, "sign")
    with company.database.transaction() as session:
        publish_message(session, "paid", "7", {}, "zhang.wei")
    company.work()


def test_everything_that_is_entered_is_a_passage_with_a_beginning_and_an_end(
    program: AsPerson, company: Company, case: int
) -> None:
    caller = program("zhang.wei")
    assert passages(caller, case) == [
        ("process", "PROCESS", "ACTIVE"),
        ("start", "START_EVENT", "COMPLETED"),
        ("sign", "MULTI_INSTANCE_BODY", "ACTIVE"),
        ("sign", "USER_TASK", "ACTIVE"),
        ("sign", "USER_TASK", "ACTIVE"),
    ]
    go_on(company, caller, case)
    assert set(passages(caller, case)) == {
        ("process", "PROCESS", "ACTIVE"),
        ("start", "START_EVENT", "COMPLETED"),
        ("sign", "MULTI_INSTANCE_BODY", "COMPLETED"),
        ("sign", "USER_TASK", "COMPLETED"),
        ("sub", "SUB_PROCESS", "TERMINATED"),
        ("s", "START_EVENT", "COMPLETED"),
        ("inside", "USER_TASK", "TERMINATED"),
        ("border", "BOUNDARY_EVENT", "COMPLETED"),
        ("choose", "EXCLUSIVE_GATEWAY", "ACTIVE"),
    }


def test_one_passage_has_one_key_everywhere(program: AsPerson, company: Company, case: int) -> None:
    caller = program("zhang.wei")
    of_case = {"processInstanceKey": str(case)}
    tasks = caller.found("user-tasks", filter=of_case)
    signed = caller.found("element-instances", filter={**of_case, "type": "USER_TASK"})
    assert [task["elementInstanceKey"] for task in tasks] == [one["elementInstanceKey"] for one in signed]
    go_on(company, caller, case)
    [incident] = caller.found("incidents", filter=of_case)
    [stuck] = caller.found("element-instances", filter={**of_case, "hasIncident": True})
    assert (stuck["elementId"], stuck["incidentKey"]) == ("choose", incident["incidentKey"])
    assert stuck["elementInstanceKey"] == incident["elementInstanceKey"]
    assert caller.get(f"/element-instances/{stuck['elementInstanceKey']}") == stuck
    whole = caller.get(f"/element-instances/{case}")
    assert (whole["type"], whole["elementInstanceKey"]) == ("PROCESS", str(case))
    for scope in (stuck["elementInstanceKey"], str(case)):
        assert caller.found(f"element-instances/{scope}/incidents") == [incident]
    assert caller.found(f"element-instances/{tasks[0]['elementInstanceKey']}/incidents") == []
    assert caller.found(f"process-instances/{case}/incidents") == [incident]


def test_passages_through_an_element_are_found_in_all_cases(program: AsPerson, company: Company, case: int) -> None:
    caller = program("zhang.wei")
    go_on(company, caller, case)
    with company.database.transaction() as session:
        other = start_instance(session, "process", {"people": ["a"], "order": "8", "never": False}, "zhang.wei")

    def found(**wanted: object) -> list[tuple[int, str]]:
        passed = caller.found("element-instances", filter={"type": "USER_TASK", **wanted})
        return [(int(one["processInstanceKey"]), one["state"]) for one in passed]

    assert found(elementId="sign") == [(case, "COMPLETED"), (case, "COMPLETED"), (other, "ACTIVE")]
    assert found(elementId={"$like": "sig?"}, state="ACTIVE") == [(other, "ACTIVE")]
    assert found(elementId={"$in": ["inside", "none"]}) == [(case, "TERMINATED")]
    assert found(elementId={"$neq": "sign"}) == [(case, "TERMINATED")]
    assert found(elementId="none") == []


def test_passages_are_counted_by_element(program: AsPerson, company: Company, case: int) -> None:
    caller = program("zhang.wei")
    go_on(company, caller, case)
    counted: Any = caller.get(f"/process-instances/{case}/statistics/element-instances")
    by_element = {one.pop("elementId"): one for one in counted["items"]}
    assert by_element["sign"] == {"active": 0, "completed": 2, "canceled": 0, "incidents": 0}
    assert by_element["inside"] == {"active": 0, "completed": 0, "canceled": 1, "incidents": 0}
    assert by_element["choose"] == {"active": 1, "completed": 0, "canceled": 0, "incidents": 1}
    [version] = caller.found("process-definitions", filter={"processDefinitionId": "process"})
    path = f"/process-definitions/{version['processDefinitionKey']}/statistics/element-instances"
    again = caller.call("POST", path, json={}).json
    assert again is not None
    assert {one.pop("elementId"): one for one in again["items"]} == by_element
    none = caller.call("POST", path, json={"filter": {"processInstanceKey": {"$neq": str(case)}}})
    assert none.json == {"items": []}


def test_passages_of_a_case_one_may_not_see_do_not_exist(program: AsPerson, case: int) -> None:
    stranger = program("chen.jie")
    assert stranger.found("element-instances") == []
    stranger.refused(404, "GET", f"/element-instances/{case}")
    stranger.refused(404, "GET", f"/element-instances/{(case << 32) + 2}")
    stranger.refused(404, "GET", f"/process-instances/{case}/statistics/element-instances")
    stranger.refused(404, "POST", f"/process-instances/{case}/incidents/search", json={})
    stranger.refused(404, "POST", f"/element-instances/{case}/incidents/search", json={})


def test_an_ended_case_has_no_passage_that_goes_on(program: AsPerson, company: Company, case: int) -> None:
    program("admin").call("POST", f"/process-instances/{case}/cancellation")
    found = program("admin").found("element-instances", filter={"processInstanceKey": str(case)})
    assert {one["state"] for one in found} == {"COMPLETED", "TERMINATED"}
    assert all(one["endDate"] for one in found)
