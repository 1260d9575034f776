"""What an event on a border has begun, again and again, hangs beside the activity and has no border by that."""

from tests.interpreter.build import END, START, user_task
from tests.interpreter.journey import Journey
from tests.interpreter.test_case import Run
from tests.interpreter.test_elements import event, written

MESSAGE = event("message", 'messageRef="m_paid"')
HOST = (
    '<bpmn:boundaryEvent id="border" attachedToRef="host" cancelActivity="false">'
    + MESSAGE
    + '</bpmn:boundaryEvent><bpmn:endEvent id="end2"/>'
)
FLOWS: dict[str, str | tuple[str, str]] = {"start->host": "f1", "host->end": "f2", "border->beside": "f3"}


def test_it_comes_straight_back_and_the_border_waits_on() -> None:
    nodes = START + user_task("before") + user_task("host") + HOST + user_task("beside") + END
    flows = {
        "start->before": "f0",
        "before->host": "f1",
        "host->end": "f2",
        "border->beside": "f3",
        "beside->end2": "f4",
    }
    journey = Journey(written(nodes, {**flows}), order="7")
    journey.complete("before")
    journey.fire("border")
    journey.detour("beside", "before")
    assert journey.waiting == ["before", "border", "host"]
    journey.complete("before")
    assert journey.waiting == ["beside", "border", "host"]
    assert journey.again() == journey.outcome.body


def test_a_token_that_is_moved_from_there_leaves_the_border_alone() -> None:
    nodes = START + user_task("host") + HOST + user_task("beside") + user_task("last") + END
    journey = Journey(written(nodes, {**FLOWS, "beside->last": "f4", "last->end2": "f5"}), order="7")
    journey.fire("border")
    journey.move("beside", "last")
    assert journey.waiting == ["border", "host", "last"]


def test_an_error_there_is_not_caught_on_the_border_of_the_activity() -> None:
    job = (
        '<bpmn:serviceTask id="beside"><bpmn:extensionElements><zeebe:taskDefinition type="x"/>'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )
    caught = '<bpmn:boundaryEvent id="caught" attachedToRef="host">' + event("error", 'errorRef="e_bad"')
    nodes = (
        START + '<bpmn:subProcess id="host"><bpmn:startEvent id="in"/>' + user_task("inside")
        + '<bpmn:endEvent id="out"/><bpmn:sequenceFlow id="i1" sourceRef="in" targetRef="inside"/>'
        '<bpmn:sequenceFlow id="i2" sourceRef="inside" targetRef="out"/></bpmn:subProcess>' + HOST + caught
        + "</bpmn:boundaryEvent>" + job + user_task("mend") + '<bpmn:endEvent id="end3"/>' + END
    )  # fmt: skip
    run = Run(written(nodes, {**FLOWS, "beside->end2": "f4", "caught->mend": "f5", "mend->end3": "f6"}), order="7")
    run.fire("border")
    run.step(lambda case: case.throw_error(run.token("beside"), "BAD"))
    assert run.waiting == ["beside", "border", "caught", "inside"]
    assert [one.code for one in run.outcome.stuck] == ["error_not_caught"]
