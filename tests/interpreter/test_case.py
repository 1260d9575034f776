"""Tokens: what waits, what goes on, what gets stuck, and that state in and state out are all there is."""

import datetime as dt
from collections.abc import Callable

import pytest

from engine.errors import ConflictError
from engine.interpreter import Case, Environment, Outcome, specification
from tests.interpreter.build import END, START, diagram, script, side_by_side, user_task

NOW = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)
ENVIRONMENT = Environment(now=NOW)


class Run:
    """A case whose state goes through bytes between any two steps."""

    def __init__(self, content: bytes, environment: Environment = ENVIRONMENT, **variables: object) -> None:
        self.specification = specification(content, "process")
        self.environment = environment
        self.outcome: Outcome = Case.start(self.specification, environment, variables).outcome()

    def step(self, *verbs: Callable[[Case], object]) -> Outcome:
        case = Case.wake(self.outcome.body, self.specification, self.environment)
        for apply in verbs:
            apply(case)
        self.outcome = case.outcome()
        return self.outcome

    def complete(self, element: str, **result: object) -> Outcome:
        return self.step(lambda case: case.complete(self.token(element), result))

    def fire(self, element: str) -> Outcome:
        return self.step(lambda case: case.fire(self.token(element)))

    def token(self, element: str) -> int:
        return next(token for token, waiting in self.outcome.waiting.items() if waiting == element)

    @property
    def waiting(self) -> list[str]:
        return sorted(self.outcome.waiting.values())


def test_the_same_state_and_command_give_the_same_result_always() -> None:
    content = diagram(START + user_task("a") + user_task("b") + END, {"start->a": "f1", "a->b": "f2", "b->end": "f3"})
    first, second = Run(content, x=1), Run(content, x=1)
    assert first.outcome == second.outcome
    assert first.complete("a", y=2) == second.complete("a", y=2)
    assert first.outcome.body == second.outcome.body


def test_a_parallel_split_waits_for_all_and_joins_once() -> None:
    both = side_by_side(user_task("a"), user_task("b"))
    for order in (("a", "b"), ("b", "a")):
        run = Run(both)
        assert run.waiting == ["a", "b"]
        run.complete(order[0])
        assert run.waiting == [order[1]]
        assert run.complete(order[1]).ended
        assert [p.element_id for p in run.outcome.passages if p.element_id == "end"] == ["end"]


def test_parallel_branches_see_each_others_variables_at_once() -> None:
    nodes = START + '<bpmn:parallelGateway id="split"/>' + user_task("a") + user_task("b") + END
    run = Run(
        diagram(nodes, {"start->split": "f1", "split->a": "f2", "split->b": "f3", "a->end": "f4", "b->end": "f5"})
    )
    run.complete("a", colour="red")
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    assert case.visible(run.token("b"))["colour"] == "red"


def test_input_mappings_are_local_and_outputs_are_all_that_leaves() -> None:
    io = (
        '<zeebe:ioMapping><zeebe:input source="=x + 1" target="local"/>'
        '<zeebe:output source="=local * answer" target="result"/></zeebe:ioMapping>'
    )
    run = Run(diagram(START + user_task("a", io) + END, {"start->a": "f1", "a->end": "f2"}), x=2)
    assert run.outcome.variables == {"x": 2}
    run.complete("a", answer=5, noise="gone")
    assert run.outcome.variables == {"x": 2, "result": 15}


GATEWAY = (
    START
    + user_task("a")
    + '<bpmn:exclusiveGateway id="g" default="{default}"/>'
    + user_task("yes")
    + user_task("no")
    + END
)
FLOWS: dict[str, str | tuple[str, str]] = {
    "start->a": "f1",
    "a->g": "f2",
    "g->yes": ("f3", "=n &gt; 10"),
    "yes->end": "f5",
    "no->end": "f6",
}


