"""Operations on tasks that are ours, called by programs."""

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
