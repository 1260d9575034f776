"""Jobs of external workers: found."""

from typing import Literal

from pydantic import Field

from engine.queries.search_jobs import JobRecord
from engine.queries.search_jobs import search_jobs as search_jobs_query
from web.api.blueprint import READERS, blueprint
from web.api.searches import (
    ABSENT,
    OffsetPage,
    Page,
    SearchPage,
    SortBy,
    WantedKey,
    WantedMoment,
    WantedNumber,
    WantedText,
    page_of,
    to_search,
)
from web.api.wire import TENANT, Answer, Body, Key, Moment
from web.auth import allow, current_person, current_session


class JobFilter(Body):
    """What is asked of a job; all of it holds."""

    job_key: WantedKey = ABSENT
    type: WantedText = ABSENT
    state: WantedText = ABSENT
    retries: WantedNumber = ABSENT
    error_message: WantedText = ABSENT
    worker: WantedText = ABSENT
    deadline: WantedMoment = ABSENT
    element_id: WantedText = ABSENT
    element_instance_key: WantedKey = ABSENT
    process_instance_key: WantedKey = ABSENT
    process_definition_key: WantedKey = ABSENT
    process_definition_id: WantedText = ABSENT
    has_failed_with_retries_left: bool = ABSENT


class JobSort(SortBy):
    """One field to sort by."""

    field: Literal[
        "jobKey",
        "type",
        "state",
        "retries",
        "errorMessage",
        "worker",
        "deadline",
        "elementId",
        "elementInstanceKey",
        "processInstanceKey",
        "processDefinitionKey",
        "processDefinitionId",
    ]


class JobSearch(Body):
    """A search for jobs."""

    page: Page = OffsetPage()
    filter: JobFilter = JobFilter()
    sort: list[JobSort] = Field(default=[], max_length=5)


class JobAnswer(Answer):
    """One job."""

    job_key: Key
    type: str
    state: Literal["CREATED", "COMPLETED", "CANCELED", "FAILED"] = Field(
        description="A job that waits for its next try is CREATED; FAILED ones have an incident."
    )
    kind: Literal["BPMN_ELEMENT"] = "BPMN_ELEMENT"
    listener_event_type: Literal["UNSPECIFIED"] = "UNSPECIFIED"
    retries: int
    has_failed_with_retries_left: bool
    error_code: None = None
    error_message: str | None
    worker: str
    deadline: Moment | None
    creation_time: None = None
    last_update_time: None = None
    end_time: None = None
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


class JobPage(Answer):
    """Jobs that were found."""

    items: list[JobAnswer]
    page: SearchPage


@blueprint.post("/jobs/search")
@allow(*READERS, writes=False)
@blueprint.input(JobSearch, arg_name="asked")
@blueprint.output(JobPage)
@blueprint.doc(operation_id="searchJobs", tags=["Job"])
def search_jobs(asked: JobSearch) -> JobPage:
    """Find jobs of service tasks in cases that the caller may see."""
    search = to_search(asked.page, asked.filter, list(asked.sort))
    found = search_jobs_query(current_session(), current_person(), search)
    return JobPage(items=[_answer(record) for record in found.items], page=page_of(found))


def _answer(record: JobRecord) -> JobAnswer:
    return JobAnswer(
        job_key=record.id,
        type=record.type,
        state=record.state,
        retries=record.retries,
        has_failed_with_retries_left=record.state == "CREATED" and record.error is not None,
        error_message=record.error,
        worker=record.leased_by or "",
        deadline=record.leased_until,
        element_id=record.element_id,
        element_instance_key=record.passage,
        process_instance_key=record.instance_id,
        root_process_instance_key=record.instance_id,
        process_definition_key=record.definition_id,
        process_definition_id=record.process_id,
        custom_headers=dict(record.headers),
    )