def test_an_exclusive_gateway_asks_in_the_order_of_the_file_and_then_takes_the_default() -> None:
    content = diagram(GATEWAY.format(default="f4"), {**FLOWS, "g->no": "f4"})
    for n, chosen in ((11, "yes"), (10, "no")):
        run = Run(content)
        run.complete("a", n=n)
        assert run.waiting == [chosen]
        assert {"yes": "f3", "no": "f4"}[chosen] in {passage.flow_id for passage in run.outcome.passages}


def test_no_true_condition_gets_stuck_there_and_goes_on_when_the_data_are_mended() -> None:
    content = diagram(GATEWAY.format(default=""), {**FLOWS, "g->no": ("f4", "=n &lt; 5")})
    run = Run(content)
    run.complete("a", n=7)
    (stuck,) = run.outcome.stuck
    assert (stuck.element.id, stuck.code) == ("g", "no_condition_true")
    assert not run.outcome.ended

    token = run.token("g")
    run.step(lambda case: case.retry(token))
    assert [one.code for one in run.outcome.stuck] == ["no_condition_true"]

    def mend(case: Case) -> None:
        case.set_variables({"n": 20})
        case.retry(token)

    run.step(mend)
    assert (run.waiting, run.outcome.stuck) == (["yes"], ())


def test_a_condition_that_is_neither_true_nor_false_gets_stuck_with_its_reason() -> None:
    run = Run(diagram(GATEWAY.format(default="f4"), {**FLOWS, "g->no": "f4"}))
    run.complete("a")
    (stuck,) = run.outcome.stuck
    assert stuck.code == "condition_not_boolean"
    assert stuck.facts["expression"] == "=n > 10"


def test_a_rule_that_fails_opens_no_task_and_is_tried_again_on_retry() -> None:
    broken = (
        '<bpmn:userTask id="b" name="b"><bpmn:extensionElements>'
        '<zeebe:assignmentDefinition assignee="=string length("/></bpmn:extensionElements></bpmn:userTask>'
    )
    run = Run(diagram(START + user_task("a") + broken + END, {"start->a": "f1", "a->b": "f2", "b->end": "f3"}))
    run.complete("a")
    assert [one.code for one in run.outcome.stuck] == ["expression_failed"]
    assert run.outcome.tasks == ()
    token = run.token("b")
    run.step(lambda case: case.retry(token))
    assert [one.code for one in run.outcome.stuck] == ["expression_failed"]


