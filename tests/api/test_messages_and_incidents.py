"""Programs tell messages and signals, and find and resolve what got stuck."""

from engine.commands.deploy import File, deploy
from tests.api.conftest import AsPerson
from tests.api.test_jobs import paying as paying  # noqa: PLC0414 - a fixture
from tests.api.test_jobs import start, take
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import event, written
from tests.support.company import Company

FLOWS: dict[str, str | tuple[str, str]] = {"start->wait": "f1", "wait->end": "f2"}


def waits(company: Company, kind: str, reference: str) -> int:
    """Publish a process that waits, and start a case of order 7."""
    catch = f'<bpmn:intermediateCatchEvent id="wait" name="等">{event(kind, reference)}</bpmn:intermediateCatchEvent>'
    with company.database.transaction() as session:
        deploy(session, [File(name="waiting.bpmn", content=written(START + catch + END, FLOWS))], "zeng.rui")
    return start(company, order="7")


def test_a_message_reaches_who_waits_and_tells_whom(program: AsPerson, company: Company) -> None:
    sender, case = program("admin"), waits(company, "message", 'messageRef="m_paid"')
    message = {"name": "paid", "correlationKey": "8", "variables": {"amount": 12.5}}
    assert "paid" in sender.refused(404, "POST", "/messages/correlation", json=message)["detail"]
    answer = sender.call("POST", "/messages/correlation", json={**message, "correlationKey": "7"})
    assert answer.status_code == 200, answer.text
    assert (answer.json or {})["processInstanceKey"] == str(case)
    company.work()
    assert company.instance(case).state == "COMPLETED"
    assert str(company.variables(case)["amount"]) == "12.5"


def test_the_same_message_again_gives_its_key(program: AsPerson) -> None:
    sender = program("admin")
    message = {"name": "paid", "correlationKey": "7", "timeToLive": 60_000, "messageId": "A"}
    answers = [sender.call("POST", "/messages/publication", json=message) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json


def test_a_signal_reaches_who_waits(program: AsPerson, company: Company) -> None:
    case = waits(company, "signal", 'signalRef="s_stop"')
    told = program("admin").call("POST", "/signals/broadcast", json={"signalName": "stop"})
    assert told.status_code == 200, told.text
    company.work()
    assert company.instance(case).state == "COMPLETED"


def test_only_accounts_of_programs_tell_messages_and_signals(program: AsPerson) -> None:
    for username in ("zhang.wei", "zeng.rui", "xiao.han"):
        assert program(username).refused(403, "POST", "/messages/publication", json={"name": "paid"})["detail"]
        assert program(username).refused(403, "POST", "/messages/correlation", json={"name": "paid"})["detail"]
        assert program(username).refused(403, "POST", "/signals/broadcast", json={"signalName": "stop"})["detail"]


def test_an_incident_is_found_in_the_words_of_its_cause_and_tried_again(program: AsPerson, paying: Company) -> None:
    worker, starter, case = program("admin"), program("zhang.wei"), start(paying)
    [job] = take(worker)
    worker.call("POST", f"/jobs/{job['jobKey']}/failure", json={"errorMessage": "银行没有应答 {x}"})
    wanted = {"processInstanceKey": str(case), "state": "ACTIVE", "errorType": "JOB_NO_RETRIES"}
    [found] = starter.found("incidents", filter=wanted, sort=[{"field": "creationTime", "order": "DESC"}])
    assert (found["errorMessage"], found["jobKey"], found["elementId"]) == ("银行没有应答 {x}", job["jobKey"], "work")
    assert found["elementInstanceKey"] == job["elementInstanceKey"]
    path = f"/incidents/{found['incidentKey']}"
    assert starter.get(path) == found
    program("chen.jie").refused(404, "GET", path)
    assert program("chen.jie").found("incidents") == []
    starter.refused(403, "POST", path + "/resolution", json={})
    assert worker.call("POST", path + "/resolution").status_code == 204
    worker.refused(409, "POST", path + "/resolution", json={})
    assert starter.get(path)["state"] == "RESOLVED"
    assert [again["jobKey"] for again in take(worker)] == [job["jobKey"]]


def test_a_form_is_given_by_its_key(program: AsPerson) -> None:
    caller = program("zhang.wei")
    [version] = caller.found("process-definitions", filter={"processDefinitionId": "new_channel_filing"})
    form = caller.get(f"/process-definitions/{version['processDefinitionKey']}/form")
    assert caller.get(f"/forms/{form['formKey']}") == form
    caller.refused(404, "GET", "/forms/999")
