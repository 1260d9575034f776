"""The public Python client's models read what is told of passages, decisions, history, messages and files."""

from pathlib import Path

from camunda_orchestration_sdk.models import (
    AuditLogSearchQueryRequest,
    DecisionDefinitionSearchQuery,
    DecisionEvaluationByID,
    DecisionEvaluationByIdVariables,
    DecisionInstanceSearchQuery,
    DecisionRequirementsSearchQuery,
    ElementInstanceSearchQuery,
    ExpressionEvaluationRequest,
    IncidentSearchQuery,
    MessageSubscriptionSearchQuery,
    ProcessCreationById,
    ProcessDefinitionElementStatisticsQuery,
    ProcessInstanceCreationInstructionBaseVariables,
)
from camunda_orchestration_sdk.semantic_types import DecisionDefinitionId, ProcessDefinitionId

from tests.api.test_sdk import As, client
from tests.execution.test_events import TABLE, WAITING
from tests.model.test_earlier_cases import DECIDING

__all__ = ["client"]


def test_the_sdk_reads_what_a_case_has_done_and_decided(client: As, tmp_path: Path) -> None:
    (tmp_path / "deciding.bpmn").write_bytes(DECIDING)
    (tmp_path / "rate.dmn").write_bytes(TABLE)
    admin = client("admin")
    admin.deploy_resources_from_files([tmp_path / "deciding.bpmn", tmp_path / "rate.dmn"])
    variables = ProcessInstanceCreationInstructionBaseVariables.from_dict({"amount": 250})
    created = admin.create_process_instance(
        data=ProcessCreationById(process_definition_id=ProcessDefinitionId("process"), variables=variables)
    )
    case, version = created.process_instance_key, created.process_definition_key
    passages = admin.search_element_instances(data=ElementInstanceSearchQuery()).items
    assert [str(one.type_) for one in passages] == ["PROCESS", "START_EVENT", "BUSINESS_RULE_TASK", "END_EVENT"]
    assert admin.get_element_instance(element_instance_key=passages[2].element_instance_key) == passages[2]
    of_case = admin.get_process_instance_statistics(process_instance_key=case)
    query = ProcessDefinitionElementStatisticsQuery()
    of_version = admin.get_process_definition_statistics(process_definition_key=version, data=query)
    assert of_case.items == of_version.items
    assert [one.element_id for one in admin.get_process_instance_sequence_flows(process_instance_key=case).items] == [
        "f1",
        "f2",
    ]
    [caller] = admin.get_process_instance_call_hierarchy(process_instance_key=case)
    assert caller.process_instance_key == case
    incidents = admin.search_process_instance_incidents(process_instance_key=case, data=IncidentSearchQuery())
    assert incidents.items == []

    [decided] = admin.search_decision_instances(data=DecisionInstanceSearchQuery()).items
    whole = admin.get_decision_instance(decision_evaluation_instance_key=decided.decision_evaluation_instance_key)
    assert whole.matched_rules[0].rule_id == "r2"
    [entry] = admin.search_audit_logs(data=AuditLogSearchQueryRequest()).items
    assert admin.get_audit_log(audit_log_key=entry.audit_log_key).actor_id == "admin"


def test_the_sdk_reads_decisions_expressions_and_subscriptions(client: As, tmp_path: Path) -> None:
    (tmp_path / "waiting.bpmn").write_bytes(WAITING)
    (tmp_path / "rate.dmn").write_bytes(TABLE)
    admin = client("admin")
    admin.deploy_resources_from_files([tmp_path / "waiting.bpmn", tmp_path / "rate.dmn"])
    decisions = admin.search_decision_definitions(data=DecisionDefinitionSearchQuery()).items
    [decision] = [one for one in decisions if one.decision_definition_id == "rate"]
    files = admin.search_decision_requirements(data=DecisionRequirementsSearchQuery()).items
    [file] = [one for one in files if one.resource_name == "rate.dmn"]
    key, of_file = decision.decision_definition_key, file.decision_requirements_key
    assert admin.get_decision_definition(decision_definition_key=key) == decision
    assert admin.get_decision_requirements(decision_requirements_key=of_file) == file
    assert "decisionTable" in admin.get_decision_definition_xml(decision_definition_key=key)
    assert "decisionTable" in admin.get_decision_requirements_xml(decision_requirements_key=of_file)
    values = DecisionEvaluationByIdVariables.from_dict({"amount": 12})
    tried = admin.evaluate_decision(
        data=DecisionEvaluationByID(decision_definition_id=DecisionDefinitionId("rate"), variables=values)
    )
    assert tried.output == "0.1"
    assert admin.evaluate_expression(data=ExpressionEvaluationRequest(expression="=1 + 1")).result == 2
    variables = ProcessInstanceCreationInstructionBaseVariables.from_dict({"order": "7"})
    admin.create_process_instance(
        data=ProcessCreationById(process_definition_id=ProcessDefinitionId("process"), variables=variables)
    )
    waiting = admin.search_message_subscriptions(data=MessageSubscriptionSearchQuery()).items
    assert ("paid", "7") in [(one.message_name, one.correlation_key) for one in waiting]
