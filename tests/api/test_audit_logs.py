"""The audit log: who did what in which case, for those who may see every case."""

from engine.audit.kinds import KIND_NAMES
from engine.queries.search_audit_log import OPERATIONS
from tests.api.conftest import AsPerson
from tests.support.company import Company


def test_every_step_of_a_case_is_an_entry_with_its_actor(program: AsPerson, company: Company) -> None:
    case = company.start()
    company.clock.advance(hours=1)
    company.approve(case)
    auditor = program("xiao.han")
    found = auditor.found("audit-logs", filter={"processInstanceKey": str(case)})
    assert [(one["actorId"], one["entityType"], one["operationType"]) for one in found] == [
        ("zhang.wei", "PROCESS_INSTANCE", "CREATE"),
        ("zhao.lei", "USER_TASK", "COMPLETE"),
    ]
    started, approved = found
    assert (started["entityKey"], started["userTaskKey"]) == (str(case), None)
    task = auditor.found("user-tasks", filter={"elementId": "approve_filing"})[0]
    assert (approved["entityKey"], approved["category"]) == (task["userTaskKey"], "USER_TASKS")
    assert approved["elementInstanceKey"] == task["elementInstanceKey"]
    assert auditor.get(f"/audit-logs/{approved['auditLogKey']}") == approved
    for wanted in (
        {"actorId": "zhao.lei"},
        {"operationType": {"$in": ["COMPLETE", "ASSIGN"]}},
        {"timestamp": {"$gt": started["timestamp"]}},
        {"auditLogKey": approved["auditLogKey"]},
    ):
        assert auditor.found("audit-logs", filter=wanted) == [approved], wanted


def test_what_the_program_did_by_itself_says_so(program: AsPerson, company: Company) -> None:
    case = company.start()
    company.approve(case)
    company.record(case)
    found = program("admin").found("audit-logs", filter={"actorType": "UNKNOWN"})
    assert {(one["actorId"], one["entityType"], one["operationType"]) for one in found} == {
        ("system", "JOB", "COMPLETE")
    }


def test_the_log_is_for_auditors_and_administrators(program: AsPerson, company: Company) -> None:
    company.start()
    for username in ("zhang.wei", "zeng.rui"):
        assert program(username).refused(403, "POST", "/audit-logs/search", json={})["detail"]
        assert program(username).refused(403, "GET", "/audit-logs/1")["detail"]
    assert program("xiao.han").refused(404, "GET", "/audit-logs/1")["detail"]


def test_every_kind_of_event_that_people_have_a_word_for_is_an_operation() -> None:
    assert set(KIND_NAMES) - set(OPERATIONS) == set()