def test_an_interrupting_timer_takes_the_task_away_and_a_gentle_one_does_not() -> None:
    for interrupting in ("true", "false"):
        nodes = (
            START
            + user_task("a")
            + user_task("late")
            + END
            + f'<bpmn:boundaryEvent id="timer" attachedToRef="a" cancelActivity="{interrupting}">'
            "<bpmn:timerEventDefinition>"
            "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        )
        run = Run(diagram(nodes, {"start->a": "f1", "a->end": "f2", "timer->late": "f3", "late->end": "f4"}))
        (job,) = run.outcome.jobs
        assert (job.kind, job.due_at) == ("timer", NOW + dt.timedelta(hours=1))
        token = run.token("a")
        run.fire("timer")
        assert run.waiting == (["late"] if interrupting == "true" else ["a", "late"])
        assert (token in run.outcome.canceled) is (interrupting == "true")


def test_completing_the_task_takes_its_timer_away() -> None:
    nodes = (
        START
        + user_task("a")
        + user_task("b")
        + END
        + '<bpmn:boundaryEvent id="timer" attachedToRef="a"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    run = Run(diagram(nodes, {"start->a": "f1", "a->b": "f2", "timer->end": "f3", "b->end": "f4"}))
    token = run.token("timer")
    run.complete("a")
    assert run.waiting == ["b"]
    assert run.outcome.canceled.keys() == {token}
    with pytest.raises(ConflictError):
        run.step(lambda case: case.fire(token))


def test_a_sub_process_has_its_own_scope_and_ends_before_the_flow_goes_on() -> None:
    nodes = (
        START
        + user_task("after")
        + END
        + '<bpmn:subProcess id="inner" name="inner"><bpmn:startEvent id="inner_start"/>'
        + user_task("inside")
        + script("double", "=n * 2", "n")
        + '<bpmn:endEvent id="inner_end"/>'
        '<bpmn:sequenceFlow id="i1" sourceRef="inner_start" targetRef="inside"/>'
        '<bpmn:sequenceFlow id="i2" sourceRef="inside" targetRef="double"/>'
        '<bpmn:sequenceFlow id="i3" sourceRef="double" targetRef="inner_end"/></bpmn:subProcess>'
    )
    run = Run(diagram(nodes, {"start->inner": "f1", "inner->after": "f2", "after->end": "f3"}), n=4)
    assert run.waiting == ["inside"]
    run.complete("inside", m=1)
    assert run.waiting == ["after"]
    assert run.outcome.variables == {"n": 8, "m": 1}
    assert run.complete("after").ended


def test_a_terminate_end_takes_everything_else_away() -> None:
    nodes = (
        START
        + '<bpmn:parallelGateway id="split"/>'
        + user_task("a")
        + user_task("b")
        + END
        + '<bpmn:endEvent id="stop" name="停"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
    )
    run = Run(
        diagram(nodes, {"start->split": "f1", "split->a": "f2", "split->b": "f3", "a->stop": "f4", "b->end": "f5"})
    )
    other = run.token("b")
    run.complete("a")
    assert run.outcome.ended
    assert run.outcome.canceled.keys() == {other}
    assert run.outcome.ended_at is not None
    assert run.outcome.ended_at.name == "停"


def test_a_long_loop_never_gets_stuck_silently() -> None:
    nodes = START + user_task("a") + '<bpmn:exclusiveGateway id="g" default="f3"/><bpmn:exclusiveGateway id="m"/>' + END
    flows: dict[str, str | tuple[str, str]] = {
        "start->m": "f1",
        "m->a": "f2",
        "a->g": "f4",
        "g->end": "f3",
        "g->m": ("f5", "=again"),
    }
    run = Run(diagram(nodes, flows))
    for _ in range(400):
        run.complete("a", again=True)
        assert run.waiting == ["a"]
    assert run.complete("a", again=False).ended


def test_a_loop_without_a_waiting_element_becomes_an_incident() -> None:
    nodes = (
        START
        + script("s", "=1", "one")
        + '<bpmn:exclusiveGateway id="g" default="f3"/><bpmn:exclusiveGateway id="m"/>'
        + END
    )
    flows: dict[str, str | tuple[str, str]] = {
        "start->m": "f1",
        "m->s": "f2",
        "s->g": "f4",
        "g->end": ("f5", "=one = 2"),
        "g->m": "f3",
    }
    run = Run(diagram(nodes, flows))
    assert [one.code for one in run.outcome.stuck] == ["endless_loop"]
    assert not run.outcome.ended


def test_ids_that_the_library_keeps_for_itself_are_allowed() -> None:
    nodes = '<bpmn:startEvent id="Start"/>' + user_task("Root") + '<bpmn:endEvent id="End" name="完"/>'
    run = Run(diagram(nodes, {"Start->Root": "f1", "Root->End": "f2"}))
    assert run.waiting == ["Root"]
    assert run.complete("Root").ended
    assert [passage.element_id for passage in run.outcome.passages] == ["Root", "End"]


def test_an_ended_case_keeps_its_variables_and_nothing_else() -> None:
    run = Run(diagram(START + user_task("a") + END, {"start->a": "f1", "a->end": "f2"}), note="x" * 50)
    during = len(run.outcome.body)
    run.complete("a", done=True)
    assert run.outcome.variables == {"note": "x" * 50, "done": True}
    assert len(run.outcome.body) < during
