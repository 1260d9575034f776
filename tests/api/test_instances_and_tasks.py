"""Starting, assigning, completing and ending through the interface, with the engine's own rules."""

import json
from typing import Any

from tests.api.conftest import AsPerson, Program
from tests.support.company import PROCESS, Company


def start(caller: Program, values: dict[str, object], **more: object) -> Any:  # noqa: ANN401 - JSON is any value
    answer = caller.call(
        "POST", "/process-instances", json={"processDefinitionId": PROCESS, "variables": values, **more}
    )
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_case_is_started_as_the_caller(program: AsPerson, company: Company) -> None:
    created = start(program("zhang.wei"), company.filing(), awaitCompletion=False, tags=[], processDefinitionVersion=-1)
    assert company.instance(int(created["processInstanceKey"])).started_by == "zhang.wei"
    assert created["processDefinitionId"] == PROCESS


def test_the_start_form_is_checked_field_by_field(program: AsPerson, company: Company) -> None:
    values = company.filing(channel_name="", expected_business_size="many")
    sent = {"processDefinitionId": PROCESS, "variables": values}
    document = program("zhang.wei").refused(400, "POST", "/process-instances", json=sent)
    assert {error["field"] for error in document["errors"]} == {"channel_name", "expected_business_size"}
    assert all(error["message"] for error in document["errors"])


def test_numbers_reach_the_case_as_they_were_written(program: AsPerson, company: Company) -> None:
    values = company.filing(expected_business_size="120.10")
    # Written by hand: a float would have lost the last digit before it was sent.
    text = json.dumps({"processDefinitionId": PROCESS, "variables": values}).replace('"120.10"', "120.10")
    answer = program("zhang.wei").call("POST", "/process-instances", data=text, content_type="application/json")
    assert answer.status_code == 200, answer.text
    case = int((answer.json or {})["processInstanceKey"])
    assert str(company.variables(case)["expected_business_size"]) == "120.10"


def test_what_is_not_supported_is_refused_by_name(program: AsPerson, company: Company) -> None:
    for more in ({"awaitCompletion": True}, {"tags": ["x"]}, {"businessId": "x"}, {"tenantId": "other"}):
        sent = {"processDefinitionId": PROCESS, "variables": company.filing(), **more}
        document = program("zhang.wei").refused(400, "POST", "/process-instances", json=sent)
        assert [error["field"] for error in document["errors"]] == list(more)


def test_a_process_or_version_that_is_not_there_is_not_found(program: AsPerson) -> None:
    caller = program("zhang.wei")
    for sent in (
        {"processDefinitionId": "nothing"},
        {"processDefinitionId": PROCESS, "processDefinitionVersion": 99},
        {"processDefinitionKey": "99"},
        {"processDefinitionKey": "9" * 24},
    ):
        assert caller.refused(404, "POST", "/process-instances", json=sent)["detail"]
    for path in ("", "/xml", "/form"):
        assert caller.refused(404, "GET", f"/process-definitions/99{path}")["detail"]
        assert caller.refused(400, "GET", f"/process-definitions/first{path}")["detail"]


def test_somebody_outside_the_starters_is_refused(program: AsPerson) -> None:
    assert program("wu.tao").refused(403, "POST", "/process-instances", json={"processDefinitionId": PROCESS})["detail"]


def test_the_diagram_and_the_form_are_what_was_published(program: AsPerson, company: Company) -> None:
    caller = program("zhang.wei")
    [version] = caller.found("process-definitions")
    answer = caller.call("GET", f"/process-definitions/{version['processDefinitionKey']}/xml")
    assert answer.content_type.startswith("text/xml")
    assert answer.data.startswith(b"<?xml")
    assert caller.get(f"/process-definitions/{version['processDefinitionKey']}/form")["formId"] == PROCESS
    case = company.start()
    form = program("zhao.lei").get(f"/user-tasks/{company.task(case).id}/form")
    assert '"decision"' in form["schema"]


def test_a_task_is_completed_with_its_form(program: AsPerson, company: Company) -> None:
    case = company.start()
    path = f"/user-tasks/{company.task(case).id}"
    approver = program("zhao.lei")
    document = approver.refused(400, "POST", f"{path}/completion", json={"variables": {"decision": "approve"}})
    assert {error["field"] for error in document["errors"]} == {"completeness_checked", "compliance_checked"}
    values = {"decision": "approve", "opinion": "好", "completeness_checked": True, "compliance_checked": True}
    done = approver.call("POST", f"{path}/completion", json={"variables": values, "action": "complete"})
    assert (done.status_code, done.data) == (204, b"")
    assert approver.get(path)["state"] == "COMPLETED"
    approver.refused(409, "POST", f"{path}/completion", json={"variables": values})


def test_a_task_of_others_does_not_exist(program: AsPerson, company: Company) -> None:
    path = f"/user-tasks/{company.task(company.start()).id}"
    stranger = program("wu.tao")
    for method, call in (("GET", ""), ("GET", "/form"), ("POST", "/completion"), ("DELETE", "/assignee")):
        assert stranger.refused(404, method, path + call)["detail"]
    assert stranger.refused(404, "POST", f"{path}/assignment", json={"assignee": "wu.tao"})["detail"]


def test_a_task_is_claimed_given_and_put_back(program: AsPerson, company: Company) -> None:
    case = company.start()
    company.approve(case)
    path = f"/user-tasks/{company.task(case).id}"
    filer, admin = program("wu.tao"), program("admin")
    mine = {"assignee": "wu.tao", "reason": "我熟悉这家渠道"}
    assert filer.call("POST", f"{path}/assignment", json=mine).status_code == 204
    assert filer.get(path)["assignee"] == "wu.tao"
    assert json.loads(company.events(case)[-1].body)["reason"] == "我熟悉这家渠道"
    assert filer.call("DELETE", f"{path}/assignee").status_code == 204
    assert filer.get(path)["assignee"] is None
    filer.refused(403, "POST", f"{path}/assignment", json={"assignee": "admin"})
    assert admin.call("POST", f"{path}/assignment", json={"assignee": "wu.tao"}).status_code == 204
    again = {"assignee": "admin", "allowOverride": False}
    admin.refused(409, "POST", f"{path}/assignment", json=again)
    admin.refused(400, "POST", f"{path}/assignment", json={"assignee": "nobody"})
    assert [event.kind for event in company.events(case)][-3:] == ["task.claimed", "task.unclaimed", "task.assigned"]


def test_the_initiator_withdraws_and_an_administrator_terminates(program: AsPerson, company: Company) -> None:
    withdrawn, terminated = company.start(), company.start()
    starter, admin = program("zhang.wei"), program("admin")
    assert starter.call("POST", f"/process-instances/{withdrawn}/cancellation").status_code == 204
    assert admin.call("POST", f"/process-instances/{terminated}/cancellation", json={}).status_code == 204
    assert company.instance(withdrawn).state == "WITHDRAWN"
    assert company.instance(terminated).state == "TERMINATED"
    assert company.instance(terminated).outcome == "REST"
    assert starter.get(f"/process-instances/{withdrawn}")["state"] == "TERMINATED"
    starter.refused(409, "POST", f"/process-instances/{withdrawn}/cancellation")
    program("zhao.lei").refused(403, "POST", f"/process-instances/{company.start()}/cancellation")
    sent = {"operationReference": 5}
    starter.refused(400, "POST", f"/process-instances/{withdrawn}/cancellation", json=sent)
