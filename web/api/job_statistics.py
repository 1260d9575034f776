"""How many jobs came in a span of time, and what became of them."""

from functools import partial
from typing import Any

from pydantic import Field

from engine.queries.job_statistics import JobStatistics, all_job_statistics, job_statistics
from web.api.blueprint import READERS, blueprint
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, Text, WantedText, criteria
from web.api.wire import Answer, Body, Moment, SentMoment
from web.auth import allow, current_person, current_session


class Span(Body):
    """The jobs that came from a moment on and before another."""

    from_: SentMoment = Field(alias="from")
    to: SentMoment


class JobTypeStatisticsFilter(Span):
    """Of which jobs the numbers are."""

    job_type: WantedText = ABSENT


class JobWorkerStatisticsFilter(Span):
    """Of which jobs the numbers are."""

    job_type: Text


class JobErrorStatisticsFilter(JobWorkerStatisticsFilter):
    """Of which jobs the numbers are."""

    error_message: WantedText = ABSENT


class StatusMetric(Answer):
    """Some jobs."""

    count: int
    last_updated_at: Moment | None


class Outcomes(Answer):
    """What became of some jobs."""

    created: StatusMetric
    completed: StatusMetric
    failed: StatusMetric = Field(description="Without a try left.")


class GlobalJobStatistics(Outcomes):
    """What became of all jobs."""

    is_incomplete: bool = False


class JobTypeStatistics(Outcomes):
    """What became of the jobs of one type."""

    job_type: str
    workers: int


class JobWorkerStatistics(Outcomes):
    """What became of the jobs that one worker had last; nobody's have an empty name."""

    worker: str


class JobErrorStatistics(Answer):
    """One thing that went wrong with jobs."""

    error_code: str = Field(default="", description="Always empty: what a BPMN error was called is not kept.")
    error_message: str
    workers: int


class GlobalSpan(Span):
    """Of which jobs the numbers are."""

    job_type: Text = ABSENT


@blueprint.get("/jobs/statistics/global")
@allow(*READERS)
@blueprint.input(GlobalSpan, location="query", arg_name="asked")
@blueprint.output(GlobalJobStatistics)
@blueprint.doc(operation_id="getGlobalJobStatistics", tags=["Job"])
def get_global_job_statistics(asked: GlobalSpan) -> GlobalJobStatistics:
    """Count the jobs of service tasks and listeners that came in a span of time, in cases that the caller may see."""
    found = all_job_statistics(current_session(), current_person(), criteria(asked))
    return GlobalJobStatistics(**_outcomes(found))


def _outcomes(one: JobStatistics) -> dict[str, Any]:
    metrics = {"created": one.created, "completed": one.completed, "failed": one.failed}
    return {name: StatusMetric(count=of.count, last_updated_at=of.last_at) for name, of in metrics.items()}


def _of_type(one: JobStatistics) -> JobTypeStatistics:
    return JobTypeStatistics(job_type=one.key, workers=one.workers, **_outcomes(one))


def _of_worker(one: JobStatistics) -> JobWorkerStatistics:
    return JobWorkerStatistics(worker=one.key, **_outcomes(one))


def _of_error(one: JobStatistics) -> JobErrorStatistics:
    return JobErrorStatistics(error_message=one.key, workers=one.workers)


serve_search(
    SearchCall(
        path="/jobs/statistics/by-types",
        operation="getJobTypeStatistics",
        tag="Job",
        does="Count the jobs that came in a span of time in cases that the caller may see, type by type.",
        asks=JobTypeStatisticsFilter,
        sorts="jobType",
        item=JobTypeStatistics,
        find=partial(job_statistics, by="type"),
        write=_of_type,
        must_ask=True,
    )
)
serve_search(
    SearchCall(
        path="/jobs/statistics/by-workers",
        operation="getJobWorkerStatistics",
        tag="Job",
        does="Count the jobs of a type that came in a span of time in cases that the caller may see, by worker.",
        asks=JobWorkerStatisticsFilter,
        sorts="worker",
        item=JobWorkerStatistics,
        find=partial(job_statistics, by="worker"),
        write=_of_worker,
        must_ask=True,
    )
)
serve_search(
    SearchCall(
        path="/jobs/statistics/errors",
        operation="getJobErrorStatistics",
        tag="Job",
        does="Tell what went wrong with jobs of a type that came in a span of time in cases that the caller may see.",
        asks=JobErrorStatisticsFilter,
        sorts="errorMessage",
        item=JobErrorStatistics,
        find=partial(job_statistics, by="error"),
        write=_of_error,
        must_ask=True,
    )
)
