"""Work for machines elsewhere: taken on lease, done, or given back."""

import datetime as dt
import time
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from flask import Response, current_app
from flask.typing import ResponseReturnValue
from pydantic import Field

from engine.commands.activate_jobs import ActivatedJob
from engine.commands.activate_jobs import activate_jobs as activate_jobs_command
from engine.commands.complete_job import complete_job as complete_job_command
from engine.commands.report_failure import report_failure
from engine.commands.throw_job_error import throw_job_error as throw_job_error_command
from engine.commands.update_job import update_job as update_job_command
from engine.queries.due_jobs import has_due_job
from engine.queries.passages import passage_number
from web.api.blueprint import PROGRAMS, blueprint
from web.api.commits import Commits
from web.api.exact_json import write_exactly
from web.api.job_kinds import JobKind, ListenerEvent, event_of, kind_of
from web.api.wire import TENANT, Answer, Body, Key, Variables, key_of
from web.application import this_application
from web.auth import allow, current_person, current_session
from web.i18n import gettext

LONGEST_WAIT = 10.0
"""Seconds that a call waits for work at most, whatever it asks for."""
LOOK_AGAIN = 1.0
"""Seconds after which a waiting call looks again: time passes without a commit, and other processes commit too."""
YEAR = 366 * 24 * 3600 * 1000
Milliseconds = Annotated[int, Field(ge=0, le=YEAR)]
Name = Annotated[str, Field(min_length=1, max_length=255)]


class Activation(Body):
    """Which work a worker takes, and for how long."""

    type: Name = Field(description="The type of the task definition.")
    worker: Annotated[str, Field(max_length=255)] = ""
    timeout: Annotated[int, Field(ge=1, le=YEAR)] = Field(description="Milliseconds until a job is handed out again.")
    max_jobs_to_activate: Annotated[int, Field(ge=1, le=1_000)]
    fetch_variable: list[str] = Field(default=[], max_length=1_000, description="Empty: all variables.")
    request_timeout: Annotated[int, Field(ge=-(2**63), le=2**63 - 1)] = Field(
        default=0, description="Milliseconds to wait for work, at most 10000; 0 or less answers at once."
    )
    tenant_ids: list[Literal["<default>"]] = Field(default=[], max_length=10)
    tenant_filter: Literal["PROVIDED", "ASSIGNED"] = "PROVIDED"
    with_lease: Literal[False] | None = None


class ListenedTaskAnswer(Answer):
    """The task that a listener is asked about, as it would be."""

    action: str
    assignee: str | None
    candidate_groups: list[str]
    candidate_users: list[str]
    changed_attributes: list[str]
    due_date: str | None
    follow_up_date: str | None
    form_key: Key | None
    priority: int | None
    user_task_key: Key | None


class ActivatedJobAnswer(Answer):
    """A job that belongs to a worker until its deadline."""

    job_key: Key
    type: str
    kind: JobKind
    listener_event_type: ListenerEvent
    process_instance_key: Key
    root_process_instance_key: Key | None
    process_definition_key: Key
    process_definition_id: str
    process_definition_version: int
    element_id: str
    element_instance_key: Key
    custom_headers: dict[str, str]
    worker: str
    retries: int
    deadline: int = Field(description="Milliseconds since 1970.")
    variables: dict[str, Any]
    tenant_id: str = TENANT
    physical_tenant_id: str = "default"
    user_task: ListenedTaskAnswer | None
    tags: list[str] = Field(default_factory=list)
    business_id: None = None
    priority: int = 0
    job_lease_token: None = None


class ActivatedJobs(Answer):
    """The jobs that a worker got; none where there is no work."""

    jobs: list[ActivatedJobAnswer]


class Corrections(Body):
    """New values of a task; what is absent or null stays, empty takes away."""

    assignee: Annotated[str, Field(max_length=255)] | None = None
    due_date: Annotated[str, Field(max_length=64)] | None = Field(default=None, description="ISO 8601.")
    follow_up_date: Annotated[str, Field(max_length=64)] | None = Field(default=None, description="ISO 8601.")
    candidate_users: Annotated[list[Name], Field(max_length=1_000)] | None = None
    candidate_groups: Annotated[list[Name], Field(max_length=1_000)] | None = None
    priority: Annotated[int, Field(ge=0, le=100)] | None = None


