"""Compensation in memory: what is undone, in which order, by whom, with which variables."""

from itertools import pairwise

import pytest

from engine.interpreter import Case
from tests.interpreter.build import END, START, script, user_task
from tests.interpreter.test_case import ENVIRONMENT, Run
from tests.interpreter.test_elements import event, many, written

Flows = dict[str, str | tuple[str, str]]


def undone(activity: str, handler: str) -> str:
    """Write the border event and the association by which an element undoes another one."""
    return (
        f'<bpmn:boundaryEvent id="{activity}_undo" attachedToRef="{activity}"><bpmn:compensateEventDefinition/>'
        f'</bpmn:boundaryEvent><bpmn:association id="{activity}_to" associationDirection="One" '
        f'sourceRef="{activity}_undo" targetRef="{handler}"/>'
    )


def handler(element: str) -> str:
    """Mark an element as one that undoes."""
    return element.replace(' id="', ' isForCompensation="true" id="', 1)


def undoable(activity: str) -> str:
    """Write a user task ``x`` that a user task ``undo_x`` undoes."""
    return user_task(activity) + undone(activity, f"undo_{activity}") + handler(user_task(f"undo_{activity}"))


def throw(element: str = "throw", target: str = "") -> str:
    """Write an intermediate event that throws compensation."""
    reference = f' activityRef="{target}"' if target else ""
    return (
        f'<bpmn:intermediateThrowEvent id="{element}"><bpmn:compensateEventDefinition{reference}/>'
        "</bpmn:intermediateThrowEvent>"
    )


def sub(element: str, nodes: str, *path: str, kind: str = "subProcess", more: str = "") -> str:
    """Write a sub-process that leads from its start along a path to its end."""
    ends = (f"{element}_start", *path, f"{element}_end")
    flows = "".join(
        f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'
        for source, target in pairwise(ends)
    )
    return (
        f'<bpmn:{kind} id="{element}"><bpmn:startEvent id="{element}_start"/>{nodes}'
        f'<bpmn:endEvent id="{element}_end"/>{flows}{more}</bpmn:{kind}>'
    )


def line(nodes: str, *path: str, more: Flows | None = None) -> bytes:
    """Write a process that leads from its start along a path to its end."""
    ends = ("start", *path, "end")
    flows: Flows = {f"{a}->{b}": f"f_{a}_{b}" for a, b in pairwise(ends)}
    return written(START + nodes + END, {**flows, **(more or {})})


def undo_all(run: Run) -> list[str]:
    """Do what waits, one after the other, while it undoes something; give it in order."""
    order = []
    while run.waiting and run.waiting[0].startswith("undo"):
        (now,) = run.waiting
        order.append(now)
        run.complete(now)
    return order


def test_an_activity_that_has_not_been_completed_is_not_undone() -> None:
    nodes = undoable("a") + undoable("b") + '<bpmn:parallelGateway id="g"/>' + throw()
    flows: Flows = {"start->g": "1", "g->a": "2", "g->b": "3", "a->throw": "4", "throw->end": "5", "b->end": "6"}
    run = Run(written(START + nodes + END, flows))
    run.complete("a")
    assert run.waiting == ["b", "undo_a"]
    run.complete("undo_a")
    assert run.waiting == ["b"]
    assert run.complete("b").ended


def test_each_pass_of_a_circle_is_undone() -> None:
    nodes = undoable("a") + '<bpmn:exclusiveGateway id="g" default="enough"/>' + throw() + user_task("after")
    flows: Flows = {
        "start->a": "1", "a->g": "2", "g->a": ("3", "=again"), "g->throw": "enough", "throw->after": "5", "after->end": "6",
    }  # fmt: skip
    run = Run(written(START + nodes + END, flows))
    run.complete("a", again=True)
    run.complete("a", again=True)
    run.complete("a", again=False)
    assert undo_all(run) == ["undo_a"] * 3
    assert run.waiting == ["after"]


def test_one_activity_can_be_undone_alone_and_then_the_others() -> None:
    nodes = undoable("a") + undoable("b") + throw("one", "a") + user_task("between") + throw() + user_task("after")
    run = Run(line(nodes, "a", "b", "one", "between", "throw", "after"))
    run.complete("a")
    run.complete("b")
    assert undo_all(run) == ["undo_a"]
    run.complete("between")
    assert undo_all(run) == ["undo_b"]
    assert run.waiting == ["after"]


