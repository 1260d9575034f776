"""What nothing follows ends its token, as BPMN says (10.4.3): a case is then not left without a word."""

import pytest

from tests.interpreter.build import END, START, diagram, user_task
from tests.interpreter.test_case import Run

LATE = (
    '<bpmn:boundaryEvent id="late" attachedToRef="do" cancelActivity="{cancels}">'
    "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
    "</bpmn:boundaryEvent>"
)
MAIN: dict[str, str | tuple[str, str]] = {"start->do": "f1", "do->end": "f2"}


def test_a_task_that_nothing_follows_ends_the_case() -> None:
    nodes = START + '<bpmn:exclusiveGateway id="way" default="f3"/>' + user_task("do") + END
    run = Run(diagram(nodes, {"start->way": "f1", "way->do": ("f2", "=true"), "way->end": "f3"}))
    run.complete("do")
    assert run.outcome.ended


def test_a_case_waits_for_the_other_branches_of_a_split() -> None:
    nodes = START + '<bpmn:parallelGateway id="split"/>' + user_task("do") + user_task("also") + END
    run = Run(diagram(nodes, {"start->split": "f1", "split->do": "f2", "split->also": "f3", "also->end": "f4"}))
    run.complete("do")
    assert (run.waiting, run.outcome.ended) == (["also"], False)
    run.complete("also")
    assert run.outcome.ended


@pytest.mark.parametrize("cancels", ["true", "false"])
def test_a_way_from_a_border_may_end_without_an_end_event(cancels: str) -> None:
    nodes = START + user_task("do") + user_task("rescue") + END + LATE.format(cancels=cancels)
    run = Run(diagram(nodes, {**MAIN, "late->rescue": "f3"}))
    run.fire("late")
    if cancels == "false":
        run.complete("do")
    assert not run.outcome.ended
    run.complete("rescue")
    assert run.outcome.ended


@pytest.mark.parametrize("cancels", ["true", "false"])
def test_a_border_event_that_nothing_follows_ends_its_own_token(cancels: str) -> None:
    run = Run(diagram(START + user_task("do") + END + LATE.format(cancels=cancels), MAIN))
    run.fire("late")
    assert run.outcome.ended is (cancels == "true")
    if cancels == "false":
        run.complete("do")
    assert run.outcome.ended


def test_a_sub_process_ends_when_its_last_task_is_done() -> None:
    inner = '<bpmn:startEvent id="begin"/>' + user_task("do") + user_task("rest") + '<bpmn:endEvent id="done"/>'
    flows = '<bpmn:sequenceFlow id="i1" sourceRef="begin" targetRef="do"/>'
    flows += '<bpmn:sequenceFlow id="i2" sourceRef="begin" targetRef="rest"/>'
    flows += '<bpmn:sequenceFlow id="i3" sourceRef="rest" targetRef="done"/>'
    nodes = START + f'<bpmn:subProcess id="part">{inner}{flows}</bpmn:subProcess>' + user_task("after") + END
    run = Run(diagram(nodes, {"start->part": "f1", "part->after": "f2", "after->end": "f3"}))
    run.complete("rest")
    assert run.waiting == ["do"]
    run.complete("do")
    assert run.waiting == ["after"]
