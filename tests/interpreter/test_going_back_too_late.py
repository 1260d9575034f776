"""Going back by a plan that is no longer true, to somebody in particular, and over joins of either kind."""

from collections.abc import Callable

import pytest

from engine.errors import GoneError, InvalidError
from engine.interpreter import Plan
from tests.interpreter.build import END, START, diagram, user_task
from tests.interpreter.journey import Journey
from tests.interpreter.test_compensation import sub, throw, undoable
from tests.interpreter.test_returning import (
    BORDER,
    BORDER_FLOWS,
    BRANCHES,
    FLOWS,
    INSIDE,
    INSIDE_FLOWS,
    branches,
    finish,
)


def plan(run: Journey, element: str, wanted: str) -> Plan:
    way = run.way()
    return way.plan(way.whole(run.target(element, wanted)))


def refused(run: Journey, made: Plan) -> None:
    with pytest.raises(GoneError):
        run.wake().go_back(made)


def test_nobody_goes_back_from_a_task_that_is_done() -> None:
    run = branches()
    made = plan(run, "decide", "a")
    run.complete("decide")
    refused(run, made)


def at_the_join() -> Journey:
    run = Journey(diagram(BRANCHES, FLOWS))
    run.complete("apply")
    run.complete("a")
    return run


@pytest.mark.parametrize("meanwhile", [lambda run: run.complete("b"), lambda run: run.move("b", "decide")])
def test_nobody_takes_a_token_from_a_join_that_has_joined(meanwhile: Callable[[Journey], object]) -> None:
    run = at_the_join()
    made = plan(run, "b", "apply")
    assert made.arrivals
    meanwhile(run)
    refused(run, made)


def test_nobody_takes_a_token_from_a_join_that_somebody_else_has_taken_away() -> None:
    run = at_the_join()
    made = plan(run, "b", "apply")
    (arrived,) = made.arrivals
    run.do("take_away", arrived)
    assert run.waiting == ["b"]
    refused(run, made)


@pytest.mark.parametrize("deep", [False, True])
def test_nobody_goes_back_behind_a_sub_process_in_which_something_is_being_undone(*, deep: bool) -> None:
    inside = sub("s", undoable("a") + throw() + user_task("c"), "a", "throw", "c")
    if deep:
        inside = sub("outer", inside, "s")
    outer = "outer" if deep else "s"
    flows: dict[str, str | tuple[str, str]] = {
        "start->apply": "1", "apply->g": "2", f"g->{outer}": "3", "g->b": "4", f"{outer}->join": "5", "b->join": "6", "join->end": "7",
    }  # fmt: skip
    gates = '<bpmn:parallelGateway id="g"/><bpmn:parallelGateway id="join"/>'
    run = Journey(diagram(START + user_task("apply") + user_task("b") + gates + inside + END, flows))
    run.complete("apply")
    run.complete("a")
    assert run.waiting == ["b", "undo_a"]
    with pytest.raises(InvalidError, match="正在补偿"):
        run.back("b", "apply")
    run.complete("undo_a")
    run.back("b", "apply")
    assert run.waiting == ["apply"]


def test_nobody_goes_back_into_a_sub_process_that_has_ended_since() -> None:
    run = Journey(diagram(INSIDE, INSIDE_FLOWS))
    for element in ("before", "a", "b"):
        run.complete(element)
    made = plan(run, "last", "a")
    run.complete("last")
    refused(run, made)


def test_a_task_that_was_gone_back_to_is_whose_it_was_said_to_be_and_else_its_rule_s() -> None:
    for assignee, expected in (("li.na", "li.na"), (None, "tester")):
        run = branches()
        run.undo(run.target("decide", "apply"), assignee)
        assert [(task.element.id, task.assignee) for task in run.outcome.tasks] == [("apply", expected)]
        run.complete("apply")
        assert {task.assignee for task in run.outcome.tasks} == {"tester"}


def test_a_start_form_that_is_gone_back_to_is_whose_it_was_said_to_be() -> None:
    run = branches()
    run.undo(run.target("decide", "start"), "li.na")
    assert [(task.element.id, task.assignee) for task in run.outcome.tasks] == [("start", "li.na")]


@pytest.mark.parametrize("gateway", ["parallelGateway", "inclusiveGateway"])
def test_a_token_that_waits_at_a_join_is_taken_back_with_what_it_came_from(gateway: str) -> None:
    content = diagram(BRANCHES, FLOWS).replace(
        b'<bpmn:parallelGateway id="join"/>', f'<bpmn:{gateway} id="join"/>'.encode()
    )
    run = Journey(content)
    run.complete("apply")
    run.complete("a")
    assert len(run.wake().arrivals()) == 1
    run.back("b", "apply")
    assert (run.waiting, run.wake().arrivals()) == (["apply"], [])
    finish(run, "apply", "a", "b", "decide", "file")


def test_a_join_that_waits_for_a_task_being_done_again_goes_on_without_it_when_that_is_gone_back_behind() -> None:
    """Only what was after the target goes: the other branch waits on, also one whose task is away."""
    nodes = START + '<bpmn:parallelGateway id="split"/><bpmn:inclusiveGateway id="join"/>'
    nodes += "".join(map(user_task, ("apply", "a", "b", "c", "last"))) + END
    flows: dict[str, str | tuple[str, str]] = {
        "start->apply": "f0", "apply->split": "f1", "split->a": "f2", "a->c": "f3", "c->join": "f4", "split->b": "f5", "b->join": "f6",
        "join->last": "f7", "last->end": "f8",
    }  # fmt: skip
    run = Journey(diagram(nodes, flows))
    run.complete("apply")
    run.complete("a")
    run.detour("c", "a")
    assert run.waiting == ["a", "b"]
    run.back("b", "apply")
    assert run.waiting == ["apply"]
    finish(run, "apply", "a", "b", "c", "last")


def test_a_task_with_a_border_that_was_gone_back_to_is_whose_it_was_said_to_be() -> None:
    run = Journey(diagram(BORDER, BORDER_FLOWS))
    run.complete("apply")
    run.complete("check")
    run.undo(run.target("decide", "check"), "li.na")
    assert run.waiting == ["check", "late"]
    assert [(task.element.id, task.assignee) for task in run.outcome.tasks] == [("check", "li.na")]
