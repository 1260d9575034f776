"""Joins in loops and in nests: each round waits for its own branches, in every order of arrival."""

import itertools

import pytest

from engine.interpreter import Case, specification
from tests.interpreter.build import END, START, diagram, user_task
from tests.interpreter.test_case import ENVIRONMENT, Run

PARALLEL = (
    START + '<bpmn:exclusiveGateway id="merge"/><bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
    '<bpmn:exclusiveGateway id="again" default="f8"/>' + user_task("a") + user_task("b") + user_task("c") + END
)
LOOP: dict[str, str | tuple[str, str]] = {
    "start->merge": "f0", "merge->split": "f1", "split->a": "f2", "split->b": "f3", "split->c": "f3c", "a->join": "f4",
    "b->join": "f5", "c->join": "f5c", "join->again": "f6", "again->merge": ("f7", "=more"), "again->end": "f8",
}  # fmt: skip


@pytest.mark.parametrize("second", list(itertools.permutations("abc")))
def test_in_the_second_round_a_join_waits_for_the_branches_of_that_round(second: tuple[str, ...]) -> None:
    run = Run(diagram(PARALLEL, LOOP), more=True)
    for element in "abc":
        run.complete(element)
    assert run.waiting == ["a", "b", "c"]
    for count, element in enumerate(second, start=1):
        assert not run.outcome.ended
        run.complete(element, **({"more": False} if count == 3 else {}))
        assert len(run.waiting) == 3 - count
    assert run.outcome.ended


def test_a_join_deep_in_a_long_loop_is_never_overlooked() -> None:
    # One live case, so that its tree grows with every round.
    content = specification(diagram(PARALLEL, LOOP), "process")
    case = Case.start(content, ENVIRONMENT, {"more": True})

    def waiting() -> dict[str, int]:
        return {element: token for token, element in case.outcome().waiting.items()}

    for number in range(60):
        tokens = waiting()
        assert sorted(tokens) == ["a", "b", "c"]
        for element in ("abc", "cab", "bca")[number % 3]:
            case.complete(tokens[element], {})
    tokens = waiting()
    for element in "bca":
        assert not case.outcome().ended
        case.complete(tokens[element], {"more": False})
    assert case.outcome().ended


INCLUSIVE = (
    START
    + '<bpmn:exclusiveGateway id="merge"/><bpmn:inclusiveGateway id="split" default="fd"/><bpmn:inclusiveGateway id="join"/>'
    '<bpmn:exclusiveGateway id="again" default="f8"/>' + user_task("a") + user_task("b") + user_task("c") + END
)
CHOICE: dict[str, str | tuple[str, str]] = {
    "start->merge": "f0", "merge->split": "f1", "split->a": ("f2", '=list contains(who, "a")'),
    "split->b": ("f3", '=list contains(who, "b")'), "split->c": "fd", "a->join": "f4", "b->join": "f5", "c->join": "f5c",
    "join->again": "f6", "again->merge": ("f7", "=more"), "again->end": "f8",
}  # fmt: skip


@pytest.mark.parametrize("who", [["a"], ["b"], ["a", "b"], []])
@pytest.mark.parametrize("reverse", [False, True])
def test_an_inclusive_join_waits_for_the_branches_that_were_chosen_in_each_round(who: list[str], reverse: bool) -> None:
    run = Run(diagram(INCLUSIVE, CHOICE), more=True, who=["a", "b"])
    run.complete("a")
    assert run.waiting == ["b"]
    run.complete("b", who=who)
    expected = sorted(who) or ["c"]
    assert run.waiting == expected
    order = sorted(expected, reverse=reverse)
    for element in order:
        assert not run.outcome.ended
        run.complete(element, more=False)
    assert run.outcome.ended


def test_an_inclusive_join_does_not_wait_for_a_branch_that_cannot_reach_it() -> None:
    nodes = (
        START
        + '<bpmn:parallelGateway id="split"/><bpmn:inclusiveGateway id="join"/>'
        + user_task("a")
        + user_task("b")
        + user_task("far")
        + user_task("after")
        + END
        + '<bpmn:endEvent id="other" name="别处"/>'
    )
    flows = {
        "start->split": "f1", "split->a": "f2", "split->b": "f3", "split->far": "f4", "a->join": "f5", "b->join": "f6",
        "join->after": "f7", "after->end": "f8", "far->other": "f9",
    }  # fmt: skip
    run = Run(diagram(nodes, {**flows}))
    run.complete("b")
    assert run.waiting == ["a", "far"]
    run.complete("a")
    assert run.waiting == ["after", "far"]


def test_a_join_that_is_also_a_split_joins_before_it_splits() -> None:
    nodes = (
        START
        + '<bpmn:parallelGateway id="first"/><bpmn:parallelGateway id="both"/><bpmn:parallelGateway id="last"/>'
        + END
    )
    nodes += "".join(user_task(name) for name in "abcd")
    flows = {
        "start->first": "f1", "first->a": "f2", "first->b": "f3", "a->both": "f4", "b->both": "f5", "both->c": "f6",
        "both->d": "f7", "c->last": "f8", "d->last": "f9", "last->end": "f10",
    }  # fmt: skip
    for order in ("abcd", "badc"):
        run = Run(diagram(nodes, {**flows}))
        for count, element in enumerate(order, start=1):
            run.complete(element)
            assert run.waiting == {1: [order[1]], 2: ["c", "d"], 3: [order[3]], 4: []}[count]
        assert run.outcome.ended
