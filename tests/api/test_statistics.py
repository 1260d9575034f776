"""Statistics of jobs, incidents, processes and subscriptions, as the SDK's models read them."""

import datetime as dt
from typing import Any

import pytest
from camunda_orchestration_sdk.models import (
    GlobalJobStatisticsQueryResult,
    IncidentProcessInstanceStatisticsByDefinitionQueryResult,
    IncidentProcessInstanceStatisticsByErrorQueryResult,
    JobErrorStatisticsQueryResult,
    JobTypeStatisticsQueryResult,
    JobWorkerStatisticsQueryResult,
    ProcessDefinitionInstanceStatisticsQueryResult,
    ProcessDefinitionInstanceVersionStatisticsQueryResult,
    ProcessDefinitionMessageSubscriptionStatisticsQueryResult,
)

from engine.commands.deploy import File, deploy
from tests.api.conftest import AsPerson, Program
from tests.api.test_jobs import PAYING, start, take
from tests.execution.test_events import WAITING
from tests.support.company import Company

SPAN = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T02:00:00Z"}


@pytest.fixture
def jobs(company: Company, program: AsPerson) -> Program:
    """Let a worker complete one job, fail at another for good, and leave a third; a later version has a fourth."""
    later = PAYING.replace("打款".encode(), "付款".encode())
    for content in (PAYING, later):
        with company.database.transaction() as session:
            deploy(session, [File(name="paying.bpmn", content=content)], "zeng.rui")
        for _ in range(3 if content is PAYING else 1):
            start(company)
            company.clock.advance(minutes=1)
    worker = program("admin")
    first, second = take(worker, maxJobsToActivate=2, worker="w1")
    assert worker.call("POST", f"/jobs/{first['jobKey']}/completion", json={}).status_code == 204
    failure = {"retries": 0, "errorMessage": "银行没有应答"}
    assert worker.call("POST", f"/jobs/{second['jobKey']}/failure", json=failure).status_code == 204
    return worker


