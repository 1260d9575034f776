"""Going back: exactly what came of the earlier task is taken away, joins get back what they had, nothing opens twice."""

import itertools

import pytest

from tests.interpreter.build import END, diagram, user_task
from tests.interpreter.journey import Journey

BEGIN = (
    '<bpmn:startEvent id="start"><bpmn:extensionElements><zeebe:formDefinition formId="f"/></bpmn:extensionElements>'
    "</bpmn:startEvent>"
)
SPLIT = '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
BRANCHES = BEGIN + SPLIT + "".join(map(user_task, ["apply", "a", "b", "decide", "file"])) + END
FLOWS: dict[str, str | tuple[str, str]] = {
    "start->apply": "f0", "apply->split": "f1", "split->a": "f2", "split->b": "f3", "a->join": "f4", "b->join": "f5",
    "join->decide": "f6", "decide->file": "f7", "file->end": "f8",
}  # fmt: skip
ORDERS = list(itertools.permutations("ab"))


def branches(order: tuple[str, ...] = ("a", "b")) -> Journey:
    run = Journey(diagram(BRANCHES, FLOWS))
    run.complete("apply")
    for element in order:
        run.complete(element)
    assert run.waiting == ["decide"]
    return run


def finish(run: Journey, *expected: str) -> None:
    """Complete what is open, and see that exactly the expected tasks come, one after the other."""
    seen = []
    for _ in range(60):
        if run.outcome.ended:
            break
        assert run.waiting
        seen.append(run.waiting[0])
        run.complete(run.waiting[0])
    assert run.outcome.ended
    assert seen == list(expected)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("target", ["a", "b"])
def test_back_into_a_branch_waits_for_that_branch_alone_whichever_was_first(
    order: tuple[str, ...], target: str
) -> None:
    run = branches(order)
    assert sorted(run.offered("decide")) == ["a", "apply", "b", "start"]
    run.back("decide", target)
    assert run.waiting == [target]
    run.complete(target)
    assert run.waiting == ["decide"]
    finish(run, "decide", "file")


@pytest.mark.parametrize("order", ORDERS)
def test_back_before_the_split_does_both_branches_again(order: tuple[str, ...]) -> None:
    run = branches(order)
    run.back("decide", "apply")
    assert run.waiting == ["apply"]
    finish(run, "apply", "a", "b", "decide", "file")


def test_back_from_one_branch_before_the_split_takes_the_token_that_waits_at_the_join() -> None:
    run = Journey(diagram(BRANCHES, FLOWS))
    run.complete("apply")
    run.complete("a")
    assert run.offered("b") == ["apply", "start"]
    run.back("b", "apply")
    finish(run, "apply", "a", "b", "decide", "file")


@pytest.mark.parametrize("order", ORDERS)
def test_back_twice(order: tuple[str, ...]) -> None:
    run = branches(order)
    run.complete("decide")
    run.back("file", "a")
    run.complete("a")
    assert run.waiting == ["decide"]
    run.back("decide", "b")
    assert run.waiting == ["b"]
    assert run.offered("b") == ["apply", "start"]
    run.back("b", "apply")
    finish(run, "apply", "a", "b", "decide", "file")


def test_what_was_taken_back_is_offered_no_more() -> None:
    run = branches()
    run.complete("decide")
    run.back("file", "a")
    assert run.offered("a") == ["apply", "start"]


def test_the_initiator_hands_in_the_start_form_again_and_the_start_is_passed_anew() -> None:
    run = branches()
    run.back("decide", "start")
    assert run.waiting == ["start"]
    run.complete("start", amount=7)
    assert run.outcome.variables["amount"] == 7
    assert run.waiting == ["apply"]
    run.back("apply", "start")
    assert run.waiting == ["start"]
    finish(run, "start", "apply", "a", "b", "decide", "file")


INSIDE = (
    BEGIN
    + user_task("before")
    + f'<bpmn:subProcess id="sub"><bpmn:startEvent id="in"/>{SPLIT}{user_task("a")}{user_task("b")}'
    f"{user_task('last')}<bpmn:endEvent id='out'/>"
    + "".join(
        f'<bpmn:sequenceFlow id="i_{s}_{t}" sourceRef="{s}" targetRef="{t}"/>'
        for s, t in [
            ("in", "split"),
            ("split", "a"),
            ("split", "b"),
            ("a", "join"),
            ("b", "join"),
            ("join", "last"),
            ("last", "out"),
        ]
    )
    + "</bpmn:subProcess>"
    + user_task("after")
    + END
)
INSIDE_FLOWS = {"start->before": "f1", "before->sub": "f2", "sub->after": "f3", "after->end": "f4"}


