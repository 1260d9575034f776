"""Jobs of external workers: found."""

from typing import Literal

from pydantic import Field

from engine.queries.search_jobs import JobRecord, search_jobs
from web.api.job_kinds import JobKind, ListenerEvent, event_of, kind_of
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, ElementFilter, WantedKey, WantedMoment, WantedNumber, WantedText
from web.api.wire import TENANT, Answer, Key, Moment


class JobFilter(ElementFilter):
    """What is asked of a job; all of it holds."""

    job_key: WantedKey = ABSENT
    type: WantedText = ABSENT
    kind: WantedText = ABSENT
    listener_event_type: WantedText = ABSENT
    state: WantedText = ABSENT
    retries: WantedNumber = ABSENT
    error_message: WantedText = ABSENT
    worker: WantedText = ABSENT
    deadline: WantedMoment = ABSENT
    creation_time: WantedMoment = ABSENT
    last_update_time: WantedMoment = ABSENT
    end_time: WantedMoment = ABSENT
    has_failed_with_retries_left: bool = ABSENT


class JobAnswer(Answer):
    """One job."""

    job_key: Key
    type: str
    state: Literal["CREATED", "COMPLETED", "CANCELED", "FAILED"] = Field(
        description="A job that waits for its next try is CREATED; FAILED ones have an incident."
    )
    kind: JobKind
    listener_event_type: ListenerEvent
    retries: int
    has_failed_with_retries_left: bool
    error_code: None = None
    error_message: str | None
    worker: str
    deadline: Moment | None
    creation_time: Moment | None = Field(description="Not known of the oldest jobs.")
    last_update_time: Moment | None
    end_time: Moment | None
    is_denied: None = None
    denied_reason: None = None
    element_id: str
    element_instance_key: Key
    process_instance_key: Key
    root_process_instance_key: Key | None
    process_definition_key: Key
    process_definition_id: str
    custom_headers: dict[str, str]
    tenant_id: str = TENANT
    business_id: None = None
    priority: int = 0


def _answer(record: JobRecord) -> JobAnswer:
    return JobAnswer(
        job_key=record.id,
        type=record.type,
        kind=kind_of(record.listener),
        listener_event_type=event_of(record.listener),
        state=record.state,
        retries=record.retries,
        has_failed_with_retries_left=record.state == "CREATED" and record.error is not None,
        error_message=record.error,
        worker=record.leased_by or "",
        deadline=record.leased_until,
        creation_time=record.created_at,
        last_update_time=record.changed_at,
        end_time=record.changed_at if record.state in {"COMPLETED", "CANCELED"} else None,
        element_id=record.element_id,
        element_instance_key=record.passage,
        process_instance_key=record.instance_id,
        root_process_instance_key=record.root_id,
        process_definition_key=record.definition_id,
        process_definition_id=record.process_id,
        custom_headers=dict(record.headers),
    )


serve_search(
    SearchCall(
        path="/jobs/search",
        operation="searchJobs",
        tag="Job",
        does="Find jobs of service tasks and listeners in cases that the caller may see.",
        asks=JobFilter,
        sorts="jobKey type kind listenerEventType state retries errorMessage worker deadline elementId "
        "elementInstanceKey processInstanceKey processDefinitionKey processDefinitionId creationTime "
        "lastUpdateTime endTime",
        item=JobAnswer,
        find=search_jobs,
        write=_answer,
    )
)
