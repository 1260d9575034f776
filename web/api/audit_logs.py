"""The history of all cases as a log of operations."""

from dataclasses import replace
from typing import Literal

from pydantic import Field

from engine.queries.search_audit_log import AuditRecord, find_audit_record, search_audit_log, search_audit_log_of_task
from web.api.blueprint import AUDITORS, blueprint
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, CaseFilter, WantedKey, WantedMoment, WantedText
from web.api.wire import TENANT, Answer, Key, Moment, key_of
from web.auth import allow, current_session


class AuditLogFilter(CaseFilter):
    """What is asked of an entry; all of it holds."""

    audit_log_key: WantedKey = ABSENT
    entity_key: WantedKey = ABSENT
    entity_type: WantedText = ABSENT
    operation_type: WantedText = ABSENT
    category: WantedText = ABSENT
    timestamp: WantedMoment = ABSENT
    actor_id: WantedText = ABSENT
    actor_type: WantedText = ABSENT
    element_instance_key: WantedKey = ABSENT
    user_task_key: WantedKey = ABSENT


class AuditLog(Answer):
    """One event of one case. The product's own pages show it whole, and prove that nobody has altered it."""

    audit_log_key: Key
    entity_key: Key
    entity_type: str
    operation_type: str
    entity_description: str = Field(description="The kind of event in this program's words, such as task.completed.")
    timestamp: Moment
    actor_id: str = Field(description="A username, or system.")
    actor_type: Literal["USER", "UNKNOWN"] = Field(description="What no person did is UNKNOWN.")
    result: Literal["SUCCESS"] = Field(default="SUCCESS", description="What is refused leaves no event.")
    category: str
    process_definition_id: str
    process_definition_key: Key
    process_instance_key: Key
    root_process_instance_key: Key | None
    element_instance_key: Key | None
    user_task_key: Key | None
    tenant_id: str = TENANT
    batch_operation_key: None = None
    batch_operation_type: None = None
    agent_element_id: None = None
    job_key: None = None
    decision_requirements_id: None = None
    decision_requirements_key: None = None
    decision_definition_id: None = None
    decision_definition_key: None = None
    decision_evaluation_key: None = None
    deployment_key: None = None
    form_key: None = None
    resource_key: None = None
    related_entity_key: None = None
    related_entity_type: None = None
    inbound_channel_type: None = None
    inbound_channel_tool_name: None = None


@blueprint.get("/audit-logs/<audit_log_key>")
@allow(*AUDITORS)
@blueprint.output(AuditLog)
@blueprint.doc(operation_id="getAuditLog", tags=["Audit log"])
def get_audit_log(audit_log_key: str) -> AuditLog:
    """Give one event. For auditors and administrators."""
    return _answer(find_audit_record(current_session(), key_of(audit_log_key)))


def _answer(record: AuditRecord) -> AuditLog:
    return AuditLog(
        audit_log_key=record.id,
        entity_key=record.entity_id,
        entity_type=record.entity,
        operation_type=record.operation,
        entity_description=record.kind,
        timestamp=record.at,
        actor_id=record.actor,
        actor_type=record.actor_type,
        category=record.category,
        process_definition_id=record.process_id,
        process_definition_key=record.definition_id,
        process_instance_key=record.instance_id,
        root_process_instance_key=record.root_id,
        element_instance_key=record.passage,
        user_task_key=record.task_id,
    )


AUDIT_LOGS = SearchCall(
    path="/audit-logs/search",
    operation="searchAuditLogs",
    tag="Audit log",
    does="Find events of all cases. For auditors and administrators.",
    asks=AuditLogFilter,
    sorts="auditLogKey entityKey entityType operationType category timestamp actorId actorType "
    "processInstanceKey processDefinitionKey processDefinitionId elementInstanceKey userTaskKey",
    item=AuditLog,
    find=search_audit_log,
    write=_answer,
    roles=AUDITORS,
)
serve_search(AUDIT_LOGS)
serve_search(
    replace(
        AUDIT_LOGS,
        path="/user-tasks/<user_task_key>/audit-logs/search",
        operation="searchUserTaskAuditLogs",
        does="Find events of one task. For auditors and administrators.",
        find=search_audit_log_of_task,
    )
)
