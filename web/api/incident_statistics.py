"""How many running cases are stuck for the same cause."""

import re

from pydantic import Field

from engine.queries.incident_statistics import CauseStatistics, VersionsOfCause, cause_statistics, versions_of_cause
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import Filter
from web.api.wire import TENANT, Answer, Key, Whole
from web.i18n import gettext

_FACT = re.compile(r"\{\w+\}")


class EveryCause(Filter):
    """All causes are told."""


class OneCause(Filter):
    """The cause whose versions are told."""

    error_hash_code: Whole


class IncidentsByError(Answer):
    """The running cases that are stuck for one cause."""

    error_hash_code: int = Field(description="What the cause is asked for by.")
    error_message: str = Field(description="In the caller's language; an ellipsis for what differs from case to case.")
    active_instances_with_error_count: int


class IncidentsByDefinition(Answer):
    """The running cases of one version that are stuck for a cause."""

    process_definition_id: str
    process_definition_key: Key
    process_definition_name: str
    process_definition_version: int
    tenant_id: str = TENANT
    active_instances_with_error_count: int


def _cause(one: CauseStatistics) -> IncidentsByError:
    return IncidentsByError(
        error_hash_code=one.number,
        error_message=_FACT.sub("…", gettext(one.cause)),
        active_instances_with_error_count=one.instances,
    )


def _version(one: VersionsOfCause) -> IncidentsByDefinition:
    return IncidentsByDefinition(
        process_definition_id=one.process_id,
        process_definition_key=one.definition_id,
        process_definition_name=one.name,
        process_definition_version=one.version,
        active_instances_with_error_count=one.instances,
    )


serve_search(
    SearchCall(
        path="/incidents/statistics/process-instances-by-error",
        operation="getProcessInstanceStatisticsByError",
        tag="Incident",
        does="Count the stuck cases that the caller may see, cause by cause.",
        asks=EveryCause,
        sorts="errorMessage activeInstancesWithErrorCount",
        item=IncidentsByError,
        find=cause_statistics,
        write=_cause,
    )
)
serve_search(
    SearchCall(
        path="/incidents/statistics/process-instances-by-definition",
        operation="getProcessInstanceStatisticsByDefinition",
        tag="Incident",
        does="Count the cases that the caller may see that are stuck for one cause, version by version.",
        asks=OneCause,
        sorts="processDefinitionKey activeInstancesWithErrorCount",
        item=IncidentsByDefinition,
        find=versions_of_cause,
        write=_version,
        must_ask=True,
    )
)
