"""How many running cases processes and versions have, and what waits for messages in them."""

from engine.queries.definition_statistics import (
    ProcessStatistics,
    SubscriptionStatistics,
    VersionStatistics,
    process_statistics,
    subscription_statistics,
    version_statistics,
)
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, ElementFilter, Filter, Text, WantedKey, WantedText
from web.api.wire import TENANT, Answer, Key


class EveryProcess(Filter):
    """All processes are told."""


class OneProcess(Filter):
    """The process whose versions are told."""

    process_definition_id: Text


class CountedSubscriptionFilter(ElementFilter):
    """Which subscriptions are counted; all of it holds."""

    message_subscription_key: WantedKey = ABSENT
    message_subscription_state: WantedText = ABSENT
    message_name: WantedText = ABSENT
    correlation_key: WantedText = ABSENT


class ProcessInstanceStatistics(Answer):
    """The running cases of one process."""

    process_definition_id: str
    tenant_id: str = TENANT
    latest_process_definition_name: str | None
    has_multiple_versions: bool
    active_instances_without_incident_count: int
    active_instances_with_incident_count: int


class ProcessVersionStatistics(Answer):
    """The running cases of one version."""

    process_definition_id: str
    process_definition_key: Key
    process_definition_name: str | None
    process_definition_version: int
    tenant_id: str = TENANT
    active_instances_without_incident_count: int
    active_instances_with_incident_count: int


class MessageSubscriptionStatistics(Answer):
    """What waits for messages in the cases of one version."""

    process_definition_id: str
    process_definition_key: Key
    tenant_id: str = TENANT
    process_instances_with_active_subscriptions: int
    active_subscriptions: int


def _process(one: ProcessStatistics) -> ProcessInstanceStatistics:
    return ProcessInstanceStatistics(
        process_definition_id=one.process_id,
        latest_process_definition_name=one.name,
        has_multiple_versions=one.versions > 1,
        active_instances_without_incident_count=one.without_incident,
        active_instances_with_incident_count=one.with_incident,
    )


def _version(one: VersionStatistics) -> ProcessVersionStatistics:
    return ProcessVersionStatistics(
        process_definition_id=one.process_id,
        process_definition_key=one.definition_id,
        process_definition_name=one.name,
        process_definition_version=one.version,
        active_instances_without_incident_count=one.without_incident,
        active_instances_with_incident_count=one.with_incident,
    )


def _subscriptions(one: SubscriptionStatistics) -> MessageSubscriptionStatistics:
    return MessageSubscriptionStatistics(
        process_definition_id=one.process_id,
        process_definition_key=one.definition_id,
        process_instances_with_active_subscriptions=one.instances,
        active_subscriptions=one.subscriptions,
    )


serve_search(
    SearchCall(
        path="/process-definitions/statistics/process-instances",
        operation="getProcessDefinitionInstanceStatistics",
        tag="Process definition",
        does="Count the running cases that the caller may see, process by process.",
        asks=EveryProcess,
        sorts="processDefinitionId activeInstancesWithIncidentCount activeInstancesWithoutIncidentCount",
        item=ProcessInstanceStatistics,
        find=process_statistics,
        write=_process,
    )
)
serve_search(
    SearchCall(
        path="/process-definitions/statistics/process-instances-by-version",
        operation="getProcessDefinitionInstanceVersionStatistics",
        tag="Process definition",
        does="Count the running cases of a process that the caller may see, version by version.",
        asks=OneProcess,
        sorts="processDefinitionId processDefinitionKey processDefinitionName processDefinitionVersion "
        "activeInstancesWithIncidentCount activeInstancesWithoutIncidentCount",
        item=ProcessVersionStatistics,
        find=version_statistics,
        write=_version,
        must_ask=True,
    )
)
serve_search(
    SearchCall(
        path="/process-definitions/statistics/message-subscriptions",
        operation="getProcessDefinitionMessageSubscriptionStatistics",
        tag="Process definition",
        does="Count what waits for messages in cases that the caller may see, version by version.",
        asks=CountedSubscriptionFilter,
        sorts="processDefinitionId processDefinitionKey processInstancesWithActiveSubscriptions activeSubscriptions",
        item=MessageSubscriptionStatistics,
        find=subscription_statistics,
        write=_subscriptions,
    )
)
