"""A called case, and all that belongs to it, names its caller and the first of all callers."""

from camunda_orchestration_sdk.models import ProcessInstanceResult

from engine.commands.deploy import File, deploy
from tests.api.conftest import AsPerson
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import written
from tests.support.company import Company


def calling(process: str, called: str) -> File:
    call = (
        f'<bpmn:callActivity id="call" name="调用"><bpmn:extensionElements><zeebe:calledElement processId="{called}"/>'
        "</bpmn:extensionElements></bpmn:callActivity>"
    )
    content = written(START + call + END, {"start->call": "f1", "call->end": "f2"})
    return File(name=f"{process}.bpmn", content=content.replace(b'id="process"', f'id="{process}"'.encode()))


def test_the_caller_and_the_first_caller_are_told_everywhere(program: AsPerson, company: Company) -> None:
    asking = written(
        START + user_task("ask").replace("tester", "zhang.wei") + END, {"start->ask": "f1", "ask->end": "f2"}
    )
    inner = File(name="inner.bpmn", content=asking.replace(b'id="process"', b'id="inner"'))
    with company.database.transaction() as session:
        deploy(session, [calling("outer", "middle"), calling("middle", "inner"), inner], "zeng.rui")
    admin = program("admin")
    started = program("zhang.wei").call("POST", "/process-instances", json={"processDefinitionId": "outer"})
    assert started.status_code == 200, started.text
    while company.work():
        pass
    outer, middle, called = admin.found("process-instances", sort=[{"field": "processInstanceKey"}])
    assert (outer["parentProcessInstanceKey"], outer["parentElementInstanceKey"]) == (None, None)
    first = outer["processInstanceKey"]
    assert [one["rootProcessInstanceKey"] for one in (outer, middle, called)] == [first] * 3
    assert called["parentProcessInstanceKey"] == middle["processInstanceKey"]
    wanted = {"processInstanceKey": middle["processInstanceKey"], "type": "CALL_ACTIVITY"}
    [call] = admin.found("element-instances", filter=wanted)
    assert called["parentElementInstanceKey"] == call["elementInstanceKey"]
    by_call = {"parentElementInstanceKey": call["elementInstanceKey"]}
    assert admin.found("process-instances", filter=by_call) == [called]
    assert admin.found("process-instances", filter={"parentProcessInstanceKey": {"$exists": False}}) == [outer]
    assert ProcessInstanceResult.from_dict(called).root_process_instance_key == first
    of_case = {"processInstanceKey": called["processInstanceKey"]}
    for noun in ("user-tasks", "element-instances", "variables", "audit-logs"):
        found = admin.found(noun, filter=of_case)
        assert {one["rootProcessInstanceKey"] for one in found} == {first}, noun
