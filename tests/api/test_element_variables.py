"""Variables of single elements: set by programs, found by their scope, and those that a task sees."""

import json
from typing import Any

import pytest
from camunda_orchestration_sdk.models import SetVariableRequest, SetVariableRequestVariables, VariableSearchResult

from engine.commands.deploy import File, deploy
from tests.api.conftest import AsPerson, Program
from tests.api.test_jobs import start
from tests.execution.test_setting_variables import ASKING
from tests.support.company import Company


@pytest.fixture
def case(company: Company) -> int:
    """Start a case with a variable of its own, and a task with one of its own."""
    with company.database.transaction() as session:
        deploy(session, [File(name="asking.bpmn", content=ASKING)], "zeng.rui")
    return start(company, price=7)


def values(found: list[Any]) -> dict[tuple[str, str], object]:
    return {(one["scopeKey"], one["name"]): json.loads(one["value"]) for one in found}


def put(caller: Program, key: str, **body: object) -> None:
    sent = SetVariableRequest(variables=SetVariableRequestVariables.from_dict(body), local=bool(body.pop("local", 0)))
    sent.variables.additional_properties.pop("local", None)
    answer = caller.call("PUT", f"/element-instances/{key}/variables", json=sent.to_dict())
    assert answer.status_code == 204, answer.text


def test_variables_are_set_at_an_element_and_found_by_their_scope(program: AsPerson, case: int) -> None:
    admin = program("admin")
    [task] = admin.found("user-tasks")
    key = task["elementInstanceKey"]
    put(admin, key, mine=8, price=9)
    put(admin, key, price=2, local=True)
    put(admin, str(case), note="改过")
    found = admin.found("variables", filter={"processInstanceKey": str(case)})
    assert values(found) == {
        (str(case), "initiator"): "zhang.wei",
        (str(case), "note"): "改过",
        (str(case), "price"): 9,
        (key, "mine"): 8,
        (key, "price"): 2,
    }
    [own] = admin.found("variables", filter={"processInstanceKey": str(case), "scopeKey": key, "name": "price"})
    assert admin.get(f"/variables/{own['variableKey']}")["value"] == "2"
    assert VariableSearchResult.from_dict(own).scope_key == key
    program("zhang.wei").refused(403, "PUT", f"/element-instances/{key}/variables", json={"variables": {"price": 1}})
    admin.refused(409, "PUT", f"/element-instances/{int(key) + 999}/variables", json={"variables": {"price": 1}})
    admin.refused(404, "PUT", "/element-instances/999/variables", json={"variables": {"price": 1}})


def test_a_task_sees_its_own_variables_before_those_of_the_case(program: AsPerson, case: int) -> None:
    admin, doer = program("admin"), program("zhang.wei")
    [task] = admin.found("user-tasks")
    put(admin, task["elementInstanceKey"], price=2, local=True)
    path = f"user-tasks/{task['userTaskKey']}"
    seen = [(one["name"], one["value"]) for one in doer.found(f"{path}/variables")]
    assert seen == [("mine", "7"), ("price", "2"), ("initiator", '"zhang.wei"'), ("price", "7")]
    effective = doer.found(f"{path}/effective-variables", sort=[{"field": "name", "order": "DESC"}])
    assert [(one["name"], one["value"]) for one in effective] == [
        ("price", "2"),
        ("mine", "7"),
        ("initiator", '"zhang.wei"'),
    ]
    assert doer.found(f"{path}/variables", filter={"name": {"$in": ["mine"]}}, page={"limit": 1})[0]["name"] == "mine"
    program("chen.jie").refused(404, "POST", f"/{path}/variables/search", json={})
    assert doer.call("POST", f"/{path}/completion", json={}).status_code == 204
    assert {one["name"] for one in doer.found(f"{path}/variables")} == {"initiator", "price"}