def test_an_activity_with_other_events_on_its_border_is_undone_when_it_was_completed_in_spite_of_them() -> None:
    timer = (
        '<bpmn:boundaryEvent id="late" attachedToRef="a"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    content = line(
        undoable("a") + timer + throw() + user_task("after"), "a", "throw", "after", more={"late->throw": "x"}
    )
    run = Run(content)
    assert run.waiting == ["a", "late"]
    run.complete("a")
    assert undo_all(run) == ["undo_a"]
    late = Run(content)
    late.fire("late")
    assert late.waiting == ["after"]


def test_a_sub_process_that_was_taken_away_is_not_undone() -> None:
    border = (
        '<bpmn:boundaryEvent id="stop" attachedToRef="s">'
        + event("signal", 'signalRef="s_stop"')
        + "</bpmn:boundaryEvent>"
    )
    nodes = sub("s", undoable("a") + user_task("b"), "a", "b") + border + throw() + user_task("after")
    run = Run(line(nodes, "s", "throw", "after", more={"stop->throw": "x"}))
    run.complete("a")
    run.fire("stop")
    assert run.waiting == ["after"]


def test_a_completed_sub_process_is_undone_inside_with_the_variables_it_had() -> None:
    io = '<bpmn:extensionElements><zeebe:ioMapping><zeebe:input source="=n * 2" target="own"/></zeebe:ioMapping></bpmn:extensionElements>'
    inner = sub("s", undoable("a") + undoable("b"), "a", "b").replace("<bpmn:startEvent", io + "<bpmn:startEvent", 1)
    run = Run(line(inner + throw() + user_task("after"), "s", "throw", "after"), n=1)
    run.complete("a")
    run.complete("b", own=5, n=7)
    assert run.waiting == ["undo_b"]
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    assert (case.visible(run.token("undo_b"))["own"], case.visible(run.token("undo_b"))["n"]) == (5, 7)
    run.complete("undo_b", own=6)
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    assert case.visible(run.token("undo_a"))["own"] == 6
    run.complete("undo_a")
    assert run.waiting == ["after"]
    assert run.outcome.variables == {"n": 7}


def test_an_event_in_a_sub_process_undoes_what_was_done_there_and_nothing_around_it() -> None:
    nodes = undoable("a") + sub("s", undoable("b") + throw() + user_task("c"), "b", "throw", "c")
    run = Run(line(nodes, "a", "s"))
    run.complete("a")
    run.complete("b")
    assert undo_all(run) == ["undo_b"]
    assert run.waiting == ["c"]


def test_a_multi_instance_is_undone_as_a_whole_once_all_of_it_was_done() -> None:
    nodes = many("a", "") + undone("a", "undo_a") + handler(user_task("undo_a")) + throw() + user_task("after")
    run = Run(line(nodes, "a", "throw", "after"), people=["x", "y"])
    run.complete("a")
    run.complete("a")
    assert undo_all(run) == ["undo_a"]
    assert run.waiting == ["after"]


def test_a_loop_is_undone_round_by_round() -> None:
    loop = "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>=more</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
    nodes = undoable("a").replace("</bpmn:userTask>", loop + "</bpmn:userTask>", 1) + throw() + user_task("after")
    run = Run(line(nodes, "a", "throw", "after"))
    run.complete("a", more=True)
    run.complete("a", more=True)
    run.complete("a", more=False)
    assert undo_all(run) == ["undo_a"] * 3


MANY = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics "
    'inputCollection="=people" inputElement="person"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>'
)


@pytest.mark.parametrize(
    ("undo", "steps"),
    [
        (script("undo_a", "n + 1", "n"), []),
        ('<bpmn:manualTask id="undo_a"/>', []),
        (user_task("undo_a").replace("</bpmn:userTask>", MANY + "</bpmn:userTask>"), ["undo_a", "undo_a"]),
        (sub("undo_a", user_task("x") + user_task("y"), "x", "y"), ["x", "y"]),
        (sub("undo_a", user_task("x"), "x", kind="transaction"), ["x"]),
        (sub("undo_a", user_task("x"), "x", more=MANY), ["x", "x"]),
    ],
)
def test_whatever_can_be_done_can_undo(undo: str, steps: list[str]) -> None:
    nodes = user_task("a") + undone("a", "undo_a") + handler(undo) + throw() + user_task("after")
    run = Run(line(nodes, "a", "throw", "after"), n=1, people=["p", "q"])
    run.complete("a")
    for step in steps:
        assert set(run.waiting) == {step}
        run.complete(step)
    assert run.waiting == ["after"]
    assert run.complete("after").ended


