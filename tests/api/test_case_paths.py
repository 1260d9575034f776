"""The ways a case has taken, the cases that called it, and the messages that are waited for."""

import pytest

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from tests.api.conftest import AsPerson
from tests.execution.test_events import AGREEMENT, CALLER, WAITING
from tests.support.company import Company


def publish(company: Company, **diagrams: bytes) -> None:
    with company.database.transaction() as session:
        files = [
            File(name=f"{name}.bpmn", content=content.replace(b'id="process"', f'id="{name}"'.encode()))
            for name, content in diagrams.items()
        ]
        deploy(session, files, "zeng.rui")


def start(company: Company, process: str, **variables: object) -> int:
    with company.database.transaction() as session:
        return start_instance(session, process, variables, "zhang.wei")


def test_the_flows_a_case_took_are_told_once_each_in_their_order(program: AsPerson, company: Company) -> None:
    case = company.start()
    company.send_back(case)
    company.correct(case)
    caller = program("zhang.wei")
    flows = caller.get(f"/process-instances/{case}/sequence-flows")["items"]
    elements = [flow["elementId"] for flow in flows]
    assert len(elements) == len(set(elements)) >= 4
    assert flows[0]["sequenceFlowId"] == f"{case}_{elements[0]}"
    assert flows[0]["processDefinitionId"] == "new_channel_filing"
    program("chen.jie").refused(404, "GET", f"/process-instances/{case}/sequence-flows")


def test_the_callers_of_a_case_are_told_from_the_first(program: AsPerson, company: Company) -> None:
    publish(company, agreement=AGREEMENT, caller=CALLER)
    first = start(company, "caller", partner="星河")
    company.work()
    [called] = program("admin").found("process-instances", filter={"processDefinitionId": "agreement"})
    path = called["processInstanceKey"]
    hierarchy = program("admin").get(f"/process-instances/{path}/call-hierarchy")
    assert [one["processInstanceKey"] for one in hierarchy] == [str(first), path]
    assert program("admin").get(f"/process-instances/{first}/call-hierarchy") == hierarchy[:1]
    program("chen.jie").refused(404, "GET", f"/process-instances/{first}/call-hierarchy")


@pytest.mark.parametrize(("username", "seen"), [("zhang.wei", 1), ("admin", 1), ("chen.jie", 0)])
def test_what_waits_for_a_message_is_found_by_who_may_see_the_case(
    program: AsPerson, company: Company, username: str, seen: int
) -> None:
    publish(company, waiting=WAITING)
    case = start(company, "waiting", order="7")
    found = program(username).found("message-subscriptions", filter={"messageName": "paid"})
    assert [(one["correlationKey"], one["processInstanceKey"]) for one in found] == [("7", str(case))] * seen
    assert all(one["messageSubscriptionState"] == "CREATED" for one in found)
