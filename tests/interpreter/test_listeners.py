"""Execution listeners in memory: when they are asked, what they bring, and that nothing goes on without them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from operator import methodcaller

import pytest

from engine.interpreter import Answer, Case, Decided, Outcome
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.interpreter.build import END, START, diagram, script, user_task
from tests.interpreter.journey import Journey
from tests.interpreter.test_case import ENVIRONMENT, Run
from tests.interpreter.test_elements import event, written
from tests.interpreter.test_growth import repeated, sub_process

A_TASK = {"start->a": "f1", "a->end": "f2"}


def listeners(*given: tuple[str, str]) -> str:
    """Write execution listeners: pairs of moment and type."""
    each = "".join(f'<zeebe:executionListener eventType="{moment}" type="{type_}"/>' for moment, type_ in given)
    return f"<zeebe:executionListeners>{each}</zeebe:executionListeners>"


def extended(node: str, inner: str) -> str:
    """Put extensions into an empty node."""
    tag = node.split(maxsplit=1)[0].removeprefix("<")
    return node.replace("/>", f"><bpmn:extensionElements>{inner}</bpmn:extensionElements></{tag}>", 1)


def on_process(content: bytes, inner: str) -> bytes:
    """Put extensions onto the process."""
    head = b'isExecutable="true">'
    return content.replace(head, head + f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>".encode(), 1)


def asked(run: Run) -> list[tuple[str, str | None, str]]:
    """Tell which listeners this step asked: type, moment, element."""
    return [(job.type, job.listener, job.element.id) for job in run.outcome.jobs if job.listener]


def hear(run: Run, **brought: object) -> Outcome:
    """Complete the one listener that is asked."""
    (job,) = [job for job in run.outcome.jobs if job.listener]
    return run.step(lambda case: case.complete_listener(job.token, brought))


def test_listeners_are_asked_one_after_the_other_around_a_task() -> None:
    around = listeners(("start", "first"), ("end", "last"), ("start", "second"))
    mapping = '<zeebe:ioMapping><zeebe:input source="=x + 1" target="y"/><zeebe:output source="=y + found" target="z"/></zeebe:ioMapping>'
    run = Run(diagram(START + user_task("a", around + mapping) + END, A_TASK), x=1)
    assert (asked(run), run.outcome.tasks) == ([("first", "start", "a")], ())
    hear(run, found=10)
    assert (asked(run), run.outcome.tasks) == ([("second", "start", "a")], ())
    hear(run)
    assert [task.element.id for task in run.outcome.tasks] == ["a"]
    run.complete("a", y=5)
    assert asked(run) == [("last", "end", "a")]
    assert run.outcome.variables == {"x": 1, "z": 15}
    hear(run, z=16, noted=True)
    assert run.outcome.ended
    assert run.outcome.variables == {"x": 1, "z": 16, "noted": True}


def test_what_a_start_listener_brings_stays_inside_its_element() -> None:
    run = Run(diagram(START + user_task("a", listeners(("start", "find"))) + END, A_TASK))
    hear(run, hint="小心")
    token = run.token("a")
    woken = Case.wake(run.outcome.body, run.specification, run.environment)
    assert woken.visible(token)["hint"] == "小心"
    run.complete("a", done=True)
    assert run.outcome.variables == {"done": True}
    assert b"hint" not in run.outcome.body


def test_a_passage_through_a_listened_task_is_told_once() -> None:
    run = Run(diagram(START + user_task("a", listeners(("start", "x"), ("end", "y"))) + END, A_TASK))
    told = [*run.outcome.passages, *hear(run).passages, *run.complete("a").passages, *hear(run).passages]
    assert [one.what for one in told if one.element_id == "a"] == ["entered", "completed"]


def test_a_gateway_decides_with_what_its_listener_found() -> None:
    gateway = extended('<bpmn:exclusiveGateway id="g" default="no"/>', listeners(("start", "look")))
    nodes = START + gateway + user_task("a") + END
    run = Run(diagram(nodes, {"start->g": "f1", "g->a": ("yes", "=score > 5"), "g->end": "no", "a->end": "f4"}))
    assert run.waiting == ["g"]
    hear(run, score=7)
    assert run.waiting == ["a"]
    assert "score" not in run.outcome.variables


@pytest.mark.parametrize(
    "node",
    [
        script("a", "=1 + 1", "two").replace("<zeebe:script", "{listeners}<zeebe:script"),
        extended('<bpmn:manualTask id="a" name="a"/>', "{listeners}"),
        extended('<bpmn:intermediateThrowEvent id="a"/>', "{listeners}"),
        (
            '<bpmn:businessRuleTask id="a"><bpmn:extensionElements>{listeners}<zeebe:calledDecision decisionId="=d" resultVariable="two"/>'
            "</bpmn:extensionElements></bpmn:businessRuleTask>"
        ),
        '<bpmn:serviceTask id="a"><bpmn:extensionElements>{listeners}<zeebe:taskDefinition type="work"/></bpmn:extensionElements></bpmn:serviceTask>',
        (
            '<bpmn:subProcess id="a"><bpmn:extensionElements>{listeners}</bpmn:extensionElements><bpmn:startEvent id="s"/>'
            '<bpmn:endEvent id="e"/><bpmn:sequenceFlow id="i" sourceRef="s" targetRef="e"/></bpmn:subProcess>'
        ),
    ],
    ids=["script", "manual", "throw", "rule", "service", "sub-process"],
)
def test_every_kind_of_activity_waits_for_both_of_its_listeners(node: str) -> None:
    content = written(START + node.format(listeners=listeners(("start", "x"), ("end", "y"))) + END, A_TASK)
    decides = replace(ENVIRONMENT, decide=lambda *_: Decided(value=2, evidence={}))
    run = Run(content, decides, d="rate")
    assert asked(run) == [("x", "start", "a")]
    hear(run, seen=1)
    if "serviceTask" in node:
        assert [job.type for job in run.outcome.jobs] == ["work"]
        run.complete("a", two=2)
    assert asked(run) == [("y", "end", "a")]
    hear(run)
    assert run.outcome.ended
    assert "seen" not in run.outcome.variables
    if "two" in node or "work" in node:
        assert run.outcome.variables["two"] == 2


def test_the_process_is_listened_to_before_its_start_goes_on_and_after_its_last_token() -> None:
    content = diagram(START + user_task("a") + END, A_TASK)
    run = Run(on_process(content, listeners(("start", "open"), ("end", "close"))))
    assert (asked(run), run.waiting) == ([("open", "start", "process")], ["start"])
    hear(run, opened=1)
    assert (run.waiting, run.outcome.variables) == (["a"], {"opened": 1})
    run.complete("a")
    assert (asked(run), run.waiting, run.outcome.ended) == ([("close", "end", "process")], ["end"], False)
    hear(run, closed=1)
    assert run.outcome.ended
    assert run.outcome.ended_at is not None
    assert run.outcome.variables == {"opened": 1, "closed": 1}


def test_a_terminated_process_asks_its_end_listeners_with_nothing_else_left() -> None:
    stop = '<bpmn:endEvent id="stop">' + event("terminate") + "</bpmn:endEvent>"
    nodes = START + '<bpmn:parallelGateway id="split"/>' + user_task("a") + user_task("b") + stop + END
    flows = {"start->split": "f1", "split->a": "f2", "split->b": "f3", "a->stop": "f4", "b->end": "f5"}
    run = Run(on_process(written(nodes, flows), listeners(("end", "close"))))
    run.complete("a")
    assert (asked(run), len(run.waiting)) == ([("close", "end", "process")], 1)
    hear(run)
    assert run.outcome.ended


def test_start_and_end_events_have_listeners_too() -> None:
    nodes = extended(START, listeners(("end", "began"))) + extended(
        '<bpmn:endEvent id="end" name="好"/>', listeners(("start", "x"), ("end", "y"))
    )
    run = Run(diagram(nodes, {"start->end": "f1"}))
    for expected in (("began", "end", "start"), ("x", "start", "end"), ("y", "end", "end")):
        assert asked(run) == [expected]
        hear(run)
    assert run.outcome.ended


def test_an_event_begins_to_wait_after_its_start_listeners_and_is_over_before_its_end_listeners() -> None:
    catch = (
        '<bpmn:intermediateCatchEvent id="a"><bpmn:extensionElements>'
        + listeners(("start", "x"), ("end", "y"))
        + "</bpmn:extensionElements>"
        + event("message", 'messageRef="m_paid"')
        + "</bpmn:intermediateCatchEvent>"
    )
    run = Run(written(START + catch + END, A_TASK))
    assert (asked(run), run.outcome.subscriptions) == ([("x", "start", "a")], ())
    hear(run, order="7")
    assert [one.correlation_key for one in run.outcome.subscriptions] == ["7"]
    token = run.token("a")
    run.step(lambda case: case.fire(token, {"paid": 1}))
    assert asked(run) == [("y", "end", "a")]
    assert token in run.outcome.completed_tokens
    hear(run)
    assert (run.outcome.ended, run.outcome.variables) == (True, {"paid": 1})


def test_an_interrupting_border_takes_its_activity_away_before_its_listeners_are_asked() -> None:
    border = (
        '<bpmn:boundaryEvent id="border" attachedToRef="a"><bpmn:extensionElements>'
        + listeners(("end", "y"))
        + "</bpmn:extensionElements>"
        + event("signal", 'signalRef="s_stop"')
        + "</bpmn:boundaryEvent>"
    )
    nodes = START + user_task("a") + border + user_task("b") + END
    run = Run(written(nodes, {**A_TASK, "border->b": "f3", "b->end": "f4"}))
    run.fire("border")
    assert (run.waiting, [e.id for e in run.outcome.canceled.values()]) == (["border"], ["a"])
    hear(run)
    assert run.waiting == ["b"]


def test_an_event_gateway_lets_only_the_first_event_happen_while_listeners_are_asked() -> None:
    catches = "".join(
        f'<bpmn:intermediateCatchEvent id="{name}"><bpmn:extensionElements>{listeners(("start", "x"))}'
        "</bpmn:extensionElements>" + event("signal", 'signalRef="s_stop"') + "</bpmn:intermediateCatchEvent>"
        for name in ("a", "b")
    )
    flows = {"start->g": "f1", "g->a": "f2", "g->b": "f3", "a->end": "f4", "b->end": "f5"}
    run = Run(written(START + '<bpmn:eventBasedGateway id="g"/>' + catches + END, flows))
    assert (run.waiting, asked(run)) == (["a", "b"], [])
    run.fire("b")
    assert (run.waiting, asked(run)) == (["b"], [("x", "start", "b")])
    hear(run)
    assert run.outcome.ended


def test_each_instance_of_a_repeated_task_is_listened_to() -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person" outputCollection="seen" '
        'outputElement="=mark"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>'
    )
    task = user_task("a", listeners(("start", "x"))).replace("</bpmn:userTask>", loop)
    run = Run(diagram(START + task + END, A_TASK), people=["甲", "乙"])
    tokens = [job.token for job in run.outcome.jobs]
    assert (len(tokens), run.outcome.tasks) == (2, ())
    for number, token in enumerate(tokens):
        run.step(methodcaller("complete_listener", token, {"mark": number}))
        run.step(methodcaller("complete", token, {}))
    assert run.outcome.ended
    assert run.outcome.variables["seen"] == [0, 1]


def test_a_listener_whose_type_can_not_be_told_is_stuck_until_it_can() -> None:
    run = Run(diagram(START + user_task("a", listeners(("start", "=type[1]("))) + END, A_TASK))
    assert [one.code for one in run.outcome.stuck] == ["expression_failed"]
    assert run.outcome.tasks == ()
    (stuck,) = run.outcome.stuck
    run.step(lambda case: case.retry(stuck.token))
    assert [one.code for one in run.outcome.stuck] == ["expression_failed"]


def test_how_often_a_listener_is_tried_may_be_an_expression() -> None:
    listened = listeners(("start", "x")).replace('type="x"', 'type="x" retries="=tries + 1"')
    content = diagram(START + user_task("a", listened) + END, A_TASK)
    (job,) = Run(content, tries=4).outcome.jobs
    assert job.retries == 5
    assert [one.code for one in Run(content, tries="many").outcome.stuck] == ["retries_wrong"]


def test_an_error_from_a_listener_goes_to_the_border() -> None:
    border = (
        '<bpmn:boundaryEvent id="border" attachedToRef="a">'
        + event("error", 'errorRef="e_bad"')
        + "</bpmn:boundaryEvent>"
    )
    nodes = START + user_task("a", listeners(("start", "x"))) + border + user_task("b") + END
    run = Run(written(nodes, {**A_TASK, "border->b": "f3", "b->end": "f4"}))
    token = run.token("a")
    run.step(lambda case: case.throw_error(token, "BAD", {"why": "没货"}))
    assert (run.waiting, run.outcome.variables) == (["b"], {"why": "没货"})


KNOWN = Known(forms=frozenset(), job_types=frozenset({"notify"}))


def codes(content: bytes) -> list[tuple[str, str | None]]:
    found = check(content, "x.bpmn", KNOWN).findings
    return [(one.code, one.element) for one in found if "listener" in one.code or one.code == "job_type_external"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (diagram(START + user_task("a", listeners(("before", "notify"))) + END, A_TASK), "listener_event_unknown"),
        (diagram(START + user_task("a", listeners(("start", ""))) + END, A_TASK), "listener_type_missing"),
        (diagram(START + user_task("a", listeners(("start", "mine"))) + END, A_TASK), "job_type_external"),
        (diagram(START + extended('<bpmn:exclusiveGateway id="a"/>', listeners(("end", "notify"))) + END, A_TASK), "listener_not_allowed"),
        (diagram(extended('<bpmn:startEvent id="a"/>', listeners(("start", "notify"))) + END, {"a->end": "f1"}), "listener_not_allowed"),
        (
            diagram(
                START + extended('<bpmn:manualTask id="a" name="a"/>', '<zeebe:taskListeners><zeebe:taskListener eventType="creating" type="notify"/></zeebe:taskListeners>') + END,
                A_TASK,
            ),
            "listener_not_allowed",
        ),
    ],
)  # fmt: skip
def test_a_listener_that_would_never_be_asked_is_found_at_its_element(content: bytes, code: str) -> None:
    assert codes(content) == [(code, "a")]


def test_a_right_listener_is_no_finding() -> None:
    assert codes(diagram(START + user_task("a", listeners(("start", "notify"), ("end", "notify"))) + END, A_TASK)) == []


def task_listeners(*given: tuple[str, str]) -> str:
    each = "".join(f'<zeebe:taskListener eventType="{moment}" type="{type_}"/>' for moment, type_ in given)
    return f"<zeebe:taskListeners>{each}</zeebe:taskListeners>"


def answer(run: Run, denied: str | None = None, **corrections: object) -> Outcome:
    """Let the one listener that is asked agree, refuse or correct."""
    (job,) = [job for job in run.outcome.jobs if job.listener]
    return run.step(methodcaller("complete_listener", job.token, {}, Answer(denied=denied, corrections=corrections)))


def request(run: Run, event_: str, **wanted: object) -> None:
    run.step(methodcaller("request", run.token("a"), event_, {"action": "do", **wanted}))


def changes(run: Run) -> list[tuple[str, str | None, dict[str, object]]]:
    return [(one.event, one.denied, one.changes) for one in run.outcome.changed]


def test_a_task_is_created_when_its_listeners_have_said_what_it_is() -> None:
    listened = task_listeners(("creating", "x"), ("creating", "y"), ("assigning", "z"))
    run = Run(diagram(START + user_task("a", listened) + END, A_TASK))
    (first,) = run.outcome.jobs
    assert first.asks is not None
    assert first.asks["task"]["assignee"] == "tester"  # type: ignore[index] # a task as JSON
    answer(run, assignee="wu.tao", dueDate="2026-03-05T10:00:00+08:00")
    assert not run.outcome.tasks
    (second,) = run.outcome.jobs
    assert second.asks is not None
    assert second.asks["changed"] == {"assignee": "wu.tao", "dueDate": "2026-03-05T10:00:00+08:00"}
    answer(run, priority=90)
    (task,) = run.outcome.tasks
    assert (task.assignee, task.priority, task.due_at) == ("wu.tao", 90, dt.datetime(2026, 3, 5, 2, tzinfo=dt.UTC))
    assert (task.pending, asked(run)) == (
        {"state": "ASSIGNING", "action": "", "assignee": "wu.tao"},
        [("z", "assigning", "a")],
    )
    answer(run)
    assert changes(run) == [("assigning", None, {"assignee": "wu.tao"})]
    assert (run.waiting, run.outcome.tasks) == (["a"], ())


def test_a_completion_that_is_refused_leaves_the_task_as_it_was() -> None:
    mapping = '<zeebe:ioMapping><zeebe:input source="=1" target="draft"/></zeebe:ioMapping>'
    run = Run(diagram(START + user_task("a", mapping + task_listeners(("completing", "x"))) + END, A_TASK))
    token = run.token("a")
    request(run, "completing", result={"amount": 9})
    woken = Case.wake(run.outcome.body, run.specification, run.environment)
    assert (woken.visible_to_job(token)["amount"], "amount" in woken.visible(token)) == (9, False)
    answer(run, denied="金额太大")
    assert changes(run) == [("completing", "金额太大", {})]
    assert (run.waiting, run.outcome.variables, run.outcome.tasks) == (["a"], {}, ())
    request(run, "completing", result={"amount": 3})
    answer(run)
    assert changes(run) == [("completing", None, {})]
    assert (run.outcome.ended, run.outcome.variables) == (True, {"amount": 3})


def test_a_token_that_is_taken_away_takes_its_listener_along() -> None:
    border = (
        '<bpmn:boundaryEvent id="border" attachedToRef="a">'
        + event("signal", 'signalRef="s_stop"')
        + "</bpmn:boundaryEvent>"
    )
    nodes = START + user_task("a", task_listeners(("completing", "x"))) + border + END
    run = Run(written(nodes, {**A_TASK, "border->end": "f3"}))
    request(run, "completing", result={})
    run.fire("border")
    assert run.outcome.ended
    assert [one.id for one in run.outcome.canceled.values()] == ["a"]


@pytest.mark.parametrize(
    ("moment", "code"),
    [("creating", []), ("canceling", ["listener_not_allowed"]), ("updating", []), ("start", ["listener_event_unknown"])],
)  # fmt: skip
def test_moments_of_tasks_are_checked(moment: str, code: list[str]) -> None:
    content = diagram(START + user_task("a", task_listeners((moment, "notify"))) + END, A_TASK)
    assert [found for found, _ in codes(content)] == code


@pytest.mark.parametrize("draw", [sub_process, repeated])
def test_a_sub_process_whose_listener_was_asked_goes_on_with_its_own_variables(draw: Callable[[str, str], str]) -> None:
    name = 'name="stage">'
    ask = f"<bpmn:extensionElements>{listeners(('start', 'x'))}</bpmn:extensionElements>"
    stage = draw("stage", user_task("ask")).replace(name, name + ask)
    run = Run(written(START + stage + END, {"start->stage": "f1", "stage->end": "f2"}), people=["a", "b"])
    held = [job.token for job in run.outcome.jobs]
    for number, token in enumerate(held):
        run.step(lambda case, token=token, number=number: case.complete_listener(token, {"seen": number}))  # type: ignore[misc] # defaults fix them
        assert run.outcome.canceled == {}
        assert ("canceled", "stage") not in [(one.what, one.element_id) for one in run.outcome.passages]
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    asked_now = [token for token, element in run.outcome.waiting.items() if element == "ask"]
    assert [case.visible(token)["seen"] for token in asked_now] == list(range(len(held)))
    for _ in held:
        run.complete("ask", vote="yes")
    assert run.outcome.ended


INTO = {"start->stage": "f1", "stage->after": "f2", "after->end": "f3"}


def test_whoever_goes_back_or_is_moved_into_a_sub_process_passes_its_start_with_the_listeners_there() -> None:
    ask = f"<bpmn:extensionElements>{listeners(('start', 'x'))}</bpmn:extensionElements>"
    stage = sub_process("stage", user_task("ask")).replace('name="stage">', f'name="stage">{ask}')
    run = Journey(written(START + stage + user_task("after") + END, INTO))
    held = run.token("stage")
    case = run.wake()
    case.complete_listener(held, {})
    run._take(case.outcome())
    run.complete("ask")
    run.back("after", "ask")
    assert (run.waiting, run.outcome.jobs) == (["ask"], ())
    run.complete("ask")
    run.move("after", "ask")
    assert (run.waiting, run.outcome.jobs) == (["ask"], ())
    run.complete("ask")
    assert run.complete("after").ended