def test_what_a_handler_itself_does_is_not_undone_later() -> None:
    nodes = user_task("a") + undone("a", "h") + handler(sub("h", undoable("b"), "b")) + throw() + throw("again")
    run = Run(line(nodes + user_task("after"), "a", "throw", "again", "after"))
    run.complete("a")
    run.complete("b")
    assert run.waiting == ["after"]


def test_two_events_at_once_undo_everything_once() -> None:
    nodes = (
        undoable("a") + undoable("b") + '<bpmn:parallelGateway id="g"/>' + throw("t1") + throw("t2") + user_task("c")
    )
    flows: Flows = {
        "start->a": "1",
        "a->b": "2",
        "b->g": "3",
        "g->t1": "4",
        "g->t2": "5",
        "t1->end": "6",
        "t2->c": "7",
        "c->end": "8",
    }
    run = Run(written(START + nodes + END, flows))
    run.complete("a")
    run.complete("b")
    assert run.waiting == ["c", "undo_b"]
    run.complete("undo_b")
    run.complete("undo_a")
    assert run.waiting == ["c"]
    assert run.complete("c").ended


def test_a_whole_sub_process_can_be_named() -> None:
    nodes = undoable("a") + sub("s", undoable("b"), "b") + throw("throw", "s") + user_task("after")
    run = Run(line(nodes, "a", "s", "throw", "after"))
    run.complete("a")
    run.complete("b")
    assert undo_all(run) == ["undo_b"]
    assert run.waiting == ["after"]


def test_ids_that_the_library_keeps_for_itself_can_be_undone_too() -> None:
    nodes = sub("Root", undoable("End"), "End") + throw() + user_task("after")
    content = (
        line(nodes, "Root", "throw", "after").replace(b'"undo_End"', b'"Start"').replace(b'"undo_End"', b'"Start"')
    )
    run = Run(content)
    run.complete("End")
    assert run.waiting == ["Start"]
    run.complete("Start")
    assert run.waiting == ["after"]


def test_an_event_that_is_taken_away_while_it_undoes_takes_the_handler_along() -> None:
    border = (
        '<bpmn:boundaryEvent id="stop" attachedToRef="s">'
        + event("signal", 'signalRef="s_stop"')
        + "</bpmn:boundaryEvent>"
    )
    nodes = (
        sub("s", undoable("a") + sub("t", undoable("b"), "b") + throw(), "a", "t", "throw")
        + border
        + user_task("after")
    )
    run = Run(line(nodes, "s", "after", more={"stop->after": "x"}))
    run.complete("a")
    run.complete("b")
    assert run.waiting == ["stop", "undo_b"]
    run.fire("stop")
    assert run.waiting == ["after"]
    assert {(p.element_id, p.what) for p in run.outcome.passages} >= {("throw", "canceled"), ("undo_b", "canceled")}
    assert run.complete("after").ended


def by_signal(nodes: str, *path: str) -> str:
    """Write an event sub-process that a signal begins."""
    signal = event("signal", 'signalRef="s_stop"')
    start = f'<bpmn:startEvent id="e_start" isInterrupting="false">{signal}</bpmn:startEvent>'
    written = sub("e", nodes, *path).replace('<bpmn:startEvent id="e_start"/>', start)
    return written.replace('<bpmn:subProcess id="e"', '<bpmn:subProcess id="e" triggeredByEvent="true"')


def test_an_event_sub_process_undoes_what_was_done_around_it_and_in_it_the_latest_first() -> None:
    nodes = undoable("a") + user_task("b") + by_signal(undoable("c") + throw() + user_task("d"), "c", "throw", "d")
    run = Run(line(nodes, "a", "b"))
    run.complete("a")
    run.fire("e_start")
    run.complete("c")
    assert run.waiting == ["b", "e_start", "undo_c"]
    run.complete("undo_c")
    assert run.waiting == ["b", "e_start", "undo_a"]
    run.complete("undo_a")
    run.complete("b")
    assert run.waiting == ["d", "e_start"]
    assert run.complete("d").ended


