"""How many jobs came in a span of time, and what became of them."""

from functools import partial

from pydantic import Field

from engine.queries.job_statistics import JobStatistics, Metric, all_job_statistics, job_statistics
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


class GlobalJobStatistics(Answer):
    """What became of all jobs."""

    created: StatusMetric
    completed: StatusMetric
    failed: StatusMetric = Field(description="Without a try left.")
    is_incomplete: bool = False


class JobTypeStatistics(Answer):
    """What became of the jobs of one type."""

    job_type: str
    created: StatusMetric
    completed: StatusMetric
    failed: StatusMetric
    workers: int


class JobWorkerStatistics(Answer):
    """What became of the jobs that one worker had last; nobody's have an empty name."""

    worker: str
    created: StatusMetric
    completed: StatusMetric
    failed: StatusMetric


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
    return GlobalJobStatistics(
        created=_metric(found.created), completed=_metric(found.completed), failed=_metric(found.failed)
    )


def _metric(metric: Metric) -> StatusMetric:
    return StatusMetric(count=metric.count, last_updated_at=metric.last_at)


def _of_type(one: JobStatistics) -> JobTypeStatistics:
    return JobTypeStatistics(
        job_type=one.key,
        created=_metric(one.created),
        completed=_metric(one.completed),
        failed=_metric(one.failed),
        workers=one.workers,
    )


def _of_worker(one: JobStatistics) -> JobWorkerStatistics:
    return JobWorkerStatistics(
        worker=one.key, created=_metric(one.created), completed=_metric(one.completed), failed=_metric(one.failed)
    )


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
