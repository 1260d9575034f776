"""Decisions: their versions, trying one, and what those of cases saw."""

import pytest

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from tests.api.conftest import AsPerson
from tests.execution.test_events import TABLE
from tests.model.test_earlier_cases import DECIDING
from tests.support.company import Company


@pytest.fixture
def deciding(company: Company) -> Company:
    """Publish a process with a table."""
    with company.database.transaction() as session:
        files = [File(name="deciding.bpmn", content=DECIDING), File(name="rate.dmn", content=TABLE)]
        deploy(session, files, "zeng.rui")
    return company


def test_a_decision_and_its_file_are_found_and_read(program: AsPerson, deciding: Company) -> None:
    caller = program("chen.jie")
    [decision] = caller.found("decision-definitions", filter={"decisionDefinitionId": "rate", "isLatestVersion": True})
    [file] = caller.found("decision-requirements", filter={"resourceName": "rate.dmn"})
    assert (decision["name"], decision["version"]) == ("返款比例", 1)
    assert decision["decisionRequirementsKey"] == file["decisionRequirementsKey"]
    key = decision["decisionDefinitionKey"]
    assert caller.get(f"/decision-definitions/{key}") == decision
    assert caller.get(f"/decision-requirements/{key}") == file
    for path in (f"/decision-definitions/{key}/xml", f"/decision-requirements/{key}/xml"):
        answer = caller.call("GET", path)
        assert (answer.data, answer.mimetype) == (TABLE, "text/xml")
    for path in ("decision-definitions", "decision-requirements"):
        caller.refused(404, "GET", f"/{path}/999")
        caller.refused(404, "GET", f"/{path}/999/xml")


def test_a_business_rule_task_leaves_what_it_saw_and_which_rule_matched(program: AsPerson, deciding: Company) -> None:
    with deciding.database.transaction() as session:
        case = start_instance(session, "process", {"amount": 250}, "zhang.wei")
    caller = program("zhang.wei")
    [found] = caller.found("decision-instances", filter={"processInstanceKey": str(case)})
    assert (found["state"], found["result"], found["decisionDefinitionType"]) == ("EVALUATED", "0.5", "DECISION_TABLE")
    [passage] = caller.found("element-instances", filter={"processInstanceKey": str(case), "elementId": "rule"})
    assert found["elementInstanceKey"] == passage["elementInstanceKey"]
    whole = caller.get(f"/decision-instances/{found['decisionEvaluationInstanceKey']}")
    assert whole.pop("evaluatedInputs") == [{"inputId": "金额", "inputName": "金额", "inputValue": "250"}]
    [rule] = whole.pop("matchedRules")
    assert (rule["ruleId"], rule["ruleIndex"]) == ("r2", 2)
    assert [output["outputValue"] for output in rule["evaluatedOutputs"]] == ["0.5"]
    assert whole == found
    stranger = program("chen.jie")
    assert stranger.found("decision-instances") == []
    stranger.refused(404, "GET", f"/decision-instances/{found['decisionEvaluationInstanceKey']}")
    caller.refused(404, "GET", "/decision-instances/999-1")
    caller.refused(404, "GET", "/decision-instances/1")


def test_a_decision_can_be_tried_without_a_case_and_is_kept(program: AsPerson, deciding: Company) -> None:
    owner = program("zeng.rui")
    sent = {"decisionDefinitionId": "rate", "variables": {"amount": 12.5}}
    answer = owner.call("POST", "/decision-definitions/evaluation", json=sent)
    assert answer.status_code == 200, answer.text
    decided = answer.json
    assert decided is not None
    assert (decided["output"], decided["failureMessage"]) == ("0.1", None)
    [one] = decided["evaluatedDecisions"]
    assert one["matchedRules"][0]["ruleId"] == "r1"
    kept = owner.get(f"/decision-instances/{one['decisionEvaluationInstanceKey']}")
    assert (kept["processInstanceKey"], kept["result"]) == (None, "0.1")
    by_key = {"decisionDefinitionKey": decided["decisionDefinitionKey"], "variables": {"amount": 100}}
    again = owner.call("POST", "/decision-definitions/evaluation", json=by_key).json
    assert again is not None
    assert again["output"] == "0.5"
    assert again["decisionEvaluationKey"] != decided["decisionEvaluationKey"]
    assert program("zhang.wei").found("decision-instances") == []
    assert len(program("xiao.han").found("decision-instances")) == 2
    program("zhang.wei").refused(403, "POST", "/decision-definitions/evaluation", json=sent)
    owner.refused(404, "POST", "/decision-definitions/evaluation", json={"decisionDefinitionId": "none"})
    owner.refused(404, "POST", "/decision-definitions/evaluation", json={"decisionDefinitionKey": "999"})


@pytest.mark.parametrize(
    ("expression", "variables", "result"),
    [
        ("=amount * 2", {"amount": 0.1}, 0.2),
        ('{a: date("2026-03-02"), b: [1, null]}', {}, {"a": "2026-03-02", "b": [1, None]}),
        ("names[item = 1]", {"names": [1, 2]}, [1]),
        ("missing.field", None, None),
    ],
)
def test_an_expression_can_be_tried(
    program: AsPerson, expression: str, variables: dict[str, object] | None, result: object
) -> None:
    sent = {"expression": expression, **({} if variables is None else {"variables": variables})}
    answer = program("zeng.rui").call("POST", "/expression/evaluation", json=sent)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["result"] == result
    assert bool(answer.json["warnings"]) == (result is None)


@pytest.mark.parametrize("expression", ["1 +", "for i in 1..1000000000 return i", "(" * 500, ""])
def test_a_wrong_or_endless_expression_is_refused(program: AsPerson, expression: str) -> None:
    assert program("admin").refused(400, "POST", "/expression/evaluation", json={"expression": expression})["detail"]
    assert program("zhang.wei").refused(403, "POST", "/expression/evaluation", json={"expression": "1"})["detail"]