def test_a_terminate_end_beside_an_event_that_undoes_around_it_takes_the_handler_along() -> None:
    gateway = '<bpmn:parallelGateway id="g"/>'
    stop = '<bpmn:endEvent id="stop"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
    extra = '<bpmn:sequenceFlow id="x1" sourceRef="g" targetRef="x"/><bpmn:sequenceFlow id="x2" sourceRef="x" targetRef="stop"/>'
    inside = by_signal(gateway + throw() + user_task("x") + stop + extra, "g", "throw")
    run = Run(line(sub("s", undoable("a"), "a") + user_task("b") + inside, "s", "b"))
    run.complete("a")
    run.fire("e_start")
    assert run.waiting == ["b", "e_start", "undo_a", "x"]
    run.complete("x")
    assert run.waiting == ["b", "e_start"]
    assert run.complete("b").ended


def test_an_error_of_a_handler_is_caught_around_the_event_that_undoes() -> None:
    job = '<bpmn:serviceTask id="undo_a"><bpmn:extensionElements><zeebe:taskDefinition type="x"/></bpmn:extensionElements></bpmn:serviceTask>'
    border = (
        '<bpmn:boundaryEvent id="bad" attachedToRef="s">' + event("error", 'errorRef="e_bad"') + "</bpmn:boundaryEvent>"
    )
    inner = sub("t", user_task("a") + undone("a", "undo_a") + handler(job), "a")
    nodes = sub("s", inner + throw(), "t", "throw") + border + user_task("after")
    run = Run(line(nodes, "s", "after", more={"bad->after": "x"}))
    run.complete("a")
    run.step(lambda case: case.throw_error(run.token("undo_a"), "BAD"))
    assert run.waiting == ["after"]


def test_the_event_maps_its_outputs_once_everything_is_undone() -> None:
    io = '<bpmn:extensionElements><zeebe:ioMapping><zeebe:output source="=n" target="left"/></zeebe:ioMapping></bpmn:extensionElements>'
    nodes = user_task("a") + undone("a", "undo_a") + handler(script("undo_a", "n - 1", "n"))
    nodes += throw().replace("<bpmn:compensate", io + "<bpmn:compensate") + user_task("after")
    run = Run(line(nodes, "a", "throw", "after"), n=1)
    run.complete("a")
    assert run.outcome.variables["left"] == 0


def test_a_handler_that_is_taken_away_by_hand_counts_as_done() -> None:
    run = Run(line(undoable("a") + undoable("b") + throw() + user_task("after"), "a", "b", "throw", "after"))
    run.complete("a")
    run.complete("b")
    token = run.token("undo_b")

    def take_away(case: Case) -> None:
        case.terminate(token)
        case.settle()

    run.step(take_away)
    assert undo_all(run) == ["undo_a"]
    assert run.waiting == ["after"]


CANCEL = '<bpmn:endEvent id="cancel"><bpmn:cancelEventDefinition/></bpmn:endEvent>'
CANCELLED = '<bpmn:boundaryEvent id="cancelled" attachedToRef="t"><bpmn:cancelEventDefinition/></bpmn:boundaryEvent>'


def transaction(nodes: str, *path: str) -> str:
    """Write a transaction that is cancelled at the end of its path."""
    return (
        sub("t", nodes, *path, kind="transaction")
        .replace('<bpmn:endEvent id="t_end"/>', CANCEL)
        .replace('"t_end"', '"cancel"')
    )


def test_a_cancelled_transaction_undoes_sub_processes_inside_and_nothing_outside() -> None:
    nodes = undoable("a") + transaction(undoable("b") + sub("s", undoable("c"), "c"), "b", "s") + CANCELLED
    run = Run(
        line(
            nodes + user_task("after") + user_task("sorry"),
            "a",
            "t",
            "after",
            more={"cancelled->sorry": "x", "sorry->end": "y"},
        )
    )
    for element in ("a", "b", "c"):
        run.complete(element)
    run.complete("undo_c")
    run.complete("undo_b")
    assert run.waiting == ["sorry"]
    assert run.complete("sorry").ended


def test_a_transaction_that_was_completed_is_undone_like_any_sub_process() -> None:
    nodes = sub("t", undoable("a"), "a", kind="transaction") + throw() + user_task("after")
    run = Run(line(nodes, "t", "throw", "after"))
    run.complete("a")
    assert undo_all(run) == ["undo_a"]
    assert run.waiting == ["after"]


def test_a_transaction_with_nothing_to_undo_is_left_at_once() -> None:
    nodes = transaction(undoable("a") + user_task("b"), "b") + CANCELLED + user_task("sorry") + user_task("after")
    run = Run(line(nodes, "t", "after", more={"cancelled->sorry": "x", "sorry->end": "y"}))
    run.complete("b")
    assert run.waiting == ["sorry"]


