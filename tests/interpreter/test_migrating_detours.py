"""A case goes on under another version while a task is away: the earlier one is done, and then it comes back."""

import itertools
from collections.abc import Mapping

import pytest

from engine.errors import InvalidError
from engine.interpreter import Case, specification
from tests.interpreter.build import END, START, diagram, user_task
from tests.interpreter.journey import Journey
from tests.interpreter.test_elements import event, written
from tests.interpreter.test_returning import INSIDE, INSIDE_FLOWS


def migrate(run: Journey, content: bytes, mapping: Mapping[str, str] | None = None) -> None:
    """Let a case go on under another version."""
    case = Case.migrate(run.wake(), specification(content, "process"), mapping or {})
    run.specification = specification(content, "process")
    run._take(case.outcome())


def inside(*done: str) -> Journey:
    run = Journey(diagram(INSIDE, INSIDE_FLOWS))
    for element in done:
        run.complete(element)
    return run


@pytest.mark.parametrize(
    ("done", "asking", "asked"),
    [
        (("before", "a", "b"), "last", "before"),
        (("before", "a", "b"), "last", "a"),
        (("before", "a", "b", "last"), "after", "a"),
        (("before", "a", "b", "last"), "after", "before"),
    ],
)
def test_a_task_that_is_away_stays_so_and_comes_back(done: tuple[str, ...], asking: str, asked: str) -> None:
    run = inside(*done)
    run.detour(asking, asked)
    assert run.waiting == [asked]
    migrate(run, diagram(INSIDE, INSIDE_FLOWS) + b"\n")
    assert run.waiting == [asked]
    run.complete(asked)
    assert run.waiting == [asking]


def test_both_may_be_called_otherwise() -> None:
    run = inside("before", "a", "b")
    run.detour("last", "a")
    renamed = diagram(INSIDE, INSIDE_FLOWS).replace(b'"last"', b'"final"').replace(b'"a"', b'"first"')
    migrate(run, renamed, {"last": "final", "a": "first"})
    assert run.waiting == ["first"]
    run.complete("first")
    assert run.waiting == ["final"]
    run.complete("final")
    assert run.waiting == ["after"]


def test_what_is_on_the_border_of_one_that_is_away_waits_when_it_is_back() -> None:
    nodes = START + user_task("apply") + user_task("check") + user_task("hurry") + END
    border = '<bpmn:boundaryEvent id="paid" attachedToRef="check">' + event("message", 'messageRef="m_paid"')
    border += "</bpmn:boundaryEvent>"
    flows = {"start->apply": "f1", "apply->check": "f2", "check->end": "f3", "paid->hurry": "f4", "hurry->end": "f5"}
    content = written(nodes + border, flows)
    run = Journey(content, order="7")
    run.complete("apply")
    assert run.waiting == ["check", "paid"]
    run.detour("check", "apply")
    assert run.waiting == ["apply"]
    migrate(run, content + b"\n")
    assert run.waiting == ["apply"]
    run.complete("apply")
    assert run.waiting == ["check", "paid"]
    run.fire("paid")
    assert run.waiting == ["hurry"]


@pytest.mark.parametrize("happened", [False, True])
def test_what_only_another_version_has_on_the_border_of_one_that_is_away_waits_when_it_is_back(
    *, happened: bool
) -> None:
    nodes = START + "".join(map(user_task, ("apply", "check", "hurry", "late"))) + END
    flows = {"start->apply": "f1", "apply->check": "f2", "check->end": "f3", "hurry->end": "f5", "late->end": "f7"}
    gentle = '<bpmn:boundaryEvent id="{0}" attachedToRef="check" cancelActivity="false">{1}</bpmn:boundaryEvent>'
    timer = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
    old = gentle.format("first", timer)
    new = old + gentle.format("second", timer)
    run = Journey(written(nodes + old, {**flows, "first->hurry": "f4"}))
    run.complete("apply")
    if happened:
        run.fire("first")
        run.complete("hurry")
    run.detour("check", "apply")
    run.migrate(written(nodes + new, {**flows, "first->hurry": "f4", "second->late": "f6"}), {})
    assert run.waiting == ["apply"]
    run.complete("apply")
    assert run.waiting == (["check", "second"] if happened else ["check", "first", "second"])


def test_a_start_that_is_to_be_handed_in_again_is_so_under_the_other_version() -> None:
    run = inside()
    run.back("before", "start")
    assert run.waiting == ["start"]
    migrate(run, diagram(INSIDE, INSIDE_FLOWS) + b"\n")
    assert run.waiting == ["start"]
    run.complete("start")
    assert run.waiting == ["before"]


def _drawn(around: str, inside: str, flows: Mapping[str, str], *within: str) -> bytes:
    """Draw a sub-process with some tasks one after the other, and others before and after it."""
    steps = ["in", *within, "out"]
    lines = "".join(
        f'<bpmn:sequenceFlow id="i{number}" sourceRef="{one}" targetRef="{other}"/>'
        for number, (one, other) in enumerate(itertools.pairwise(steps))
    )
    sub = f'<bpmn:subProcess id="sub"><bpmn:startEvent id="in"/>{inside}<bpmn:endEvent id="out"/>{lines}</bpmn:subProcess>'
    return diagram(START + around + sub + END, flows)


BEFORE = _drawn("", user_task("a") + user_task("last"), {"start->sub": "f1", "sub->end": "f2"}, "a", "last")
OUTSIDE = {"start->a": "f1", "a->sub": "f3", "sub->end": "f2"}
MOVED_OUT = _drawn(user_task("a"), user_task("last"), OUTSIDE, "last")


def moved(content: bytes) -> Journey:
    """Give a case that goes on under another version once the first task is done."""
    run = Journey(BEFORE)
    run.complete("a")
    migrate(run, content)
    assert run.waiting == ["last"]
    return run


def test_a_task_that_was_done_may_stand_elsewhere_in_another_version() -> None:
    run = moved(MOVED_OUT)
    run.complete("last")
    assert run.outcome.ended


def test_a_task_that_another_version_draws_elsewhere_is_gone_back_to_beside_the_flow_only() -> None:
    run = moved(MOVED_OUT)
    with pytest.raises(InvalidError, match="没有“a”了"):
        run.back("last", "a")
    run.detour("last", "a")
    assert run.waiting == ["a"]
    run.complete("a")
    assert run.waiting == ["last"]
    run.complete("last")
    assert run.outcome.ended


def test_nobody_goes_back_to_what_another_version_makes_no_task_of_people() -> None:
    manual = '<bpmn:manualTask id="a"/>'
    run = moved(_drawn("", manual + user_task("last"), {"start->sub": "f1", "sub->end": "f2"}, "a", "last"))
    assert run.offered("last") == []


def test_nobody_goes_back_into_a_sub_process_that_another_version_does_not_draw() -> None:
    flows = {"start->sub": "f1", "sub->last": "f2", "last->end": "f3"}
    run = Journey(_drawn(user_task("last"), user_task("a"), flows, "a"))
    run.complete("a")
    migrate(
        run,
        diagram(
            START + user_task("a") + user_task("last") + END, {"start->a": "f1", "a->last": "f2", "last->end": "f3"}
        ),
    )
    assert run.offered("last") == ["a"]
    with pytest.raises(InvalidError, match="没有“sub”了"):
        run.back("last", "a")
    run.detour("last", "a")
    run.complete("a")
    assert run.waiting == ["last"]
