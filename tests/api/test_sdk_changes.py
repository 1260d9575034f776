"""The public Python client sets variables, changes tasks, and reads statistics and arrivals of messages."""

import datetime as dt
import time
from pathlib import Path

from camunda_orchestration_sdk.models import (
    Changeset,
    CorrelatedMessageSubscriptionResult,
    CorrelatedMessageSubscriptionSearchQuery,
    JobTypeStatisticsFilter,
    JobTypeStatisticsQuery,
    MessagePublicationRequest,
    ProcessCreationById,
    ProcessDefinitionInstanceStatisticsQuery,
    ProcessDefinitionMessageSubscriptionStatisticsQuery,
    ProcessInstanceCreationInstructionBaseVariables,
    SetVariableRequest,
    SetVariableRequestVariables,
    UserTaskAuditLogSearchQueryRequest,
    UserTaskEffectiveVariableSearchQueryRequest,
    UserTaskUpdateRequest,
    UserTaskVariableSearchQueryRequest,
)
from camunda_orchestration_sdk.semantic_types import ElementInstanceKey, ProcessDefinitionId

from tests.api.test_sdk import As, client, open_task
from tests.execution.test_events import WAITING
from tests.execution.test_setting_variables import ASKING

__all__ = ["client"]


def start(admin: object, process: str, **variables: object) -> str:
    given = ProcessInstanceCreationInstructionBaseVariables.from_dict(variables)
    wanted = ProcessCreationById(process_definition_id=ProcessDefinitionId(process), variables=given)
    return str(admin.create_process_instance(data=wanted).process_instance_key)  # type: ignore[attr-defined] # a client


def test_the_sdk_sets_variables_changes_a_task_and_reads_what_came_of_it(client: As, tmp_path: Path) -> None:
    admin = client("admin")
    (tmp_path / "asking.bpmn").write_bytes(ASKING)
    admin.deploy_resources_from_files([tmp_path / "asking.bpmn"])
    case = start(admin, "process", price=7)
    task = open_task(admin, case)
    mine = SetVariableRequest(variables=SetVariableRequestVariables.from_dict({"price": 2}), local=True)
    admin.create_element_instance_variables(element_instance_key=task.element_instance_key, data=mine)
    whole = SetVariableRequest(variables=SetVariableRequestVariables.from_dict({"note": "改过"}))
    admin.create_element_instance_variables(element_instance_key=ElementInstanceKey(case), data=whole)
    key = task.user_task_key
    seen = admin.search_user_task_variables(user_task_key=key, data=UserTaskVariableSearchQueryRequest()).items
    assert [(one.name, one.value) for one in seen if one.name == "price"] == [("price", "2"), ("price", "7")]
    query = UserTaskEffectiveVariableSearchQueryRequest()
    effective = admin.search_user_task_effective_variables(user_task_key=key, data=query).items
    assert {one.name: one.value for one in effective}["price"] == "2"

    due = dt.datetime(2030, 1, 2, tzinfo=dt.UTC)
    changes = Changeset(priority=80, due_date=due, candidate_users=["wu.tao"])
    admin.update_user_task(user_task_key=key, data=UserTaskUpdateRequest(changeset=changes))
    changed = admin.get_user_task(user_task_key=key)
    assert (changed.priority, changed.due_date, changed.candidate_users) == (80, due, ["wu.tao"])
    log = admin.search_user_task_audit_logs(user_task_key=key, data=UserTaskAuditLogSearchQueryRequest()).items
    assert [str(one.operation_type) for one in log] == ["UPDATE", "UPDATE"]


def test_the_sdk_reads_statistics_and_which_message_reached_what(client: As, tmp_path: Path) -> None:
    admin = client("admin")
    (tmp_path / "waiting.bpmn").write_bytes(WAITING)
    admin.deploy_resources_from_files([tmp_path / "waiting.bpmn"])
    case = start(admin, "process", order="7")
    start(admin, "process", order="8")
    waiting = ProcessDefinitionMessageSubscriptionStatisticsQuery()
    [counted] = admin.get_process_definition_message_subscription_statistics(data=waiting).items
    assert (counted.active_subscriptions, counted.process_instances_with_active_subscriptions) == (2, 2)
    admin.publish_message(data=MessagePublicationRequest(name="paid", correlation_key="7"))
    end = time.monotonic() + 60
    arrived: list[CorrelatedMessageSubscriptionResult] = []
    while not arrived and time.monotonic() < end:
        found = admin.search_correlated_message_subscriptions(data=CorrelatedMessageSubscriptionSearchQuery())
        arrived = found.items
        time.sleep(0.05)
    assert [(one.message_name, one.correlation_key, one.process_instance_key) for one in arrived] == [
        ("paid", "7", case)
    ]
    running = admin.get_process_definition_instance_statistics(data=ProcessDefinitionInstanceStatisticsQuery()).items
    assert {str(one.process_definition_id): one.active_instances_without_incident_count for one in running}[
        "process"
    ] == 1
    span = (dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    assert admin.get_global_job_statistics(from_=span[0], to=span[1]).created.count == 0
    of_types = JobTypeStatisticsQuery(filter_=JobTypeStatisticsFilter(from_=span[0], to=span[1]))
    assert admin.get_job_type_statistics(data=of_types).items == []