def test_a_case_that_undoes_nothing_keeps_nothing_for_it() -> None:
    plain = user_task("a") + user_task("b") + user_task("c")
    bodies = [Run(line(nodes, "a", "b", "c")) for nodes in (plain, plain.replace('"c"', '"c"', 1))]
    for run in bodies:
        run.complete("a")
        run.complete("b")
    assert bodies[0].outcome.body == bodies[1].outcome.body


def test_an_ad_hoc_sub_process_is_undone_once_and_with_what_was_chosen_in_it() -> None:
    nodes = f'<bpmn:adHocSubProcess id="s">{undoable("a")}{undoable("b")}</bpmn:adHocSubProcess>'
    nodes += undone("s", "undo_s") + handler(user_task("undo_s")) + throw() + user_task("after")
    run = Run(line(nodes, "s", "throw", "after"))
    token = run.token("s")
    run.step(lambda case: case.choose(token, [("b", {}), ("a", {})]))
    run.complete("b")
    run.complete("a")
    assert undo_all(run) == ["undo_s", "undo_a", "undo_b"]
    assert run.waiting == ["after"]


def test_a_compensation_event_sub_process_alone_is_enough_to_undo_a_sub_process() -> None:
    start = '<bpmn:startEvent id="u_start"><bpmn:compensateEventDefinition/></bpmn:startEvent>'
    inner = sub("u", user_task("x"), "x").replace('<bpmn:startEvent id="u_start"/>', start)
    inner = inner.replace('id="u"', 'id="u" triggeredByEvent="true"')
    nodes = sub("s", user_task("a") + inner, "a", more=MANY) + throw() + user_task("after")
    run = Run(line(nodes, "s", "throw", "after"), people=["p", "q"])
    assert run.waiting == ["a", "a"]
    run.complete("a")
    run.complete("a")
    seen = []
    while run.waiting == ["x"]:
        case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
        seen.append(case.visible(run.token("x"))["person"])
        run.complete("x")
    assert sorted(map(str, seen)) == ["p", "q"]
    assert run.waiting == ["after"]
    assert run.complete("after").ended


def test_the_listeners_of_the_event_are_asked_before_and_after_everything_is_undone() -> None:
    listeners = (
        "<bpmn:extensionElements><zeebe:executionListeners>"
        '<zeebe:executionListener eventType="start" type="before"/>'
        '<zeebe:executionListener eventType="end" type="after"/>'
        "</zeebe:executionListeners></bpmn:extensionElements>"
    )
    event_of = throw().replace("<bpmn:compensate", listeners + "<bpmn:compensate")
    run = Run(line(undoable("a") + event_of + user_task("after"), "a", "throw", "after"))
    run.complete("a")
    for moment in ("start", "end"):
        assert run.waiting == ["throw"]
        assert [job.listener for job in run.outcome.jobs] == [moment]
        run.step(lambda case: case.complete_listener(run.token("throw"), {}))
        if moment == "start":
            assert undo_all(run) == ["undo_a"]
    assert run.waiting == ["after"]


def test_an_event_that_is_taken_away_by_hand_leaves_the_rest_as_it_is() -> None:
    run = Run(line(undoable("a") + undoable("b") + throw() + user_task("after"), "a", "b", "throw", "after"))
    run.complete("a")
    run.complete("b")
    (token,) = {passage.token for passage in run.outcome.passages if passage.element_id == "throw"}

    def go_on(case: Case) -> None:
        case.activate("after")
        case.terminate(token)
        case.settle()

    run.step(go_on)
    assert run.waiting == ["after"]
    assert [element.id for element in run.outcome.canceled.values()] == ["undo_b"]
    assert run.complete("after").ended


def test_a_case_that_was_only_looked_at_stays_awake_unless_something_can_still_be_undone() -> None:
    run = Run(line(undoable("a") + user_task("b"), "a", "b"))
    looked_at = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    assert looked_at.visible(run.token("a")) == run.outcome.variables
    resting = looked_at.rest_as_it_was()
    assert resting is not None
    again = Case.resume(resting, run.specification, ENVIRONMENT)
    again.complete(run.token("a"), {})
    run.outcome = again.outcome()
    assert run.waiting == ["b"]
    assert Case.wake(run.outcome.body, run.specification, ENVIRONMENT).rest_as_it_was() is None
    changed = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    changed.correct(run.token("b"), {"more": 1})
    assert changed.rest_as_it_was() is None