def counted(caller: Program, path: str, **asked: object) -> Any:  # noqa: ANN401 - JSON is any value
    answer = caller.call("POST", path, json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json


def numbers(item: Any) -> tuple[int, ...]:  # noqa: ANN401 - JSON is any value
    return tuple(item[name]["count"] for name in ("created", "completed", "failed"))


def test_jobs_are_counted_by_type_worker_and_error(jobs: Program) -> None:
    path = "/jobs/statistics"
    answer = jobs.call("GET", f"{path}/global?from=2026-03-02T00:00:00Z&to=2026-03-02T02:00:00Z&jobType=pay")
    assert answer.json is not None
    assert numbers(answer.json) == (4, 1, 1)
    whole = GlobalJobStatisticsQueryResult.from_dict(answer.json)
    assert whole.completed.last_updated_at == dt.datetime(2026, 3, 2, 1, 4, tzinfo=dt.UTC)
    earlier = jobs.get(f"{path}/global?from=2026-03-01T00:00:00Z&to=2026-03-02T01:01:00Z")
    assert numbers(earlier) == (1, 1, 0)
    jobs.refused(400, "GET", f"{path}/global?from=yesterday&to=2026-03-02T02:00:00Z")

    found = counted(jobs, f"{path}/by-types", filter={**SPAN, "jobType": {"$like": "p*"}})
    [item] = found["items"]
    assert (item["jobType"], numbers(item), item["workers"]) == ("pay", (4, 1, 1), 1)
    assert JobTypeStatisticsQueryResult.from_dict(found).items[0].job_type == "pay"
    assert counted(jobs, f"{path}/by-types", filter={**SPAN, "jobType": "ship"})["items"] == []
    jobs.refused(400, "POST", f"{path}/by-types", json={})

    found = counted(jobs, f"{path}/by-workers", filter={**SPAN, "jobType": "pay"})
    assert [(one["worker"], numbers(one)) for one in found["items"]] == [("", (2, 0, 0)), ("w1", (2, 1, 1))]
    assert JobWorkerStatisticsQueryResult.from_dict(found).items[1].worker == "w1"

    found = counted(jobs, f"{path}/errors", filter={**SPAN, "jobType": "pay"})
    assert [(one["errorMessage"], one["workers"]) for one in found["items"]] == [("银行没有应答", 1)]
    assert JobErrorStatisticsQueryResult.from_dict(found).items[0].error_message == "银行没有应答"


def test_stuck_cases_are_counted_by_cause_and_version(jobs: Program) -> None:
    path = "/incidents/statistics/process-instances-by"
    found = counted(jobs, f"{path}-error")
    [cause] = IncidentProcessInstanceStatisticsByErrorQueryResult.from_dict(found).items
    assert cause.active_instances_with_error_count == 1
    assert "{" not in cause.error_message
    found = counted(jobs, f"{path}-definition", filter={"errorHashCode": cause.error_hash_code})
    [version] = IncidentProcessInstanceStatisticsByDefinitionQueryResult.from_dict(found).items
    assert (version.process_definition_version, version.active_instances_with_error_count) == (1, 1)
    assert counted(jobs, f"{path}-definition", filter={"errorHashCode": 1})["items"] == []


def test_running_cases_are_counted_by_process_and_version(jobs: Program, company: Company) -> None:
    path = "/process-definitions/statistics"
    found = counted(
        jobs, f"{path}/process-instances", sort=[{"field": "activeInstancesWithIncidentCount", "order": "DESC"}]
    )
    first = ProcessDefinitionInstanceStatisticsQueryResult.from_dict(found).items[0]
    assert (first.process_definition_id, first.has_multiple_versions) == ("process", True)
    assert (first.active_instances_with_incident_count, first.active_instances_without_incident_count) == (1, 2)
    assert [one["activeInstancesWithoutIncidentCount"] for one in found["items"][1:]] == [0]

    found = counted(jobs, f"{path}/process-instances-by-version", filter={"processDefinitionId": "process"})
    of_version = ProcessDefinitionInstanceVersionStatisticsQueryResult.from_dict(found).items
    stuck = [(one.process_definition_version, one.active_instances_with_incident_count) for one in of_version]
    assert stuck == [(1, 1), (2, 0)]
    assert [one.active_instances_without_incident_count for one in of_version] == [1, 1]
    jobs.refused(400, "POST", f"{path}/process-instances-by-version", json={})

    waiting = WAITING.replace(b'id="process"', b'id="waiting"')
    with company.database.transaction() as session:
        deploy(session, [File(name="waiting.bpmn", content=waiting)], "zeng.rui")
    for order in ("7", "8"):
        assert (
            jobs.call(
                "POST", "/process-instances", json={"processDefinitionId": "waiting", "variables": {"order": order}}
            ).status_code
            == 200
        )
    found = counted(jobs, f"{path}/message-subscriptions", filter={"messageName": "paid"})
    [one] = ProcessDefinitionMessageSubscriptionStatisticsQueryResult.from_dict(found).items
    assert (one.process_definition_id, one.active_subscriptions) == ("waiting", 2)
    assert one.process_instances_with_active_subscriptions == 2
    assert counted(jobs, f"{path}/message-subscriptions", filter={"correlationKey": "9"})["items"] == []


def test_whoever_sees_no_case_counts_nothing(jobs: Program, program: AsPerson) -> None:
    stranger = program("chen.jie")
    assert numbers(stranger.get("/jobs/statistics/global?from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z")) == (
        0,
        0,
        0,
    )
    assert counted(stranger, "/incidents/statistics/process-instances-by-error")["items"] == []
    found = counted(stranger, "/process-definitions/statistics/process-instances")["items"]
    assert {one["activeInstancesWithIncidentCount"] for one in found} == {0}


def test_a_job_gets_more_tries_and_more_time(jobs: Program) -> None:
    [failed] = jobs.found("jobs", filter={"state": "FAILED"})
    path = f"/jobs/{failed['jobKey']}"
    assert jobs.call("PATCH", path, json={"changeset": {"retries": 5}}).status_code == 204
    [incident] = jobs.found("incidents", filter={"state": "ACTIVE"})
    assert jobs.call("POST", f"/incidents/{incident['incidentKey']}/resolution").status_code == 204
    assert jobs.found("jobs", filter={"jobKey": failed["jobKey"]})[0]["retries"] == 5
    taken = take(jobs, maxJobsToActivate=1, worker="w2")[0]
    kept = {"changeset": {"timeout": 3_600_000}, "operationReference": 7}
    assert jobs.call("PATCH", f"/jobs/{taken['jobKey']}", json=kept).status_code == 204
    deadline = jobs.found("jobs", filter={"jobKey": taken["jobKey"]})[0]["deadline"]
    assert deadline == "2026-03-02T02:04:00.000Z"
    jobs.refused(400, "PATCH", path, json={"changeset": {}})
    [done] = jobs.found("jobs", filter={"state": "COMPLETED"})
    jobs.refused(409, "PATCH", f"/jobs/{done['jobKey']}", json={"changeset": {"retries": 1}})
    assert jobs.found("audit-logs", filter={"entityType": "JOB", "operationType": "UPDATE"})
