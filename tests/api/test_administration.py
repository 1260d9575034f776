"""Programs of administrators run elements again, correct, skip, and hand over; people keep drafts by programs."""

import pytest

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.worker.housekeeping import Housekeeping
from tests.api.conftest import AsPerson
from tests.api.test_going_back import reasons
from tests.execution.operating import task
from tests.interpreter.build import END, START, diagram
from tests.support.company import Company

FLOWS: dict[str, str | tuple[str, str]] = {
    "start->check": "f1", "check->large": "f2", "large->approve": ("yes", "=amount &gt; 100"),
    "large->end": ("no", "=amount &lt;= 100"), "approve->end": "f3",
}  # fmt: skip
GATED = diagram(
    START + task("check") + '<bpmn:exclusiveGateway id="large" name="金额大？"/>' + task("approve", "zhao.lei") + END,
    FLOWS,
)


@pytest.fixture
def case(company: Company) -> str:
    """Start a case that waits for 李娜."""
    with company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=GATED)], "zeng.rui")
        return str(start_instance(session, "process", {"amount": 300}, "zhang.wei"))


def finish(program: AsPerson, person: str, **values: object) -> None:
    [found] = program(person).found("user-tasks", filter={"state": "CREATED"})
    body = {"variables": values}
    assert program(person).call("POST", f"/user-tasks/{found['userTaskKey']}/completion", json=body).status_code == 204


def test_a_program_runs_an_element_again(case: str, program: AsPerson) -> None:
    finish(program, "li.na")
    wanted = {"processInstanceKey": case, "elementId": "check"}
    [passage] = program("admin").found("element-instances", filter=wanted)
    body = {"elementInstanceKey": passage["elementInstanceKey"], "reason": "资料换了"}
    program("li.na").refused(403, "POST", f"/process-instances/{case}/redo", json=body)
    program("admin").refused(400, "POST", f"/process-instances/{case}/redo", json={**body, "reason": ""})
    assert program("admin").call("POST", f"/process-instances/{case}/redo", json=body).status_code == 204
    finish(program, "li.na")
    finish(program, "zhao.lei")
    assert program("admin").get(f"/process-instances/{case}")["state"] == "COMPLETED"


def test_a_program_corrects_or_skips_what_got_stuck(case: str, company: Company, program: AsPerson) -> None:
    admin = program("admin")
    with company.database.transaction() as session:
        start_instance(session, "process", {"amount": 3}, "zhang.wei")
    for row in admin.found("user-tasks", filter={"assignee": "li.na"}):
        body = {"variables": {"amount": None}}
        key = row["userTaskKey"]
        assert program("li.na").call("POST", f"/user-tasks/{key}/completion", json=body).status_code == 204
    first, second = (one["incidentKey"] for one in admin.found("incidents", filter={"state": "ACTIVE"}))
    correction = {"variables": {"amount": 500}, "reason": "漏填金额"}
    program("li.na").refused(403, "POST", f"/incidents/{first}/correction", json=correction)
    assert admin.call("POST", f"/incidents/{first}/correction", json=correction).status_code == 204
    admin.refused(409, "POST", f"/incidents/{first}/correction", json=correction)
    again = {"reason": "再看一次"}
    assert admin.call("POST", f"/incidents/{second}/resolution", json=again).status_code == 204
    assert reasons(company, int(row["processInstanceKey"]), "incident.resolved") == ["再看一次"]
    [second] = [one["incidentKey"] for one in admin.found("incidents", filter={"state": "ACTIVE"})]
    skip = {"reason": "按小额办", "sequenceFlowIds": ["no"]}
    assert admin.call("POST", f"/incidents/{second}/skip", json=skip).status_code == 204
    assert admin.found("incidents", filter={"state": "ACTIVE"}) == []
    [open_task] = admin.found("user-tasks", filter={"state": "CREATED"})
    assert open_task["assignee"] == "zhao.lei"


def test_a_program_hands_over_and_reads_how_far_it_is(case: str, company: Company, program: AsPerson) -> None:
    admin, wanted = program("admin"), {"leaver": "li.na", "successor": "zhou.min", "reason": "离职"}
    program("li.na").refused(403, "POST", "/handovers", json=wanted)
    admin.refused(400, "POST", "/handovers", json={**wanted, "successor": "li.na"})
    made = admin.call("POST", "/handovers", json=wanted)
    assert made.status_code == 200
    assert made.json is not None
    key = made.json["handoverKey"]
    admin.refused(409, "POST", f"/handovers/{key}/retry")
    Housekeeping(company.database, None).keep()
    told = admin.get(f"/handovers/{key}")
    assert (told["handover"]["total"], told["handover"]["done"], told["handover"]["passedOver"]) == (1, 1, [])
    assert told["handover"]["completionDate"] is not None
    assert "li.na" in {rule["text"] for rule in told["namingRules"]}
    assert [one["handoverKey"] for one in admin.get("/handovers")["items"]] == [key]
    assert [one["processInstanceKey"] for one in program("zhou.min").found("user-tasks")] == [case]
    assert admin.call("POST", f"/handovers/{key}/retry").status_code == 204
    admin.refused(404, "POST", "/handovers/999/retry")


def test_reasons_of_programs_are_kept(case: str, program: AsPerson) -> None:
    admin = program("admin")
    [row] = admin.found("user-tasks", filter={"assignee": "li.na"})
    body = {"assignee": "wang.fang", "reason": "李娜休假"}
    assert admin.call("POST", f"/user-tasks/{row['userTaskKey']}/assignment", json=body).status_code == 204
    for act, reason in (("suspension", "等材料"), ("resumption", "材料齐了"), ("cancellation", "不做了")):
        assert admin.call("POST", f"/process-instances/{case}/{act}", json={"reason": reason}).status_code == 204
    page = program("admin").found("audit-logs", filter={"processInstanceKey": case})
    assert len(page) == 5
    assert admin.get(f"/process-instances/{case}")["state"] == "TERMINATED"


def test_a_draft_is_kept_by_a_program_for_its_own_task(case: str, company: Company, program: AsPerson) -> None:
    [row] = program("li.na").found("user-tasks", filter={"state": "CREATED"})
    path, body = f"/user-tasks/{row['userTaskKey']}/draft", {"variables": {"amount": 12}}
    program("wang.fang").refused(404, "PUT", path, json=body)
    program("admin").refused(409, "PUT", path, json=body)
    assert program("li.na").call("PUT", path, json=body).status_code == 204
    assert company.task(int(case)).draft == {"amount": 12}