class ListenerResult(Body):
    """Whether a task listener agrees, and what it corrects."""

    type: Literal["userTask"] = "userTask"
    denied: bool | None = None
    denied_reason: Annotated[str, Field(max_length=4_000)] | None = Field(default=None, description="People read it.")
    corrections: Corrections | None = None


class JobCompletion(Body):
    """The result of a job."""

    variables: Variables | None = None
    result: ListenerResult | None = Field(default=None, description="What a task listener says.")
    business_id: None = None
    job_lease_token: None = None


class JobFailure(Body):
    """Why a job could not be done, and whether to try again."""

    retries: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=0, description="Tries that are left; none makes an incident."
    )
    error_message: Annotated[str, Field(max_length=4_000)] = Field(default="", description="People read it.")
    retry_back_off: Milliseconds = Field(default=0, description="Milliseconds until the next try.")
    variables: dict[str, Any] = Field(default={}, max_length=0)
    job_lease_token: None = None


class JobError(Body):
    """An error that the diagram may catch."""

    error_code: Name
    error_message: Annotated[str, Field(max_length=4_000)] | None = None
    variables: Variables | None = None
    job_lease_token: None = None


class JobChangeset(Body):
    """What may change of a job; what is absent or null stays."""

    retries: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    timeout: Annotated[int, Field(ge=1, le=YEAR)] | None = Field(
        default=None, description="Milliseconds from now on until it is handed out again."
    )
    priority: None = None


class JobUpdate(Body):
    """What shall change."""

    changeset: JobChangeset
    operation_reference: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    job_lease_token: None = None


@blueprint.post("/jobs/activation")
@allow(*PROGRAMS, database=False)
@blueprint.input(Activation, arg_name="sent")
@blueprint.output(ActivatedJobs)
@blueprint.doc(operation_id="activateJobs", tags=["Job"])
def activate_jobs(sent: Activation) -> Response:
    """Take jobs of a type on lease. Waits for work as long as is asked, without keeping anybody from writing."""
    jobs = _take(sent, sent.worker or current_person().username)
    return write_exactly(ActivatedJobs(jobs=[_answer(job, sent.fetch_variable) for job in jobs]))


@blueprint.post("/jobs/<job_key>/completion")
@allow(*PROGRAMS)
@blueprint.input(JobCompletion, arg_name="sent")
@blueprint.doc(
    operation_id="completeJob",
    tags=["Job"],
    responses={204: "The job is done and the case has gone on.", 409: "It is done, or the case went on without it."},
)
def complete_job(job_key: str, sent: JobCompletion) -> ResponseReturnValue:
    """Complete a job with its result."""
    result = sent.result or ListenerResult()
    complete_job_command(
        current_session(),
        key_of(job_key),
        sent.variables or {},
        current_person().username,
        denied=(result.denied_reason or gettext("没有说明原因。")) if result.denied else None,
        corrections=_corrections(result),
    )
    return "", 204


@blueprint.post("/jobs/<job_key>/failure")
@allow(*PROGRAMS)
@blueprint.input(JobFailure, arg_name="sent")
@blueprint.doc(
    operation_id="failJob",
    tags=["Job"],
    responses={204: "The failure is noted.", 409: "The job is done, or the case went on without it."},
)
def fail_job(job_key: str, sent: JobFailure) -> ResponseReturnValue:
    """Give a job back: it is handed out again after the back-off, or becomes an incident where no tries are left."""
    report_failure(
        current_session(),
        key_of(job_key),
        sent.error_message or gettext("外部程序没有说明原因。"),
        current_person().username,
        retries=sent.retries,
        back_off=dt.timedelta(milliseconds=sent.retry_back_off),
    )
    return "", 204


