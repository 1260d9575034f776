"""Moving tokens where more than one thing hangs on them: scopes, sub-processes side by side, events that race, rounds."""

import pytest

from engine.errors import InvalidError
from engine.interpreter import Case
from tests.interpreter.build import END, START, diagram, drawn, user_task
from tests.interpreter.journey import Journey
from tests.interpreter.test_case import ENVIRONMENT, Run
from tests.interpreter.test_compensation import line, sub
from tests.interpreter.test_elements import GATEWAY, RACE, event_sub, written
from tests.interpreter.test_moving import AFTER, AFTER_FLOWS, BORDERED, NESTED, inner, move


def scopes(run: Run) -> list[int]:
    """Give the scopes that the state holds."""
    return sorted(Case.wake(run.outcome.body, run.specification, run.environment)._run.scopes.values)


def test_variables_that_come_with_a_token_are_where_it_was_said() -> None:
    run = Run(NESTED)
    values = (("", {"whole": 1}), ("deep", {"inside": 2}), ("y", {"own": 3}))
    run.step(lambda case: case.activate("y", variables=values), lambda case: case.settle())
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    assert case.visible(run.token("y")) == {"whole": 1, "inside": 2, "own": 3}
    move(run, "y", "x")
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    assert case.visible(run.token("x")) == {"whole": 1, "inside": 2}
    assert run.outcome.variables == {"whole": 1}


SEVERAL = (
    '<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=people"'
    ' inputElement="who"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>'
)


def side_by_side() -> Journey:
    """Give a case in which two people go through the same sub-process at once."""
    nodes = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + user_task("x") + user_task("y")
    flows = {"start->each": "f1", "each->z": "f2", "z->end": "f3"}
    each = inner("each", nodes, ("s", "x"), ("x", "y"), ("y", "e"), more=SEVERAL)
    return Journey(diagram(START + each + user_task("z") + END, flows), people=["甲", "乙"])


def require_own_way(run: Journey, place: int, other: str, *rest: str) -> None:
    """Move one of two people's tokens to ``y``: it stays theirs, the ``other`` one where it was, and all ends."""
    token = sorted(run.outcome.waiting)[place]
    who = run.wake().visible(token)["who"]
    run.move(token, "y")
    assert run.waiting == [other, "y"]
    assert run.wake().visible(run.token("y"))["who"] == who
    for element in rest:
        run.complete(element)
    assert run.outcome.ended


@pytest.mark.parametrize("place", [0, 1])
def test_a_token_moved_in_one_of_several_sub_processes_side_by_side_stays_in_that_one(place: int) -> None:
    require_own_way(side_by_side(), place, "x", "x", "y", "y", "z")


def test_a_token_that_could_stand_in_several_sub_processes_needs_to_be_told_in_which() -> None:
    run = side_by_side()
    with pytest.raises(InvalidError) as refused:
        run.do("activate", "y")
    assert refused.value.facts["count"] == 2


def test_an_event_behind_a_gateway_is_moved_away_with_those_it_races_with() -> None:
    run = Run(written(GATEWAY, RACE), order="7")
    move(run, "timer", "late")
    assert run.waiting == ["late"]
    assert sorted(element.id for element in run.outcome.canceled.values()) == ["message", "timer"]


def test_what_starts_an_event_sub_process_can_not_be_taken_away_alone() -> None:
    nodes = START + user_task("a") + event_sub("message", 'messageRef="m_paid"', interrupting=False) + END
    run = Run(written(nodes, {"start->a": "f1", "a->end": "f2"}), order="7")
    with pytest.raises(InvalidError):
        run.step(lambda case: case.terminate(run.token("trigger")))


def test_a_round_that_is_moved_away_takes_the_whole_loop_with_it() -> None:
    run = Run(drawn("standard_loop"))
    run.complete("draft", approved=False)
    move(run, "draft", "after")
    assert run.waiting == ["after"]
    assert scopes(run) == [0]


@pytest.mark.parametrize("done", [(), ("a",), ("a", "first")])
def test_no_scope_outlives_the_token_that_was_moved_away(done: tuple[str, ...]) -> None:
    mapped = '<zeebe:ioMapping><zeebe:input source="=1" target="own"/></zeebe:ioMapping>'
    run = Run(NESTED.replace(b"<zeebe:userTask/>", b"<zeebe:userTask/>" + mapped.encode()))
    for element in done:
        run.complete(element)
    (here,) = run.waiting
    assert len(scopes(run)) > 1
    run.step(lambda case: case.terminate(run.token(here)), lambda case: case.settle())
    assert run.outcome.ended
    assert scopes(run) == [0]


@pytest.mark.parametrize("gateway", ["parallelGateway", "inclusiveGateway"])
def test_a_token_that_is_put_on_a_join_has_joined(gateway: str) -> None:
    nodes = AFTER.replace('<bpmn:parallelGateway id="join"/>', f'<bpmn:{gateway} id="join"/>')
    run = Run(diagram(nodes, AFTER_FLOWS))
    run.complete("a")
    move(run, "b", "join")
    assert "c" in run.waiting


REPEATED = {
    "several at once": SEVERAL,
    "a loop": '<bpmn:standardLoopCharacteristics loopMaximum="3"/>',
}


@pytest.mark.parametrize("more", REPEATED.values(), ids=REPEATED)
def test_no_token_is_put_into_a_repeated_sub_process_that_is_not_open(more: str) -> None:
    nodes = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + user_task("x")
    each = inner("each", nodes, ("s", "x"), ("x", "e"), more=more)
    flows = {"start->a": "f0", "a->each": "f1", "each->end": "f2"}
    run = Run(diagram(START + user_task("a") + each + END, flows), people=["甲"])
    with pytest.raises(InvalidError, match="没有在运行"):
        move(run, "a", "x")
    move(run, "a", "each")
    assert run.waiting == ["x"]


