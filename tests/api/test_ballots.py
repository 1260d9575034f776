"""How a task stands that several people do, as programs read it while it goes on."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.complete_task import complete_task
from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.model import AccessEvent
from tests.api.conftest import AsPerson
from tests.execution.operating import ONE
from tests.execution.test_signing import many, nested
from tests.support.company import Company


def begin(company: Company, content: bytes, *people: str) -> int:
    with company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=content)], "zeng.rui")
        return start_instance(session, "process", {"people": list(people)}, "zhang.wei")


def vote(company: Company, program: AsPerson, case: int, person: str, decision: str, **more: object) -> None:
    wanted = {"assignee": person, "state": "CREATED", "processInstanceKey": str(case)}
    [task] = program("admin").found("user-tasks", filter=wanted)
    with company.database.transaction() as session:
        complete_task(session, int(task["userTaskKey"]), {"decision": decision, **more}, person)


def parts(ballot: dict[str, Any]) -> list[tuple[str | None, str, dict[str, Any]]]:
    return [(one["assignee"], one["state"], one["variables"]) for one in ballot["votes"]]


@pytest.mark.parametrize("sequential", [False, True])
def test_votes_so_far_are_read_with_a_task_and_with_its_case(
    company: Company, program: AsPerson, *, sequential: bool
) -> None:
    case = begin(company, many(sequential=sequential), "li.na", "wang.fang", "chen.jie")
    vote(company, program, case, "li.na", "approve")
    mine = program("wang.fang")
    [task] = mine.found("user-tasks")
    numbers = {"elementId": "check", "elementName": "核对check", "isSequential": sequential, "done": 1}
    numbers["open"] = 1 if sequential else 2
    assert {**numbers, "startDate": task["ballot"]["startDate"], "votes": None} == task["ballot"]
    one = mine.get(f"/user-tasks/{task['userTaskKey']}")["ballot"]
    last: tuple[str, str, dict[str, Any]] = ("chen.jie", "LATER" if sequential else "OPEN", {})
    assert parts(one) == [("li.na", "DONE", {"decision": "approve", "signatures": []}), ("wang.fang", "OPEN", {}), last]
    assert [vote["userTaskKey"] is None for vote in one["votes"]] == [False, False, sequential]
    assert one["votes"][0]["completionDate"] is not None

    starter = program("zhang.wei")
    assert starter.get(f"/process-instances/{case}")["ballots"] == [one]
    [listed] = starter.found("process-instances")
    assert listed["ballots"] == [task["ballot"]]
    vote(company, program, case, "wang.fang", "reject")
    vote(company, program, case, "chen.jie", "approve")
    assert starter.get(f"/process-instances/{case}")["ballots"] == []
    assert mine.get(f"/user-tasks/{task['userTaskKey']}")["ballot"] is None


def test_a_task_of_one_person_has_no_ballot_and_costs_no_statement_more(company: Company, program: AsPerson) -> None:
    case = begin(company, ONE)
    company.statements.clear()
    [task] = program("li.na").found("user-tasks")
    assert task["ballot"] is None
    assert not [statement for statement in company.statements if "element_instances" in statement]
    assert program("zhang.wei").get(f"/process-instances/{case}")["ballots"] == []


def test_who_may_not_see_personal_data_reads_masks_and_a_look_is_noted(company: Company, program: AsPerson) -> None:
    form = {
        "type": "default",
        "id": "visit",
        "components": [
            {"type": "textfield", "key": "guest", "label": "顾客姓名", "properties": {"personal": "true"}},
            {"type": "textfield", "key": "decision", "label": "意见"},
        ],
    }
    bound = many().replace(
        b"<zeebe:userTask/>", b'<zeebe:userTask/><zeebe:formDefinition formId="visit" bindingType="deployment"/>'
    )
    with company.database.transaction() as session:
        files = [File(name="process.bpmn", content=bound), File(name="visit.form", content=json.dumps(form).encode())]
        deploy(session, files, "zeng.rui")
        case = start_instance(session, "process", {"people": ["li.na", "wang.fang"]}, "zhang.wei")
    vote(company, program, case, "li.na", "approve", guest="欧阳小敏")
    seen = {
        username: parts(program(username).get(f"/process-instances/{case}")["ballots"][0])[0][2]
        for username in ("zhang.wei", "admin")
    }
    assert seen == {
        "zhang.wei": {"guest": "欧阳小敏", "decision": "approve", "signatures": []},
        "admin": {"guest": "欧**", "decision": "approve", "signatures": []},
    }
    with company.database.reading() as session:
        rows = session.scalars(select(AccessEvent).where(AccessEvent.personal)).all()
        assert [(row.username, row.kind, row.instance_id) for row in rows] == [("zhang.wei", "variables", case)]


def test_a_task_inside_something_repeated_has_the_ballot_of_its_own_team(company: Company, program: AsPerson) -> None:
    with company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=nested())], "zeng.rui")
        teams = [["li.na", "wang.fang"], ["chen.jie", "zhou.min", "sun.yan"]]
        case = start_instance(session, "process", {"teams": teams}, "zhang.wei")
    vote(company, program, case, "zhou.min", "approve")
    for person, open_now, done in (("li.na", 2, 0), ("chen.jie", 2, 1)):
        [task] = program(person).found("user-tasks")
        assert (task["ballot"]["open"], task["ballot"]["done"]) == (open_now, done)
        one = program(person).get(f"/user-tasks/{task['userTaskKey']}")["ballot"]
        assert person in [vote["assignee"] for vote in one["votes"]]
        assert len(one["votes"]) == open_now + done
