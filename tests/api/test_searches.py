"""Searches: filters, order, pages by offset and by cursor, and nothing that the caller may not see."""

from typing import Any

import pytest

from engine.commands.deploy import File, deploy
from tests.api.conftest import AsPerson
from tests.api.test_jobs import PAYING
from tests.support.company import PROCESS, Company


@pytest.fixture
def cases(company: Company) -> list[int]:
    """Start three filings of 张伟, an hour apart; the second is approved."""
    started = []
    for number in range(3):
        started.append(company.start(channel_name=f"渠道{number}"))
        company.clock.advance(hours=1)
    company.approve(started[1])
    return started


def keys(items: list[Any], field: str = "processInstanceKey") -> list[int]:
    return [int(item[field]) for item in items]


def test_a_version_of_a_process_is_found_by_all_it_has(program: AsPerson) -> None:
    caller = program("zhang.wei")
    [version] = caller.found("process-definitions", filter={"processDefinitionId": PROCESS, "hasStartForm": True})
    assert version == caller.get(f"/process-definitions/{version['processDefinitionKey']}")
    for wanted in (
        {"processDefinitionKey": version["processDefinitionKey"]},
        {"name": {"$like": "新渠道*"}},
        {"version": {"$gte": 1, "$lt": 2}},
        {"resourceName": {"$in": [f"{PROCESS}.bpmn", "other.bpmn"]}},
        {"versionTag": {"$exists": version["versionTag"] is not None}},
        {"isLatestVersion": True},
    ):
        assert caller.found("process-definitions", filter=wanted) == [version], wanted
    for unwanted in (
        {"processDefinitionKey": {"$notIn": [version["processDefinitionKey"]]}},
        {"processDefinitionKey": "9" * 25},
        {"name": {"$like": "新_道*"}},
        {"version": {"$neq": 1}},
        {"hasStartForm": False},
        {"isLatestVersion": False},
    ):
        assert caller.found("process-definitions", filter=unwanted) == [], unwanted


def test_cases_are_sorted_and_counted(program: AsPerson, cases: list[int]) -> None:
    caller = program("zhang.wei")
    newest_first = caller.search(
        "process-instances", sort=[{"field": "startDate", "order": "DESC"}], page={"from": 1, "limit": 1}
    )
    assert keys(newest_first["items"]) == [cases[1]]
    assert newest_first["page"]["totalItems"] == 3
    assert newest_first["page"]["hasMoreTotalItems"] is False


@pytest.mark.parametrize(
    "sort",
    [
        [],
        [{"field": "startDate", "order": "DESC"}],
        [{"field": "endDate", "order": "ASC"}],
        [{"field": "state", "order": "DESC"}, {"field": "endDate", "order": "DESC"}],
    ],
)
def test_cursors_lead_through_all_cases_and_back(
    program: AsPerson, company: Company, cases: list[int], sort: list[dict[str, str]]
) -> None:
    caller = program("zhang.wei")
    program("zhang.wei").call("POST", f"/process-instances/{cases[2]}/cancellation")
    company.start()
    everything = keys(caller.found("process-instances", sort=sort))
    assert len(everything) == 4
    forward, page = [], {"limit": 1}
    while (answer := caller.search("process-instances", sort=sort, page=page))["items"]:
        forward += keys(answer["items"])
        page = {"limit": 1, "after": answer["page"]["endCursor"]}
    assert forward == everything
    last = caller.search("process-instances", sort=sort, page={"from": 3, "limit": 1})["page"]["startCursor"]
    before = caller.search("process-instances", sort=sort, page={"limit": 2, "before": last})
    assert keys(before["items"]) == everything[1:3]


def test_a_cursor_is_base64_as_the_public_client_reads_it(program: AsPerson, company: Company) -> None:
    # Written in the letters of base64 for addresses, one of the three would have a "_".
    name = "ｿaｿaｿ"
    diagram = PAYING.replace("测试".encode(), name.encode())
    with company.database.transaction() as session:
        deploy(session, [File(name="named.bpmn", content=diagram)], "zeng.rui")
    asked = {"filter": {"name": name}, "sort": [{"field": "name"}]}
    cursor = program("admin").search("process-definitions", **asked)["page"]["endCursor"]
    assert "/" in cursor
    assert program("admin").search("process-definitions", **asked, page={"after": cursor})["items"] == []


@pytest.mark.parametrize("cursor", ["AAAA", "bm90IGEgY3Vyc29y", "W10=", "WyJbXSIsWyJ4Il1d"])
def test_a_cursor_of_another_search_is_refused(program: AsPerson, cursor: str) -> None:
    assert program("zhang.wei").refused(400, "POST", "/process-instances/search", json={"page": {"after": cursor}})[
        "detail"
    ]
    sorted_by_name = program("zhang.wei").search("process-definitions", sort=[{"field": "name"}])
    foreign = {"page": {"after": sorted_by_name["page"]["endCursor"]}, "sort": [{"field": "version"}]}
    assert program("zhang.wei").refused(400, "POST", "/process-definitions/search", json=foreign)["detail"]