@blueprint.post("/jobs/<job_key>/error")
@allow(*PROGRAMS)
@blueprint.input(JobError, arg_name="sent")
@blueprint.doc(
    operation_id="throwJobError",
    tags=["Job"],
    responses={204: "The error is thrown.", 409: "The job is done, or the case went on without it."},
)
def throw_job_error(job_key: str, sent: JobError) -> ResponseReturnValue:
    """Throw a BPMN error: the diagram's event that catches its code happens; an uncaught one becomes an incident."""
    throw_job_error_command(
        current_session(),
        key_of(job_key),
        sent.error_code,
        sent.error_message or "",
        sent.variables or {},
        current_person().username,
    )
    return "", 204


@blueprint.patch("/jobs/<job_key>")
@allow(*PROGRAMS)
@blueprint.input(JobUpdate, arg_name="sent")
@blueprint.doc(
    operation_id="updateJob",
    tags=["Job"],
    responses={204: "It is changed.", 409: "It is done, or the case went on without it."},
)
def update_job(job_key: str, sent: JobUpdate) -> ResponseReturnValue:
    """Give a job more or fewer tries, or let the worker that has it keep it longer."""
    timeout = sent.changeset.timeout
    update_job_command(
        current_session(),
        key_of(job_key),
        current_person().username,
        retries=sent.changeset.retries,
        timeout=None if timeout is None else dt.timedelta(milliseconds=timeout),
    )
    return "", 204


def _corrections(result: ListenerResult) -> dict[str, object]:
    given = result.corrections.model_dump(by_alias=True, exclude_none=True) if result.corrections else {}
    # An empty text takes a value away, as the published API has it.
    return {name: None if value == "" else value for name, value in given.items()}


def _listened(job: ActivatedJob) -> ListenedTaskAnswer | None:
    task = job.user_task
    if task is None:
        return None
    known = task.attributes
    return ListenedTaskAnswer(
        action=task.action,
        assignee=known.get("assignee"),
        candidate_groups=known.get("candidateGroups", []),
        candidate_users=known.get("candidateUsers", []),
        changed_attributes=list(task.changed),
        due_date=known.get("dueDate"),
        follow_up_date=known.get("followUpDate"),
        form_key=task.form_definition_id,
        priority=known.get("priority"),
        user_task_key=task.id,
    )


def _take(sent: Activation, worker: str) -> list[ActivatedJob]:
    """Lease jobs; where there are none look again after each commit until the time is over."""
    commits: Commits = current_app.extensions["commits"]
    with commits.seat() as may_wait:
        end = time.monotonic() + (min(sent.request_timeout / 1000, LONGEST_WAIT) if may_wait else 0)
        while True:
            seen = commits.count
            jobs = _lease(sent, worker)
            left = end - time.monotonic()
            if jobs or left <= 0:
                return jobs
            commits.wait_for_more(seen, min(left, LOOK_AGAIN))


def _lease(sent: Activation, worker: str) -> list[ActivatedJob]:
    database = this_application().database
    with database.reading() as db:
        # A look takes no lock; and a transaction that found nothing would wake all who wait, for nothing.
        if not has_due_job(db, sent.type):
            return []
    timeout = dt.timedelta(milliseconds=sent.timeout)
    with database.transaction() as db:
        return activate_jobs_command(db, sent.type, worker, most=sent.max_jobs_to_activate, timeout=timeout)


def _answer(job: ActivatedJob, wanted: Sequence[str]) -> ActivatedJobAnswer:
    return ActivatedJobAnswer(
        job_key=job.id,
        type=job.type,
        kind=kind_of(job.listener),
        listener_event_type=event_of(job.listener),
        process_instance_key=job.instance_id,
        root_process_instance_key=job.root_id,
        process_definition_key=job.definition.id,
        process_definition_id=job.definition.process_id,
        process_definition_version=job.definition.version,
        element_id=job.element_id,
        element_instance_key=passage_number(job.instance_id, job.token),
        custom_headers=dict(job.headers),
        worker=job.worker,
        retries=job.retries,
        deadline=int(job.deadline.timestamp() * 1000),
        user_task=_listened(job),
        variables={name: value for name, value in job.variables.items() if not wanted or name in wanted},
    )
