"""Operations on tasks that are ours, called by programs."""

from typing import Any

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from tests.api.conftest import AsPerson
from tests.execution.operating import ONE
from tests.support.company import Company


def begin(company: Company) -> str:
    """Start a case and give the key of its one task, which is 李娜's."""
    with company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=ONE)], "zeng.rui")
        case = start_instance(session, "process", {}, "zhang.wei")
    return str(company.task(case).id)


def test_a_task_is_passed_on_and_delegated_by_programs(company: Company, program: AsPerson) -> None:
    task = begin(company)
    owner, other = program("li.na"), program("wang.fang")
    passing = {"assignee": "wang.fang", "reason": "请看"}
    other.refused(404, "POST", f"/user-tasks/{task}/reassignment", json=passing)
    owner.refused(400, "POST", f"/user-tasks/{task}/reassignment", json={"assignee": "wang.fang"})

    assert owner.call("POST", f"/user-tasks/{task}/delegation", json=passing).status_code == 204
    other.refused(409, "POST", f"/user-tasks/{task}/completion", json={})
    assert owner.call("DELETE", f"/user-tasks/{task}/delegation").status_code == 204
    assert owner.call("POST", f"/user-tasks/{task}/delegation", json=passing).status_code == 204
    assert other.call("POST", f"/user-tasks/{task}/resolution", json={"opinion": "可以"}).status_code == 204
    assert owner.get(f"/user-tasks/{task}")["assignee"] == "li.na"
    assert owner.call("POST", f"/user-tasks/{task}/reassignment", json=passing).status_code == 204
    assert other.call("POST", f"/user-tasks/{task}/completion", json={}).status_code == 204


def test_programs_ask_for_signatures_sign_remind_copy_and_comment(company: Company, program: AsPerson) -> None:
    task = begin(company)
    owner, other, starter = program("li.na"), program("wang.fang"), program("zhang.wei")
    wanted = {"people": ["wang.fang", "chen.jie"], "position": "parallel", "reason": "请把关"}
    owner.refused(400, "POST", f"/user-tasks/{task}/signers", json={**wanted, "position": "later"})
    assert owner.call("POST", f"/user-tasks/{task}/signers", json=wanted).status_code == 204
    (mine,) = other.found("user-tasks", filter={"assignee": "wang.fang"})
    assert other.call("POST", f"/user-tasks/{mine['userTaskKey']}/signature", json={"agreed": True}).status_code == 204
    (theirs,) = program("chen.jie").found("user-tasks", filter={"assignee": "chen.jie"})
    removal = f"/user-tasks/{theirs['userTaskKey']}/signer-removal"
    program("peng.fei").refused(404, "POST", removal, json={"reason": "出差"})
    assert owner.call("POST", removal, json={"reason": "出差"}).status_code == 204

    reminded = starter.call("POST", f"/user-tasks/{task}/reminder", json={})
    assert reminded.json == {"people": ["li.na"]}
    starter.refused(409, "POST", f"/user-tasks/{task}/reminder", json={})
    program("peng.fei").refused(404, "POST", f"/user-tasks/{task}/reminder", json={})
    assert starter.call("POST", f"/user-tasks/{task}/copies", json={"people": ["peng.fei"]}).status_code == 204
    case = owner.get(f"/user-tasks/{task}")["processInstanceKey"]
    commented = program("peng.fei").call("POST", f"/process-instances/{case}/comments", json={"text": "@何强 请看"})
    assert commented.json == {"people": ["he.qiang"]}
    assert owner.call("POST", f"/user-tasks/{task}/completion", json={}).status_code == 204


def test_programs_make_list_and_end_substitutions(company: Company, program: AsPerson) -> None:
    task = begin(company)
    owner, other = program("li.na"), program("wang.fang")
    wanted = {
        "substitute": "wang.fang",
        "startsAt": "2026-03-01T00:00:00Z",
        "endsAt": "2026-03-09T00:00:00Z",
        "reason": "出差",
    }
    owner.refused(400, "POST", "/substitutions", json={**wanted, "substitute": "nobody"})
    answer: Any = owner.call("POST", "/substitutions", json=wanted).json
    made = answer["substitutionKey"]
    assert [one["state"] for one in other.get("/substitutions")["items"]] == ["present"]
    assert [one["userTaskKey"] for one in other.found("user-tasks")] == [task]
    other.refused(403, "DELETE", f"/substitutions/{made}")
    assert owner.call("DELETE", f"/substitutions/{made}").status_code == 204
    assert other.found("user-tasks") == []