def test_a_moment_and_a_state_narrow_the_cases(program: AsPerson, cases: list[int]) -> None:
    caller = program("zhang.wei")
    assert keys(caller.found("process-instances", filter={"startDate": {"$gt": "2026-03-02T01:30:00Z"}})) == cases[1:]
    assert keys(caller.found("process-instances", filter={"startDate": "2026-03-02T09:00:00+08:00"})) == cases[:1]
    beyond = {"filter": {"startDate": {"$lt": "0001-01-01T00:00:00+08:00"}}}
    caller.refused(400, "POST", "/process-instances/search", json=beyond)
    caller.call("POST", f"/process-instances/{cases[0]}/cancellation")
    assert keys(caller.found("process-instances", filter={"state": "TERMINATED"})) == cases[:1]
    assert keys(caller.found("process-instances", filter={"endDate": {"$exists": True}})) == cases[:1]
    assert keys(caller.found("process-instances", filter={"hasIncident": True})) == []


@pytest.mark.parametrize(
    ("username", "seen"),
    [("zhang.wei", 3), ("zhao.lei", 3), ("xiao.han", 3), ("admin", 3), ("wu.tao", 1), ("chen.jie", 0)],
)
def test_a_case_is_seen_by_its_people_their_superiors_and_readers(
    program: AsPerson, cases: list[int], username: str, seen: int
) -> None:
    caller = program(username)
    found = keys(caller.found("process-instances"))
    assert len(found) == seen
    for case in cases:
        assert caller.call("GET", f"/process-instances/{case}").status_code == (200 if case in found else 404)


@pytest.mark.parametrize(
    ("username", "elements"),
    [
        ("zhao.lei", ["approve_filing", "approve_filing", "approve_filing"]),
        ("wu.tao", ["record_filing"]),
        ("admin", ["approve_filing", "approve_filing", "record_filing", "approve_filing"]),
        ("zhang.wei", []),
    ],
)
def test_a_task_is_seen_by_whoever_does_it(
    program: AsPerson, cases: list[int], username: str, elements: list[str]
) -> None:
    found = program(username).found("user-tasks", sort=[{"field": "creationDate"}])
    assert sorted(task["elementId"] for task in found) == sorted(elements)


def test_tasks_are_found_by_people_state_and_case(program: AsPerson, cases: list[int]) -> None:
    caller = program("admin")
    of_case = {"processInstanceKey": str(cases[1])}
    [done] = caller.found("user-tasks", filter={**of_case, "state": "COMPLETED"})
    assert (done["assignee"], done["elementId"]) == ("zhao.lei", "approve_filing")
    assert done["completionDate"] is not None
    [waiting] = caller.found("user-tasks", filter={**of_case, "assignee": {"$exists": False}})
    group = waiting["candidateGroups"][0]
    assert keys(caller.found("user-tasks", filter={"candidateGroup": group}), "userTaskKey") == [
        int(waiting["userTaskKey"])
    ]
    assert len(caller.found("user-tasks", filter={"candidateGroup": {"$exists": False}})) == 3
    assert len(caller.found("user-tasks", filter={"state": {"$like": "?REATED"}, "priority": 50})) == 2
    assert waiting == caller.get(f"/user-tasks/{waiting['userTaskKey']}")


def test_variables_are_found_in_the_cases_one_names(program: AsPerson, cases: list[int]) -> None:
    caller = program("zhang.wei")
    some = {"processInstanceKey": {"$in": [str(cases[0]), str(cases[2]), "999"]}, "name": "channel_name"}
    found = caller.found("variables", filter=some, sort=[{"field": "value", "order": "DESC"}])
    assert [item["value"] for item in found] == ['"渠道2"', '"渠道0"']
    assert caller.get(f"/variables/{found[0]['variableKey']}")["value"] == '"渠道2"'
    amount = caller.found("variables", filter={"processInstanceKey": str(cases[0]), "value": "120.50"})
    assert [item["name"] for item in amount] == ["expected_business_size"]
    caller.refused(400, "POST", "/variables/search", json={"filter": {"name": "channel_name"}})


def test_variables_of_a_case_one_may_not_see_do_not_exist(program: AsPerson, cases: list[int]) -> None:
    [variable] = program("zhang.wei").found(
        "variables", filter={"processInstanceKey": str(cases[0]), "name": "channel_name"}
    )
    stranger = program("chen.jie")
    assert stranger.found("variables", filter={"processInstanceKey": str(cases[0])}) == []
    stranger.refused(404, "GET", f"/variables/{variable['variableKey']}")


def test_a_long_value_is_cut_in_a_list_unless_asked_whole(program: AsPerson, company: Company) -> None:
    text = "长" * 8190 + '"引号"'
    case = company.start(basics="短")
    company.send_back(case)
    company.correct(case, resources_needed=text[:400])
    wanted = {"filter": {"processInstanceKey": str(case), "name": "attachments"}}
    caller = program("zhang.wei")
    [short] = caller.found("variables", **wanted)
    assert short["isTruncated"] is False
    whole = caller.call("POST", "/variables/search?truncateValues=false", json=wanted)
    assert whole.json == {**caller.search("variables", **wanted)}
    caller.refused(400, "POST", "/variables/search?truncateValues=maybe", json=wanted)
