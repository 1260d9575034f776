"""External workers take jobs, do them or give them back; waiting for work keeps nobody from writing."""

import threading
import time
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.model import UserTask
from tests.api.conftest import AsPerson, Program
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import event, written
from tests.support.company import Company

WORK = (
    '<bpmn:serviceTask id="work" name="打款"><bpmn:extensionElements><zeebe:taskDefinition type="pay"/>'
    '<zeebe:taskHeaders><zeebe:header key="bank" value="ICBC"/></zeebe:taskHeaders></bpmn:extensionElements>'
    '</bpmn:serviceTask><bpmn:boundaryEvent id="border" attachedToRef="work">'
    + event("error", 'errorRef="e_bad"')
    + "</bpmn:boundaryEvent>"
)
FLOWS: dict[str, str | tuple[str, str]] = {
    "start->work": "f1",
    "work->end": "f2",
    "border->mend": "f3",
    "mend->end": "f4",
}
PAYING = written(START + WORK + user_task("mend").replace("tester", "zhang.wei") + END, FLOWS)
TAKE = {"type": "pay", "timeout": 60_000, "maxJobsToActivate": 10}


@pytest.fixture
def paying(company: Company) -> Company:
    """Publish a process with a task for machines elsewhere."""
    with company.database.transaction() as session:
        deploy(session, [File(name="paying.bpmn", content=PAYING)], "zeng.rui")
    return company


def start(company: Company, **variables: object) -> int:
    with company.database.transaction() as session:
        return start_instance(session, "process", variables, "zhang.wei")


def take(caller: Program, **options: object) -> list[Any]:
    answer = caller.call("POST", "/jobs/activation", json={**TAKE, **options})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    jobs: list[Any] = answer.json["jobs"]
    return jobs


def test_a_worker_gets_what_its_job_needs_and_completes_it(program: AsPerson, paying: Company) -> None:
    worker = program("admin")
    case = start(paying, amount="12.5", party="星河")
    [job] = take(worker, worker="w1", fetchVariable=["amount"])
    assert (job["processInstanceKey"], job["elementId"], job["retries"]) == (str(case), "work", 3)
    assert (job["customHeaders"], job["variables"], job["worker"]) == ({"bank": "ICBC"}, {"amount": "12.5"}, "w1")
    assert take(worker, worker="w2") == []
    done = worker.call("POST", f"/jobs/{job['jobKey']}/completion", json={"variables": {"receipt": 7}})
    assert done.status_code == 204, done.text
    assert paying.instance(case).state == "COMPLETED"
    assert paying.variables(case)["receipt"] == 7
    worker.refused(409, "POST", f"/jobs/{job['jobKey']}/completion", json={})
    worker.refused(404, "POST", "/jobs/999/completion", json={})


def test_numbers_reach_a_worker_with_all_their_digits(program: AsPerson, paying: Company) -> None:
    body = b'{"processDefinitionId": "process", "variables": {"amount": 12345678901234567890.12}}'
    started = program("zhang.wei").call("POST", "/process-instances", data=body, content_type="application/json")
    assert started.status_code == 200, started.text
    assert "12345678901234567890.12" in program("admin").call("POST", "/jobs/activation", json=TAKE).text


def test_a_job_is_found_with_what_became_of_it(program: AsPerson, paying: Company) -> None:
    worker, starter = program("admin"), program("zhang.wei")
    case = start(paying)
    [job] = take(worker)
    failure = {"retries": 1, "errorMessage": "银行没有应答", "retryBackOff": 60_000}
    assert worker.call("POST", f"/jobs/{job['jobKey']}/failure", json=failure).status_code == 204
    [found] = starter.found("jobs", filter={"processInstanceKey": str(case), "hasFailedWithRetriesLeft": True})
    assert (found["state"], found["retries"], found["errorMessage"]) == ("CREATED", 1, "银行没有应答")
    assert found["elementInstanceKey"] == job["elementInstanceKey"]
    assert starter.found("jobs", filter={"elementInstanceKey": job["elementInstanceKey"], "type": {"$like": "p*"}}) == [
        found
    ]
    assert starter.found("jobs", filter={"hasFailedWithRetriesLeft": False}, sort=[{"field": "deadline"}]) == []
    assert program("chen.jie").found("jobs") == []
    assert take(worker) == []
    paying.clock.advance(minutes=2)
    [again] = take(worker)
    assert worker.call("POST", f"/jobs/{again['jobKey']}/failure", json={}).status_code == 204
    assert starter.found("jobs", filter={"state": "FAILED"})[0]["retries"] == 0
    assert paying.instance(case).incident_count == 1


@pytest.mark.parametrize(("code", "caught"), [("BAD", True), ("OTHER", False)])
def test_an_error_goes_the_way_the_diagram_draws(program: AsPerson, paying: Company, code: str, caught: bool) -> None:
    worker = program("admin")
    case = start(paying)
    [job] = take(worker)
    error = {"errorCode": code, "errorMessage": "账号不存在", "variables": {"hint": "查账号"}}
    assert worker.call("POST", f"/jobs/{job['jobKey']}/error", json=error).status_code == 204
    with paying.database.reading() as session:
        tasks = session.scalars(select(UserTask.element_id).where(UserTask.instance_id == case)).all()
    assert (list(tasks), paying.instance(case).incident_count) == ((["mend"], 0) if caught else ([], 1))


def test_only_accounts_of_programs_work_on_jobs(program: AsPerson, paying: Company) -> None:
    start(paying)
    [job] = take(program("admin"))
    for username in ("zhang.wei", "zeng.rui", "xiao.han"):
        caller = program(username)
        assert caller.refused(403, "POST", "/jobs/activation", json=TAKE)["detail"]
        for action in ("completion", "failure"):
            assert caller.refused(403, "POST", f"/jobs/{job['jobKey']}/{action}", json={})["detail"]
        assert caller.refused(403, "POST", f"/jobs/{job['jobKey']}/error", json={"errorCode": "BAD"})["detail"]


def test_a_lease_token_is_refused_rather_than_ignored(program: AsPerson) -> None:
    worker = program("admin")
    assert worker.refused(400, "POST", "/jobs/activation", json={**TAKE, "withLease": True})["detail"]
    assert worker.refused(400, "POST", "/jobs/activation", json={**TAKE, "timeout": 0})["detail"]


def test_a_worker_that_waits_gets_a_job_as_soon_as_there_is_one(program: AsPerson, paying: Company) -> None:
    worker = program("admin")
    got: list[Any] = []
    waiting = threading.Thread(target=lambda: got.extend(take(worker, requestTimeout=10_000)))
    waiting.start()
    time.sleep(0.2)
    # On SQLite this would wait for ever if the waiting call held the write lock.
    case = start(paying)
    waiting.join(30)
    assert [job["processInstanceKey"] for job in got] == [str(case)]


def test_more_calls_than_may_wait_are_answered_at_once(
    program: AsPerson, paying: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = program("admin").client.application.extensions["commits"]
    monkeypatch.setattr(commits, "wait_for_more", lambda *_: pytest.fail("it waited"))
    seats = [commits.seat() for _ in range(4)]
    assert [seat.__enter__() for seat in seats] == [True] * 4
    assert take(program("admin"), requestTimeout=10_000) == []
    for seat in seats:
        seat.__exit__(None, None, None)
    assert take(program("admin"), requestTimeout=-1) == []
