"""Programs of administrators let cases rest, and move tokens, as the SDK says it."""

from typing import Any

import pytest
from camunda_orchestration_sdk.models import (
    InferredAncestorKeyInstruction,
    MigrateProcessInstanceMappingInstruction,
    ModifyProcessInstanceVariableInstruction,
    ModifyProcessInstanceVariableInstructionVariables,
    ProcessInstanceMigrationInstruction,
    ProcessInstanceModificationActivateInstruction,
    ProcessInstanceModificationInstruction,
    ProcessInstanceModificationMoveInstruction,
    ProcessInstanceModificationTerminateByIdInstruction,
    ProcessInstanceModificationTerminateByKeyInstruction,
    ProcessInstanceResult,
    SourceElementIdInstruction,
    SourceElementInstanceKeyInstruction,
)
from camunda_orchestration_sdk.semantic_types import ElementId, ElementInstanceKey, ProcessDefinitionKey

from engine.commands.deploy import File, deploy
from tests.api.conftest import AsPerson
from tests.api.test_jobs import start
from tests.interpreter.test_moving import NESTED
from tests.support.company import Company


@pytest.fixture
def case(company: Company) -> int:
    """Start a case that waits before two nested sub-processes."""
    content = NESTED.replace(b"tester", b"zhang.wei")
    with company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=content)], "zeng.rui")
    return start(company)


def values(**given: object) -> ModifyProcessInstanceVariableInstruction:
    return ModifyProcessInstanceVariableInstruction(
        variables=ModifyProcessInstanceVariableInstructionVariables.from_dict(given)
    )


def key_of(program: AsPerson, case: int, element: str) -> str:
    wanted = {"processInstanceKey": str(case), "elementId": element, "state": "ACTIVE"}
    [found] = program("admin").found("element-instances", filter=wanted)
    key: str = found["elementInstanceKey"]
    return key


def modify(program: AsPerson, case: int, status: int = 204, **instructions: Any) -> None:  # noqa: ANN401 - the SDK's models
    body = ProcessInstanceModificationInstruction(**instructions).to_dict()
    answer = program("admin").call("POST", f"/process-instances/{case}/modification", json=body)
    assert answer.status_code == status, answer.text


def test_a_case_rests_and_goes_on(program: AsPerson, case: int) -> None:
    admin, path = program("admin"), f"/process-instances/{case}"
    program("zhang.wei").refused(403, "POST", path + "/suspension", json={})
    assert admin.call("POST", path + "/suspension").status_code == 204
    found = admin.get(path)
    assert (found["state"], ProcessInstanceResult.from_dict(found).state.value) == ("SUSPENDED", "SUSPENDED")
    assert found["suspendedDate"]
    assert [one["processInstanceKey"] for one in admin.found("process-instances", filter={"state": "SUSPENDED"})] == [
        str(case)
    ]
    [task] = admin.found("user-tasks")
    refused = program("zhang.wei").refused(409, "POST", f"/user-tasks/{task['userTaskKey']}/completion", json={})
    assert "暂停" in refused["detail"]
    admin.refused(409, "POST", path + "/suspension", json={})
    assert admin.call("POST", path + "/resumption", json={"operationReference": 7}).status_code == 204
    admin.refused(409, "POST", path + "/resumption", json={})
    assert admin.get(path)["suspendedDate"] is None


def test_tokens_are_put_and_taken_away(program: AsPerson, company: Company, case: int) -> None:
    put = ProcessInstanceModificationActivateInstruction(
        element_id=ElementId("y"), variable_instructions=[values(amount=12)]
    )
    take = ProcessInstanceModificationTerminateByIdInstruction(element_id=ElementId("a"))
    modify(program, case, activate_instructions=[put], terminate_instructions=[take])
    assert company.task(case).element_id == "y"
    assert company.variables(case)["amount"] == 12
    key = key_of(program, case, "outer")
    again = ProcessInstanceModificationActivateInstruction(element_id=ElementId("z"))
    gone = ProcessInstanceModificationTerminateByKeyInstruction(element_instance_key=ElementInstanceKey(key))
    modify(program, case, activate_instructions=[again], terminate_instructions=[gone])
    assert company.task(case).element_id == "z"


def test_tokens_are_moved(program: AsPerson, company: Company, case: int) -> None:
    first = ProcessInstanceModificationMoveInstruction(
        source_element_instruction=SourceElementIdInstruction(source_type="byId", source_element_id=ElementId("a")),
        target_element_id=ElementId("x"),
    )
    modify(program, case, move_instructions=[first])
    key = ElementInstanceKey(key_of(program, case, "x"))
    second = ProcessInstanceModificationMoveInstruction(
        source_element_instruction=SourceElementInstanceKeyInstruction(
            source_type="byKey", source_element_instance_key=key
        ),
        target_element_id=ElementId("y"),
        ancestor_scope_instruction=InferredAncestorKeyInstruction(ancestor_scope_type="inferred"),
    )
    modify(program, case, move_instructions=[second])
    assert company.task(case).element_id == "y"


def test_a_case_goes_on_under_another_version(program: AsPerson, company: Company, case: int) -> None:
    admin = program("admin")
    content = NESTED.replace(b"tester", b"zhang.wei").replace(b'"a"', b'"check"').replace(b'"start"', b'"begun"')
    with company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=content)], "zeng.rui")
    [newest] = admin.found("process-definitions", filter={"processDefinitionId": "process", "version": 2})
    path = f"/process-instances/{case}/migration"
    key = ProcessDefinitionKey(newest["processDefinitionKey"])
    plan = ProcessInstanceMigrationInstruction(target_process_definition_key=key, mapping_instructions=[])
    assert "“a”" in admin.refused(400, "POST", path, json=plan.to_dict())["detail"]
    mapped = MigrateProcessInstanceMappingInstruction(
        source_element_id=ElementId("a"), target_element_id=ElementId("check")
    )
    plan = ProcessInstanceMigrationInstruction(target_process_definition_key=key, mapping_instructions=[mapped])
    assert admin.call("POST", path, json=plan.to_dict()).status_code == 204
    assert company.task(case).element_id == "check"
    assert admin.get(f"/process-instances/{case}")["processDefinitionVersion"] == 2
    # What it has passed before is still found, though the new version has no such element.
    [passed] = admin.found("element-instances", filter={"elementId": "start"})
    assert passed["processInstanceKey"] == str(case)


def test_what_can_not_be_done_is_refused_in_words(program: AsPerson, case: int) -> None:
    admin, path = program("admin"), f"/process-instances/{case}/modification"
    for body in (
        {},
        {"activateInstructions": [{"elementId": "start"}]},
        {"terminateInstructions": [{"elementId": "x"}]},
        {"terminateInstructions": [{"elementInstanceKey": "1"}]},
        {"moveInstructions": [{"sourceElementInstruction": {"sourceType": "byId"}, "targetElementId": "x"}]},
    ):
        assert admin.refused(400, "POST", path, json=body)["detail"]
    assert program("zhang.wei").refused(403, "POST", path, json={})["detail"]