def test_from_inside_a_sub_process_to_outside_and_back_into_it_when_it_has_ended() -> None:
    run = Journey(diagram(INSIDE, INSIDE_FLOWS))
    run.complete("before")
    run.complete("a")
    assert run.offered("b") == ["before", "start"]
    run.back("b", "before")
    assert run.waiting == ["before"]
    for element in ("before", "a", "b", "last"):
        run.complete(element)
    assert run.waiting == ["after"]
    assert sorted(run.offered("after")) == ["a", "b", "before", "last", "start"]
    run.back("after", "a")
    assert run.waiting == ["a"]
    run.complete("a")
    assert run.waiting == ["last"]
    assert sorted(run.offered("last")) == ["a", "b", "before", "start"]
    run.back("last", "b")
    finish(run, "b", "last", "after")


def signing(*, sequential: bool = False) -> str:
    way = 'isSequential="true"' if sequential else ""
    return (
        '<bpmn:userTask id="sign"><bpmn:extensionElements><zeebe:userTask/><zeebe:assignmentDefinition assignee="=who"/>'
        f"</bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics {way}><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="who" outputCollection="results" outputElement="=ok"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )


SIGNED = {"start->apply": "f1", "apply->sign": "f2", "sign->decide": "f3", "decide->end": "f4"}


@pytest.mark.parametrize("sequential", [False, True])
def test_back_into_a_multi_instance_does_all_of_it_again(sequential: bool) -> None:
    content = diagram(BEGIN + user_task("apply") + signing(sequential=sequential) + user_task("decide") + END, SIGNED)
    run = Journey(content, people=["x", "y"])
    for element in ("apply", "sign", "sign"):
        run.complete(element, ok=True)
    assert run.offered("decide") == ["sign", "apply", "start"]
    run.back("decide", "sign")
    assert run.waiting == (["sign"] if sequential else ["sign", "sign"])
    run.complete("sign", ok=True)
    assert run.waiting == ["sign"]
    finish(run, "sign", "decide")


def test_back_from_one_of_several_who_sign_takes_the_others_away() -> None:
    content = diagram(BEGIN + user_task("apply") + signing() + user_task("decide") + END, SIGNED)
    run = Journey(content, people=["x", "y", "z"])
    run.complete("apply")
    run.complete("sign", ok=True)
    assert run.offered("sign") == ["apply", "start"]
    run.back("sign", "apply")
    assert run.waiting == ["apply"]
    finish(run, "apply", "sign", "sign", "sign", "decide")


def test_the_second_to_sign_in_a_row_may_let_all_begin_again() -> None:
    content = diagram(BEGIN + user_task("apply") + signing(sequential=True) + user_task("decide") + END, SIGNED)
    run = Journey(content, people=["x", "y"])
    run.complete("apply")
    run.complete("sign", ok=True)
    assert run.offered("sign") == ["sign", "apply", "start"]
    run.back("sign", "sign")
    finish(run, "sign", "sign", "decide")


BORDER = (
    BEGIN
    + user_task("apply")
    + user_task("check")
    + '<bpmn:boundaryEvent id="late" attachedToRef="check" cancelActivity="false"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    + user_task("urge")
    + '<bpmn:endEvent id="urged"/>'
    + user_task("decide")
    + END
)
BORDER_FLOWS = {
    "start->apply": "f1", "apply->check": "f2", "check->decide": "f3", "decide->end": "f4", "late->urge": "f5", "urge->urged": "f6",
}  # fmt: skip


def test_a_timer_on_the_border_waits_again_and_what_it_had_begun_is_taken_away() -> None:
    run = Journey(diagram(BORDER, BORDER_FLOWS))
    run.complete("apply")
    run.fire("late")
    assert run.waiting == ["check", "urge"]
    run.complete("check")
    assert run.waiting == ["decide", "urge"]
    run.back("decide", "check")
    assert run.waiting == ["check", "late"]
    finish_border = run.fire("late")
    assert sorted(finish_border.waiting.values()) == ["check", "urge"]
    run.complete("urge")
    finish(run, "check", "decide")


@pytest.mark.parametrize("late", [True, False])
def test_a_task_that_comes_back_has_on_its_border_what_had_not_happened_yet(late: bool) -> None:
    run = Journey(diagram(BORDER, BORDER_FLOWS))
    run.complete("apply")
    if late:
        run.fire("late")
    beside = ["urge"] if late else []
    run.do("set_variables", {"note": "留着"}, token=run.token("check"), local=True)
    run.detour("check", "apply", person="wang")
    assert run.waiting == ["apply", *beside]
    run.complete("apply")
    assert run.waiting == ["check", *(beside or ["late"])]
    assert [(task.element.id, task.assignee) for task in run.outcome.tasks] == [("check", "wang")]
    assert run.wake().visible(run.token("check"))["note"] == "留着"
    run.complete("check")
    assert run.waiting == ["decide", *beside]
    assert list(run.wake()._run.scopes.values) == [0]
    finish(run, "decide", *beside)


@pytest.mark.parametrize("order", ORDERS)
def test_straight_back_skips_what_lies_between_and_leaves_the_others_alone(order: tuple[str, ...]) -> None:
    run = Journey(diagram(BRANCHES, FLOWS))
    run.complete("apply")
    first, second = order
    run.detour(first, "apply", person="wang")
    assert run.waiting == sorted(["apply", second])
    run.complete(second)
    assert run.waiting == ["apply"]
    run.complete("apply", amount=3)
    assert run.waiting == [first]
    assert [task.assignee for task in run.outcome.tasks] == ["wang"]
    finish(run, first, "decide", "file")


def test_straight_back_over_a_join_and_from_inside_a_sub_process() -> None:
    run = branches()
    run.detour("decide", "a")
    run.complete("a")
    finish(run, "decide", "file")
    inner = Journey(diagram(INSIDE, INSIDE_FLOWS))
    for element in ("before", "a", "b"):
        inner.complete(element)
    inner.detour("last", "before")
    assert inner.waiting == ["before"]
    inner.complete("before")
    assert inner.waiting == ["last"]
    inner.complete("last")
    inner.detour("after", "a")
    assert inner.waiting == ["a"]
    inner.complete("a")
    finish(inner, "after")


def test_what_is_done_again_inside_a_sub_process_sees_its_variables_and_no_longer_when_that_has_ended() -> None:
    own = '<zeebe:ioMapping><zeebe:input source="=7" target="own"/></zeebe:ioMapping>'
    extended = f'<bpmn:subProcess id="sub"><bpmn:extensionElements>{own}</bpmn:extensionElements>'
    run = Journey(diagram(INSIDE.replace('<bpmn:subProcess id="sub">', extended), INSIDE_FLOWS))
    for element in ("before", "a", "b"):
        run.complete(element)
    run.detour("last", "a")
    assert run.wake().visible(run.token("a"))["own"] == 7
    run.complete("a", own=8)
    assert run.wake().visible(run.token("last"))["own"] == 8
    assert "own" not in run.outcome.variables
    run.complete("last")
    run.detour("after", "a")
    assert "own" not in run.wake().visible(run.token("a"))


def test_whoever_was_asked_may_ask_further_back_and_each_answer_comes_back_to_its_asker() -> None:
    run = branches()
    run.detour("decide", "a", person="d")
    run.detour("a", "apply", person="a")
    assert run.waiting == ["apply"]
    run.complete("apply")
    assert run.waiting == ["a"]
    run.complete("a")
    assert run.waiting == ["decide"]
    finish(run, "decide", "file")


def test_a_detour_ends_with_the_task_it_was_asked_for() -> None:
    run = Journey(diagram(BRANCHES, FLOWS))
    run.complete("apply")
    run.detour("a", "apply")
    assert run.waiting == ["apply", "b"]
    run.back("b", "apply")
    assert run.waiting == ["apply"]
    finish(run, "apply", "a", "b", "decide", "file")


def test_a_detour_that_is_taken_away_brings_the_asker_back() -> None:
    run = branches()
    run.detour("decide", "a")
    case = run.wake()
    case.terminate(run.token("a"))
    case.settle()
    run._take(case.outcome())
    finish(run, "decide", "file")
    assert run.outcome.ended


def test_one_instance_among_several_asks_and_comes_back_as_itself() -> None:
    content = diagram(BEGIN + user_task("apply") + signing() + user_task("decide") + END, SIGNED)
    run = Journey(content, people=["x", "y"])
    run.complete("apply")
    second = run.token("sign")
    run.detour(second, "apply", person="y")
    assert run.waiting == ["apply", "sign"]
    run.complete("sign", ok=1)
    run.complete("apply")
    assert [task.assignee for task in run.outcome.tasks] == ["y"]
    run.complete("sign", ok=2)
    assert run.waiting == ["decide"]
    assert run.outcome.variables["results"] == [1, 2]


CHOSEN = (
    BEGIN
    + '<bpmn:subProcess id="sub"><bpmn:startEvent id="in"/>'
    + '<bpmn:exclusiveGateway id="which" default="i_which_sign"/>'
    + "".join(map(user_task, ["look", "deep"]))
    + signing()
    + '<bpmn:endEvent id="out"/>'
    + '<bpmn:sequenceFlow id="i_which_deep" sourceRef="which" targetRef="deep"><bpmn:conditionExpression>=deeply'
    "</bpmn:conditionExpression></bpmn:sequenceFlow>"
    + "".join(
        f'<bpmn:sequenceFlow id="i_{s}_{t}" sourceRef="{s}" targetRef="{t}"/>'
        for s, t in [("in", "look"), ("look", "which"), ("which", "sign"), ("deep", "sign"), ("sign", "out")]
    )
    + "</bpmn:subProcess>"
    + user_task("after")
    + END
)


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_done_again_for_one_of_several_is_forgotten_with_them(times: int) -> None:
    run = Journey(diagram(CHOSEN, {"start->sub": "f1", "sub->after": "f2", "after->end": "f3"}), people=["x", "y"])
    run.complete("look", deeply=True)
    run.complete("deep")
    for _ in range(times):
        run.detour("sign", "deep")
        run.complete("deep")
    run.detour("sign", "deep")
    run.back("sign", "look")
    assert run.waiting == ["look"]
    run.complete("look", deeply=False)
    for _ in "xy":
        run.complete("sign")
    assert run.offered("after") == ["sign", "look", "start"]


STEPS = {
    "start->apply": "f0", "apply->split": "f1", "split->a": "f2", "split->b": "f3", "a->more": "f4", "more->join": "f5",
    "b->join": "f6", "join->decide": "f7", "decide->end": "f8",
}  # fmt: skip


def moved() -> Journey:
    nodes = BEGIN + SPLIT + "".join(map(user_task, ["apply", "a", "more", "b", "decide"])) + END
    run = Journey(diagram(nodes, STEPS))
    run.complete("apply")
    run.move("a", "more")
    assert run.waiting == ["b", "more"]
    return run


def test_a_token_that_was_moved_has_come_the_way_of_the_one_it_replaces() -> None:
    run = moved()
    assert run.offered("more") == ["apply", "start"]
    run.complete("more")
    run.complete("b")
    assert sorted(run.offered("decide")) == ["apply", "b", "more", "start"]
    run.back("decide", "more")
    assert run.waiting == ["more"]
    finish(run, "more", "decide")


@pytest.mark.parametrize("done", [False, True])
def test_whoever_goes_back_behind_a_move_takes_the_moved_token_away(done: bool) -> None:
    run = moved()
    if done:
        run.complete("more")
    run.back("b", "apply")
    assert run.waiting == ["apply"]
    finish(run, "apply", "a", "b", "more", "decide")


def test_a_token_moved_into_and_out_of_a_sub_process_is_taken_away_with_what_it_came_from() -> None:
    run = Journey(diagram(INSIDE, INSIDE_FLOWS))
    run.move("before", "last")
    assert run.waiting == ["last"]
    assert run.offered("last") == ["start"]
    run.move("last", "after")
    assert run.offered("after") == ["start"]
    run.back("after", "start")
    assert run.waiting == ["start"]
    finish(run, "start", "before", "a", "b", "last", "after")


@pytest.mark.parametrize("name", ["Start", "Root", "End"])
def test_elements_may_have_the_names_that_the_library_keeps_for_itself(name: str) -> None:
    begin = BEGIN.replace('"start"', '"Start"') if name == "Start" else BEGIN
    first = "Start" if name == "Start" else "start"
    task = "apply" if name == "Start" else name
    flows: dict[str, str | tuple[str, str]] = {f"{first}->{task}": "f1", f"{task}->check": "f2", "check->end": "f3"}
    run = Journey(diagram(begin + user_task(task) + user_task("check") + END, flows))
    run.complete(task)
    run.back("check", name)
    assert run.waiting == [name]
    finish(run, *dict.fromkeys([name, task]), "check")
