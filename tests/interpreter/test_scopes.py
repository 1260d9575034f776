"""The variables of a sub-process live as long as it does: the state of a case does not grow with its rounds."""

import pytest

from engine.interpreter.run import Engine
from engine.interpreter.run import Run as Live
from engine.interpreter.state import load
from tests.interpreter.build import END, START, script, user_task
from tests.interpreter.test_case import ENVIRONMENT, Run
from tests.interpreter.test_compensation import line, sub
from tests.interpreter.test_elements import RESULTS, event, many, written
from tests.interpreter.test_growth import repeated


def scopes(run: Run) -> int:
    """Count the scopes in the stored state of a case."""
    return len(load(run.outcome.body, run.specification, Engine(Live(run.specification, ENVIRONMENT))).scopes.values)


def test_a_sub_process_that_was_completed_leaves_no_variables_however_often_it_comes() -> None:
    nodes = sub("s", sub("inner", user_task("a"), "a"), "inner") + '<bpmn:exclusiveGateway id="g" default="enough"/>'
    flows = {"start->s": "1", "s->g": "2", "g->end": "enough"}
    run = Run(written(START + nodes + user_task("b") + END, {**flows, "g->b": ("4", "=again"), "b->s": "5"}))
    for _ in range(3):
        assert scopes(run) == 3
        run.complete("a", again=True)
        assert scopes(run) == 1
        run.complete("b")
    run.complete("a", again=False)
    assert run.outcome.ended


def test_a_sub_process_that_was_taken_away_leaves_no_variables() -> None:
    stop = event("signal", 'signalRef="s_stop"')
    border = f'<bpmn:boundaryEvent id="stop" attachedToRef="s">{stop}</bpmn:boundaryEvent>'
    nodes = sub("s", sub("inner", user_task("a"), "a"), "inner") + border + user_task("after")
    run = Run(line(nodes, "s", "after", more={"stop->after": "x"}))
    assert scopes(run) == 3
    run.fire("stop")
    assert (run.waiting, scopes(run)) == (["after"], 1)


@pytest.mark.parametrize(
    "host", [many("s", RESULTS), repeated("s", user_task("ask")), repeated("s", many("ask", RESULTS))]
)
def test_a_repeated_activity_that_was_taken_away_leaves_no_variables(host: str) -> None:
    stop = event("signal", 'signalRef="s_stop"')
    border = f'<bpmn:boundaryEvent id="stop" attachedToRef="s">{stop}</bpmn:boundaryEvent>'
    run = Run(line(host + border + user_task("after"), "s", "after", more={"stop->after": "x"}), people=["a", "b"])
    assert scopes(run) > 2
    run.fire("stop")
    assert (run.waiting, scopes(run)) == (["after"], 1)


def test_an_instance_whose_result_could_not_be_taken_leaves_no_variables_when_all_are_taken_away() -> None:
    stop = event("signal", 'signalRef="s_stop"')
    border = f'<bpmn:boundaryEvent id="stop" attachedToRef="s">{stop}</bpmn:boundaryEvent>'
    nodes = many("s", RESULTS, completion="=count(for i in 1..limit return i) = 0") + border + user_task("after")
    run = Run(line(nodes, "s", "after", more={"stop->after": "x"}), people=["a", "b"], limit=10**9)
    run.complete("s", vote="yes")
    assert [one.element.id for one in run.outcome.stuck] == ["s"]
    run.fire("stop")
    assert (run.waiting, scopes(run)) == (["after"], 1)


def test_the_inputs_of_a_script_are_forgotten_when_it_is_done() -> None:
    inputs = '<zeebe:ioMapping><zeebe:input source="=n" target="m"/></zeebe:ioMapping>'
    count = script("count", "=m + 1", "n").replace("<bpmn:extensionElements>", f"<bpmn:extensionElements>{inputs}")
    again = '<bpmn:exclusiveGateway id="again" default="f_again_end"/>'
    run = Run(line(user_task("a") + count + again, "a", "count", "again", more={"again->a": ("f", "=n &lt; 9")}), n=1)
    for number in range(2, 6):
        run.complete("a")
        assert (run.outcome.variables["n"], scopes(run)) == (number, 1)