def nested() -> Journey:
    """Give a case in which two people do something before a sub-process inside the one they go through."""
    deep = inner(
        "deep",
        '<bpmn:startEvent id="ds"/><bpmn:endEvent id="de"/>' + user_task("x") + user_task("y"),
        ("ds", "x"),
        ("x", "y"),
        ("y", "de"),
    )
    nodes = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + user_task("first") + deep
    each = inner("each", nodes, ("s", "first"), ("first", "deep"), ("deep", "e"), more=SEVERAL)
    return Journey(diagram(START + each + END, {"start->each": "f1", "each->end": "f2"}), people=["甲", "乙"])


@pytest.mark.parametrize("place", [0, 1])
def test_a_token_moved_into_a_sub_process_inside_stays_in_the_one_of_several_around_it(place: int) -> None:
    require_own_way(nested(), place, "first", "y", "first", "x", "y")


def test_a_sub_process_holds_what_is_drawn_in_it_at_any_depth_and_nothing_else() -> None:
    run = nested()
    (around,) = run.wake().around(run.token("first"))
    held = [
        element for element in ("first", "deep", "y", "each", "end", "nothing") if run.wake().holds(around, element)
    ]
    assert held == ["first", "deep", "y"]


def test_a_token_is_put_into_the_sub_process_that_is_named_or_one_inside_it_and_into_no_other() -> None:
    deep = inner(
        "deep",
        '<bpmn:startEvent id="ds"/><bpmn:endEvent id="de"/>' + user_task("x") + user_task("y"),
        ("ds", "x"),
        ("x", "y"),
        ("y", "de"),
    )
    each = inner(
        "each", '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + deep, ("s", "deep"), ("deep", "e"), more=SEVERAL
    )
    run = Journey(diagram(START + each + END, {"start->each": "f1", "each->end": "f2"}), people=["甲", "乙"])
    for token, who in [(token, run.wake().visible(token)["who"]) for token in sorted(run.outcome.waiting)]:
        _deep, around = run.wake().around(token)
        put = run.do("activate", "y", within=around)
        (new,) = [
            one for one, element in put.waiting.items() if element == "y" and run.wake().visible(one)["who"] == who
        ]
        assert run.wake().around(new)[1] == around
    with pytest.raises(InvalidError, match="没有在运行"):
        run.wake().activate("y", within=4711)


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("interrupting", [False, True])
def test_what_only_waits_for_an_event_sub_process_ends_with_its_last_token(*, interrupting: bool, inside: bool) -> None:
    waits = event_sub("message", 'messageRef="m_paid"', interrupting=interrupting)
    content = line(sub("s", user_task("a") + waits, "a"), "s") if inside else line(user_task("a") + waits, "a")
    run = Run(content, order="7")
    assert run.waiting == ["a", "trigger"]
    run.step(lambda case: case.terminate(run.token("a")), lambda case: case.settle())
    assert (run.waiting, run.outcome.ended, run.outcome.terminated) == ([], True, True)


def test_an_event_sub_process_that_has_begun_is_not_over_when_all_else_is_taken_away() -> None:
    waits = event_sub("message", 'messageRef="m_paid"', interrupting=False)
    run = Run(line(user_task("a") + waits, "a"), order="7")
    run.fire("trigger")
    run.step(lambda case: case.terminate(run.token("a")), lambda case: case.settle())
    assert run.waiting == ["handle", "trigger"]
    assert run.complete("handle").ended


def test_what_comes_with_a_token_is_for_the_activity_and_not_for_its_border() -> None:
    run = Run(BORDERED, order="7")
    run.step(lambda case: case.activate("b", variables=[("b", {"own": 1})]), lambda case: case.settle())
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    assert case.visible(run.token("b"))["own"] == 1
    assert "own" not in case.visible(run.token("border"))


def test_whoever_is_moved_away_from_a_task_of_several_has_come_the_way_of_all_of_them() -> None:
    nodes = START + user_task("apply") + user_task("sign", "").replace("</bpmn:userTask>", SEVERAL + "</bpmn:userTask>")
    flows = {"start->apply": "f0", "apply->sign": "f1", "sign->decide": "f2", "decide->end": "f3"}
    run = Journey(diagram(nodes + user_task("decide") + END, flows), people=["甲"])
    run.complete("apply")
    run.move("sign", "decide")
    assert run.offered("decide") == ["apply"]
    run.back("decide", "apply")
    assert run.waiting == ["apply"]


def test_a_token_moved_into_another_sub_process_has_not_come_the_way_of_the_one_it_has_left() -> None:
    one = sub("one", user_task("p") + user_task("x"), "p", "x")
    other = sub("other", user_task("q") + user_task("y"), "q", "y")
    gates = '<bpmn:parallelGateway id="g"/><bpmn:parallelGateway id="join"/>'
    flows = {"start->apply": "f0", "apply->g": "f1", "g->one": "f2", "g->other": "f3", "one->join": "f4", "other->join": "f5", "join->end": "f6"}  # fmt: skip
    run = Journey(diagram(START + user_task("apply") + gates + one + other + END, flows))
    for element in ("apply", "p", "q"):
        run.complete(element)
    run.move("x", "q")
    assert run.waiting == ["q", "y"]
    assert run.offered("q") == ["apply"]
    run.back("q", "apply")
    assert run.waiting == ["apply"]
