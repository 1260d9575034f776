"""The variables of a sub-process live as long as it does: the state of a case does not grow with its rounds."""

from engine.interpreter.run import Engine
from engine.interpreter.run import Run as Live
from engine.interpreter.state import load
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_case import ENVIRONMENT, Run
from tests.interpreter.test_compensation import line, sub
from tests.interpreter.test_elements import event, written


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
