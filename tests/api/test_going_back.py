"""Returning, rejecting and taking back, called by programs."""

import json

from sqlalchemy import select

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.model import HistoryEvent
from tests.api.conftest import AsPerson
from tests.execution.test_returning import BRANCHES, FORM
from tests.support.company import Company


def reasons(company: Company, case: int, kind: str) -> list[str | None]:
    """Give the reasons that history keeps of what was done to a case."""
    wanted = select(HistoryEvent).where(HistoryEvent.instance_id == case, HistoryEvent.kind == kind)
    with company.database.reading() as session:
        rows = session.scalars(wanted.order_by(HistoryEvent.sequence)).all()
        return [json.loads(row.body).get("reason") for row in rows]


def test_programs_return_take_back_and_reject(company: Company, program: AsPerson) -> None:
    with company.database.transaction() as session:
        files = [File(name="process.bpmn", content=BRANCHES), File(name="request.form", content=FORM)]
        deploy(session, files, "zeng.rui")
        case = start_instance(session, "process", {"amount": 5}, "zhang.wei")
    mine, other = program("zhang.wei"), program("li.na")

    def task(element: str) -> str:
        wanted = {"elementId": element, "state": "CREATED"}
        found = mine.call("POST", "/user-tasks/search", json={"filter": wanted}).json
        assert found is not None
        return str(found["items"][-1]["userTaskKey"])

    def complete(element: str) -> str:
        key = task(element)
        assert mine.call("POST", f"/user-tasks/{key}/completion", json={}).status_code == 204
        return key

    for element in ("apply", "a"):
        complete(element)
    last = complete("b")
    assert mine.call("DELETE", f"/user-tasks/{last}/completion").status_code == 204
    mine.refused(409, "DELETE", f"/user-tasks/{last}/completion")
    again = complete("b")
    why = {"reason": "金额写错了"}
    other.refused(404, "POST", f"/user-tasks/{again}/take-back", json=why)
    assert mine.call("POST", f"/user-tasks/{again}/take-back", json=why).status_code == 204
    mine.refused(409, "POST", f"/user-tasks/{again}/take-back", json=why)
    assert reasons(company, case, "task.taken_back") == [None, "金额写错了"]
    complete("b")

    decide = task("decide")
    other.refused(404, "GET", f"/user-tasks/{decide}/return-targets")
    items = mine.get(f"/user-tasks/{decide}/return-targets")["items"]
    assert {one["name"] for one in items} == {"法务审核", "财务审核", "填写方案", "提出申请"}
    legal = next(one for one in items if one["name"] == "法务审核")
    assert legal["people"] == ["张伟"]
    assert legal["mayComeStraightBack"] is True
    mine.refused(400, "POST", f"/user-tasks/{decide}/return", json={"target": legal["target"]})
    back = {"target": legal["target"], "reason": "请补充", "straightBack": True}
    assert mine.call("POST", f"/user-tasks/{decide}/return", json=back).status_code == 204
    complete("a")
    rejection = {"reason": "不符合政策"}
    mine.refused(409, "POST", f"/user-tasks/{decide}/rejection", json=rejection)
    assert mine.call("POST", f"/user-tasks/{task('decide')}/rejection", json=rejection).status_code == 204
    assert mine.get(f"/process-instances/{case}")["state"] == "TERMINATED"
