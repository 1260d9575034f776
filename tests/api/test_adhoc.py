"""Ad-hoc sub-processes over the REST interface."""

import pytest

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.queries.passages import passage_number
from engine.queries.timeline import load_events
from tests.api.conftest import AsPerson
from tests.interpreter.build import drawn
from tests.support.company import Company


@pytest.fixture
def case(company: Company) -> int:
    """Start a case that waits for somebody's choice."""
    with company.database.transaction() as session:
        deploy(session, [File(name="gather.bpmn", content=drawn("adhoc_choice"))], "zeng.rui")
        return start_instance(session, "process", {"ready": False}, "zhang.wei")


def path(company: Company, case: int) -> str:
    """Give the address of the activation of the case's ad-hoc sub-process."""
    with company.database.reading() as session:
        waiting = load_events(session, case)[0].body["waiting"]
    token = next(int(token) for token, element in waiting if element == "gather")
    return f"/element-instances/ad-hoc-activities/{passage_number(case, token)}/activation"


def test_a_program_begins_elements_and_takes_others_away(program: AsPerson, company: Company, case: int) -> None:
    caller = program("zhang.wei")
    address = path(company, case)
    sent = {"elements": [{"elementId": "ask", "variables": {"supplier": "星河"}}, {"elementId": "check"}]}
    assert caller.call("POST", address, json=sent).status_code == 204
    again = {"elements": [{"elementId": "ask"}], "cancelRemainingInstances": True}
    assert caller.call("POST", address, json=again).status_code == 204
    assert company.task(case).element_id == "ask"


def test_what_cannot_be_begun_is_refused(program: AsPerson, company: Company, case: int) -> None:
    address, caller = path(company, case), program("zhang.wei")
    assert caller.refused(400, "POST", address, json={"elements": []})["detail"]
    assert caller.refused(400, "POST", address, json={"elements": [{"elementId": "note"}]})["detail"]
    assert caller.refused(400, "POST", address, json={"elements": [{"elementId": "ask", "surprise": 1}]})["detail"]
    assert program("li.na").refused(403, "POST", address, json={"elements": [{"elementId": "ask"}]})["detail"]
    nowhere = f"/element-instances/ad-hoc-activities/{passage_number(case + 100, 1)}/activation"
    assert caller.refused(404, "POST", nowhere, json={"elements": [{"elementId": "ask"}]})["detail"]
    gone = f"/element-instances/ad-hoc-activities/{passage_number(case, 99_999)}/activation"
    assert caller.refused(409, "POST", gone, json={"elements": [{"elementId": "ask"}]})["detail"]
