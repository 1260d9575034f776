"""What is no longer needed leaves the state: nobody can tell, and a case does not grow with its age."""

import os
import random

import pytest

from engine.errors import EngineError
from engine.interpreter import Case
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.interpreter.build import END, START, script, user_task
from tests.interpreter.random_diagrams import PEOPLE, RandomDiagram
from tests.interpreter.test_case import Run
from tests.interpreter.test_elements import border, event, event_sub, many, written
from tests.interpreter.twins import Twins

RUNS, STEPS = int(os.environ.get("QUCHENG_TEST_RUNS", "12")), 40
NOTHING = Known(forms=frozenset(), job_types=frozenset())
EVENTS = {"boundaryEvent", "startEvent"}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_at_random_a_case_that_forgets_acts_as_one_that_does_not(seed: int, twins: Twins) -> None:
    rng = random.Random(seed)  # noqa: S311 - a test that can be repeated
    for _ in range(RUNS):
        drawn = RandomDiagram(rng)
        checked = check(drawn.content, "random.bpmn", NOTHING)
        assert not checked.errors, [str(one) for one in checked.errors]
        run = Run(drawn.content, more=True, odd=True, people=PEOPLE, order="7")
        for _ in range(STEPS):
            if run.outcome.ended:
                break
            assert run.outcome.waiting
            do_something(run, drawn.movable, rng)
    assert twins.smaller > RUNS


def do_something(run: Run, movable: list[str], rng: random.Random) -> None:
    """Complete, fire, take away or put a token, or try again what got stuck; the twin does the same."""
    token, element_id = rng.choice(sorted(run.outcome.waiting.items()))
    element = run.specification.process.elements[element_id]
    values = {"more": rng.random() < 0.9, "odd": rng.random() < 0.5}

    def act(case: Case) -> None:
        what = rng.random()
        if what < 0.1 and movable:
            case.activate(rng.choice(movable))
            case.terminate(token)
            case.settle()
        elif what < 0.15:
            case.terminate(token)
            case.settle()
        elif element.kind in EVENTS:
            case.fire(token, values)
        elif element.kind == "userTask":
            case.complete(token, values)
        else:
            case.skip(
                token,
                values,
                [flow.id for flow in run.specification.process.flows.values() if flow.source == element_id][:1],
            )

    before = run.outcome
    try:
        run.step(act)
    except EngineError:
        run.outcome = before


AGAIN: dict[str, str | tuple[str, str]] = {"again->end": "fd", "again->a": ("fa", "=more")}
GATEWAY = '<bpmn:exclusiveGateway id="again" default="fd"/>'
LOOPS: dict[str, tuple[str, dict[str, str | tuple[str, str]]]] = {
    "a task": ("", {"a->again": "f2"}),
    "a script": (script("b", "1", "n"), {"a->b": "f2", "b->again": "f3"}),
    "branches": (
        '<bpmn:parallelGateway id="s"/><bpmn:parallelGateway id="j"/>' + user_task("b") + user_task("c"),
        {"a->s": "f2", "s->b": "f3", "s->c": "f4", "b->j": "f5", "c->j": "f6", "j->again": "f7"},
    ),
    "choices": (
        '<bpmn:inclusiveGateway id="s"/><bpmn:inclusiveGateway id="j"/>' + user_task("b") + user_task("c"),
        {"a->s": "f2", "s->b": ("f3", "=more"), "s->c": ("f4", "=more"), "b->j": "f5", "c->j": "f6", "j->again": "f7"},
    ),
    "many at once": (many("b", ""), {"a->b": "f2", "b->again": "f3"}),
    "many in a row": (many("b", "", sequential=True), {"a->b": "f2", "b->again": "f3"}),
    "a sub-process": (
        '<bpmn:subProcess id="sub"><bpmn:startEvent id="ss"/><bpmn:endEvent id="se"/>' + user_task("b")
        + '<bpmn:sequenceFlow id="s1" sourceRef="ss" targetRef="b"/><bpmn:sequenceFlow id="s2" sourceRef="b" targetRef="se"/>'
        + "</bpmn:subProcess>" + border("message", 'messageRef="m_paid"') + user_task("late"),
        {"a->sub": "f2", "sub->again": "f3", "border->late": "f4", "late->end": "f5"},
    ),
    "an event sub-process": (event_sub("message", 'messageRef="m_paid"', interrupting=False), {"a->again": "f2"}),
    "an event": (
        '<bpmn:eventBasedGateway id="g"/>'
        '<bpmn:intermediateCatchEvent id="m">' + event("message", 'messageRef="m_paid"') + "</bpmn:intermediateCatchEvent>"
        '<bpmn:intermediateCatchEvent id="x">' + event("signal", 'signalRef="s_stop"') + "</bpmn:intermediateCatchEvent>",
        {"a->g": "f2", "g->m": "f3", "g->x": "f4", "m->again": "f5", "x->again": "f6"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(LOOPS))
def test_a_case_in_its_fortieth_round_is_as_big_as_in_its_fourth(kind: str) -> None:
    nodes, flows = LOOPS[kind]
    content = written(START + user_task("a") + nodes + GATEWAY + END, {"start->a": "f1", **AGAIN, **flows})
    run = Run(content, more=True, people=PEOPLE, order="7")
    tokens, sizes = [], []
    for _ in range(40):
        while True:
            now = next((e for e in ("b", "c", "handle", "late", "m") if e in run.waiting), "a")
            if now == "m":
                run.fire("m")
            else:
                run.complete(now)
            if run.waiting == ["a"] or (kind == "an event sub-process" and "a" in run.waiting):
                break
        if kind == "an event sub-process":
            run.fire("trigger")
            run.complete("handle")
        tokens.append(stored_tokens(run))
        sizes.append(len(run.outcome.body))
    assert tokens[39] == tokens[3]
    assert sizes[39] <= sizes[3] * 1.3


def stored_tokens(run: Run) -> int:
    """Give how many tokens a case keeps."""
    case = Case.wake(run.outcome.body, run.specification, run.environment)
    workflow = case._run.workflow
    return sum(len(flow.tasks) for flow in (workflow, *workflow.subprocesses.values()))


def test_a_border_event_that_comes_again_and_again_leaves_nothing_behind() -> None:
    nodes = (
        START + user_task("a") + END + user_task("late")
        + '<bpmn:boundaryEvent id="border" attachedToRef="a" cancelActivity="false">'
        + event("message", 'messageRef="m_paid"') + "</bpmn:boundaryEvent>"
    )  # fmt: skip
    flows = {"start->a": "f1", "a->end": "f2", "border->late": "f3", "late->end": "f4"}
    run = Run(written(nodes, {**flows}), order="7")
    sizes = []
    for _ in range(30):
        run.fire("border")
        run.complete("late")
        sizes.append(stored_tokens(run))
    assert sizes[29] == sizes[3]
    run.complete("a")
    assert run.outcome.ended
