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


def _gateways(**kinds: str) -> str:
    return "".join(f'<bpmn:{kind}Gateway id="{name}"/>' for name, kind in kinds.items())


TWO_SPLITS = (
    START
    + _gateways(first="parallel", later="parallel", join="parallel", left="exclusive", right="exclusive")
    + '<bpmn:exclusiveGateway id="again" default="f12"/>'
    + user_task("assess")
    + user_task("plan")
    + END
)
INTO_ONE_JOIN: dict[str, str | tuple[str, str]] = {
    "start->first": "f1", "first->left": "f2", "first->right": "f3", "left->join": "f4", "right->join": "f5",
    "join->plan": "f6", "plan->again": "f7", "again->later": ("f8", "=more"), "later->right": "f9",
    "later->assess": "f10", "assess->left": "f11", "again->end": "f12",
}  # fmt: skip


def test_a_join_behind_two_splits_waits_in_each_round_for_the_branch_that_takes_long() -> None:
    run = Run(diagram(TWO_SPLITS, INTO_ONE_JOIN))
    for _ in range(3):
        assert run.waiting == ["plan"]
        run.complete("plan", more=True)
        assert run.waiting == ["assess"]
        run.complete("assess")
    assert run.waiting == ["plan"]
    assert run.complete("plan", more=False).ended


TWO_ON_ONE_FLOW = (
    START
    + _gateways(split="parallel", join="parallel", left="exclusive", right="exclusive")
    + '<bpmn:exclusiveGateway id="again" default="f11"/>'
    + "".join(map(user_task, ("b", "c", "plan", "retry")))
    + END
)
ONE_TOO_MANY: dict[str, str | tuple[str, str]] = {
    "start->split": "f1", "split->left": "f2", "split->b": "f3", "split->c": "f4", "b->right": "f5", "c->right": "f6",
    "left->join": "f7", "right->join": "f8", "join->plan": "f9", "plan->again": "f10", "again->end": "f11",
    "again->retry": ("f12", "=more"), "retry->left": "f13",
}  # fmt: skip


@pytest.mark.parametrize(
    "order", [("b", "c", "plan", "retry"), ("c", "plan", "b", "retry"), ("b", "plan", "retry", "c")]
)
def test_a_token_too_many_on_a_flow_waits_at_the_join_for_the_next_time(order: tuple[str, ...]) -> None:
    # The library raises in the middle of a step here; BPMN 2.0 (13.4.1) keeps the token.
    run = Run(diagram(TWO_ON_ONE_FLOW, ONE_TOO_MANY))
    for element in order:
        run.complete(element, more=True)
    assert run.waiting == ["plan"]
    assert run.complete("plan", more=False).ended


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


@pytest.mark.parametrize("direct_first", [True, False])
def test_an_inclusive_join_waits_for_those_that_left_the_split_together_whichever_is_drawn_first(
    direct_first: bool,
) -> None:
    nodes = '<bpmn:inclusiveGateway id="split"/><bpmn:inclusiveGateway id="join"/>' + user_task("a") + user_task("b")
    ways: list[tuple[str, str | tuple[str, str]]] = [
        ("split->join", ("f1", "=true")),
        ("split->a", ("f2", "=true")),
    ]
    flows = dict(ways if direct_first else ways[::-1])
    run = Run(
        diagram(START + nodes + END, {"start->split": "f0", **flows, "a->join": "f3", "join->b": "f4", "b->end": "f5"})
    )
    assert run.waiting == ["a"]
    run.complete("a")
    assert run.waiting == ["b"]
    assert run.complete("b").ended


def test_an_inclusive_join_takes_what_is_on_its_way_although_that_could_come_by_a_flow_that_has_one() -> None:
    gateways = '<bpmn:inclusiveGateway id="split"/><bpmn:inclusiveGateway id="join"/>'
    gateways += "".join(f'<bpmn:exclusiveGateway id="{name}"/>' for name in ("x", "y"))
    flows: dict[str, str | tuple[str, str]] = {
        "start->split": "f0", "split->x": ("f1", "=true"), "split->y": ("f2", "=true"), "x->join": "f3",
        "y->join": ("f4", "=true"), "y->x": ("f5", "=false"), "join->b": "f6", "b->end": "f7",
    }  # fmt: skip
    run = Run(diagram(START + gateways + user_task("b") + END, flows))
    assert run.waiting == ["b"]
    assert run.complete("b").ended
