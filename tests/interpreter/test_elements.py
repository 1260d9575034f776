"""Every element of the dialect beyond the plain ones: repetition, events, calls, decisions."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import pytest

from engine.interpreter import Case, Environment
from engine.interpreter.environment import Decided
from tests.interpreter.build import END, START, diagram, script, user_task
from tests.interpreter.test_case import ENVIRONMENT, NOW, Run

DEFINITIONS = (
    '<bpmn:message id="m_paid" name="paid"><bpmn:extensionElements>'
    '<zeebe:subscription correlationKey="=order"/></bpmn:extensionElements></bpmn:message>'
    '<bpmn:signal id="s_stop" name="stop"/><bpmn:error id="e_bad" name="bad" errorCode="BAD"/>'
    '<bpmn:escalation id="x_late" name="late" escalationCode="LATE"/>'
)


def written(nodes: str, flows: Mapping[str, str | tuple[str, str]]) -> bytes:
    """Write a diagram that may use the messages, signals, errors and escalations above."""
    return diagram(nodes, flows).replace(b"<bpmn:process", DEFINITIONS.encode() + b"<bpmn:process", 1)


def event(kind: str, reference: str = "") -> str:
    return f"<bpmn:{kind}EventDefinition {reference}/>"


def many(element: str, loop: str, inner: str = "", completion: str = "", *, sequential: bool = False) -> str:
    """Write a multi-instance user task."""
    condition = f"<bpmn:completionCondition>{completion}</bpmn:completionCondition>" if completion else ""
    return (
        f'<bpmn:userTask id="{element}" name="{element}"><bpmn:extensionElements><zeebe:userTask/>'
        f'<zeebe:assignmentDefinition assignee="=person"/>{inner}</bpmn:extensionElements>'
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}"><bpmn:extensionElements>'
        f'<zeebe:loopCharacteristics inputCollection="=people" inputElement="person" {loop}/></bpmn:extensionElements>'
        f"{condition}</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )


RESULTS = 'outputCollection="votes" outputElement="={who: person, vote: vote}"'
SIGN = {"start->sign": "f1", "sign->after": "f2", "after->end": "f3"}


def assignees(run: Run) -> list[str | None]:
    return [task.assignee for task in run.outcome.tasks]


def vote(run: Run, person: str, **result: object) -> None:
    """Complete the instance of one person."""
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    token = next(t for t, e in run.outcome.waiting.items() if e == "sign" and case.visible(t)["person"] == person)
    run.step(lambda woken: woken.complete(token, result))


def test_all_sign_at_once_and_their_results_stand_in_the_order_of_the_people() -> None:
    run = Run(written(START + many("sign", RESULTS) + user_task("after") + END, {**SIGN}), people=["a", "b", "c"])
    assert assignees(run) == ["a", "b", "c"]
    for person in ("c", "a", "b"):
        assert run.waiting.count("sign") > 0
        vote(run, person, vote=person.upper())
    assert run.waiting == ["after"]
    assert run.outcome.variables["votes"] == [{"who": p, "vote": p.upper()} for p in "abc"]
    assert "person" not in run.outcome.variables
    assert "loopCounter" not in run.outcome.variables


def test_one_after_the_other_in_the_order_of_the_people() -> None:
    run = Run(
        written(START + many("sign", RESULTS, sequential=True) + user_task("after") + END, {**SIGN}),
        people=["a", "b", "c"],
    )
    for person in "abc":
        assert assignees(run) == [person]
        vote(run, person, vote=1)
    assert run.waiting == ["after"]


def test_a_share_of_the_votes_is_enough_and_the_rest_is_taken_away() -> None:
    completion = "=numberOfCompletedInstances / numberOfInstances &gt;= 0.5"
    run = Run(
        written(START + many("sign", RESULTS, completion=completion) + user_task("after") + END, {**SIGN}),
        people=list("abcd"),
    )
    vote(run, "d", vote="yes")
    assert run.waiting == ["sign"] * 3
    vote(run, "b", vote="no")
    assert run.waiting == ["after"]
    assert len(run.outcome.canceled) == 2
    assert run.outcome.variables["votes"] == [None, {"who": "b", "vote": "no"}, None, {"who": "d", "vote": "yes"}]


def test_a_veto_is_seen_in_the_results_so_far() -> None:
    completion = "=some v in votes satisfies v != null and v.vote = &quot;veto&quot;"
    run = Run(
        written(START + many("sign", RESULTS, completion=completion) + user_task("after") + END, {**SIGN}),
        people=list("abc"),
    )
    vote(run, "a", vote="yes")
    assert run.waiting == ["sign", "sign"]
    vote(run, "b", vote="veto")
    assert run.waiting == ["after"]


def test_nobody_to_sign_goes_on_at_once_and_no_list_gets_stuck() -> None:
    content = written(START + many("sign", RESULTS) + user_task("after") + END, {**SIGN})
    assert Run(content, people=[]).waiting == ["after"]
    stuck = Run(content, people="a")
    assert [one.code for one in stuck.outcome.stuck] == ["collection_not_list"]

    def mend(case: Case) -> None:
        case.set_variables({"people": ["a"]})
        case.retry(stuck.token("sign"))

    stuck.step(mend)
    assert assignees(stuck) == ["a"]


def test_machines_that_repeat_end_in_one_step() -> None:
    work = script("work", "n * n", "square").replace(
        "</bpmn:scriptTask>",
        '<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=ns" '
        'inputElement="n" outputCollection="squares" outputElement="=square"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:scriptTask>",
    )
    run = Run(written(START + work + END, {"start->work": "f1", "work->end": "f2"}), ns=[1, 2, 3])
    assert run.outcome.ended
    assert run.outcome.variables["squares"] == [1, 4, 9]


def test_a_repeated_sub_process_keeps_its_variables_apart() -> None:
    nodes = (
        START
        + user_task("after")
        + END
        + '<bpmn:subProcess id="sub" name="sub"><bpmn:startEvent id="s"/>'
        + user_task("inside")
        + '<bpmn:endEvent id="e"/><bpmn:sequenceFlow id="i1" sourceRef="s" targetRef="inside"/>'
        '<bpmn:sequenceFlow id="i2" sourceRef="inside" targetRef="e"/>'
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person" outputCollection="done" outputElement="=person"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:subProcess>"
    )
    run = Run(written(nodes, {"start->sub": "f1", "sub->after": "f2", "after->end": "f3"}), people=["a", "b"])
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    assert sorted(str(case.visible(token)["person"]) for token in run.outcome.waiting) == ["a", "b"]
    run.complete("inside")
    run.complete("inside")
    assert run.waiting == ["after"]
    assert run.outcome.variables["done"] == ["a", "b"]


def test_an_interrupting_event_takes_a_whole_multi_instance_away() -> None:
    timer = (
        '<bpmn:boundaryEvent id="timer" attachedToRef="sign"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    run = Run(
        written(START + many("sign", "") + timer + user_task("after") + END, {**SIGN, "timer->end": "f4"}),
        people=["a", "b"],
    )
    assert run.waiting == ["sign", "sign", "timer"]
    run.fire("timer")
    assert run.outcome.ended
    assert len(run.outcome.canceled) == 2


GATEWAY = (
    START
    + '<bpmn:eventBasedGateway id="g"/>'
    + user_task("paid")
    + user_task("late")
    + END
    + '<bpmn:intermediateCatchEvent id="message">'
    + event("message", 'messageRef="m_paid"')
    + "</bpmn:intermediateCatchEvent>"
    + '<bpmn:intermediateCatchEvent id="timer"><bpmn:timerEventDefinition><bpmn:timeDuration>P2D</bpmn:timeDuration>'
    "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
)
RACE: dict[str, str | tuple[str, str]] = {
    "start->g": "f1", "g->message": "f2", "g->timer": "f3", "message->paid": "f4", "timer->late": "f5",
    "paid->end": "f6", "late->end": "f7",
}  # fmt: skip


@pytest.mark.parametrize(("first", "then"), [("message", "paid"), ("timer", "late")])
def test_the_first_event_after_an_event_gateway_takes_the_others_away(first: str, then: str) -> None:
    run = Run(written(GATEWAY, RACE), order=Decimal(7))
    (subscription,) = run.outcome.subscriptions
    assert (subscription.name, subscription.correlation_key) == ("paid", "7")
    run.fire(first)
    assert run.waiting == [then]
    assert len(run.outcome.canceled) == 1
    assert run.complete(then).ended


def test_a_message_brings_its_variables() -> None:
    run = Run(written(GATEWAY, RACE), order="A-1")
    run.step(lambda case: case.fire(run.token("message"), {"amount": 12}))
    assert run.outcome.variables["amount"] == 12


def test_a_message_without_a_key_gets_stuck_until_the_data_are_there() -> None:
    run = Run(written(GATEWAY, RACE))
    assert [one.code for one in run.outcome.stuck] == ["correlation_key_missing"]


def border(kind: str, reference: str, *, on: str = "sub", interrupting: bool = True) -> str:
    return (
        f'<bpmn:boundaryEvent id="border" attachedToRef="{on}" cancelActivity="{str(interrupting).lower()}">'
        + event(kind, reference)
        + "</bpmn:boundaryEvent>"
    )


def sub(inside: str, end: str) -> str:
    """Write a sub-process: start, one node, an end."""
    return (
        '<bpmn:subProcess id="sub" name="sub"><bpmn:startEvent id="s"/>'
        + inside
        + end
        + '<bpmn:sequenceFlow id="i1" sourceRef="s" targetRef="inside"/>'
        '<bpmn:sequenceFlow id="i2" sourceRef="inside" targetRef="e"/></bpmn:subProcess>'
    )


OUTER: dict[str, str | tuple[str, str]] = {
    "start->sub": "f1", "sub->after": "f2", "border->rescue": "f3", "after->end": "f4", "rescue->end": "f5",
}  # fmt: skip
PEOPLE = user_task("after") + user_task("rescue")


@pytest.mark.parametrize("reference", ['errorRef="e_bad"', ""])
def test_an_error_leaves_its_sub_process_by_the_border_that_catches_it(reference: str) -> None:
    end = '<bpmn:endEvent id="e">' + event("error", 'errorRef="e_bad"') + "</bpmn:endEvent>"
    run = Run(written(START + sub(user_task("inside"), end) + border("error", reference) + PEOPLE + END, OUTER))
    run.complete("inside")
    assert run.waiting == ["rescue"]
    assert run.complete("rescue").ended


def test_an_error_that_nothing_catches_gets_stuck_at_its_end_event() -> None:
    end = '<bpmn:endEvent id="e">' + event("error", 'errorRef="e_bad"') + "</bpmn:endEvent>"
    run = Run(
        written(
            START + sub(user_task("inside"), end) + PEOPLE + END, {k: v for k, v in OUTER.items() if "border" not in k}
        )
    )
    run.complete("inside")
    (stuck,) = run.outcome.stuck
    assert (stuck.code, stuck.element.id, stuck.facts["error"]) == ("error_not_caught", "e", "BAD")


def test_a_job_can_throw_an_error_at_its_own_border() -> None:
    job = '<bpmn:serviceTask id="sub"><bpmn:extensionElements><zeebe:taskDefinition type="x"/></bpmn:extensionElements></bpmn:serviceTask>'
    run = Run(written(START + job + border("error", 'errorRef="e_bad"') + PEOPLE + END, OUTER))
    run.step(lambda case: case.throw_error(run.token("sub"), "BAD", {"why": "no money"}))
    assert run.waiting == ["rescue"]
    assert run.outcome.variables["why"] == "no money"


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_tells_the_border_and_ends_the_work_only_where_it_interrupts(interrupting: bool) -> None:
    throw = (
        '<bpmn:intermediateThrowEvent id="inside">'
        + event("escalation", 'escalationRef="x_late"')
        + "</bpmn:intermediateThrowEvent>"
    )
    nodes = (
        START
        + sub(throw, '<bpmn:endEvent id="e"/>')
        + border("escalation", 'escalationRef="x_late"', interrupting=interrupting)
    )
    run = Run(written(nodes + PEOPLE + END, OUTER))
    assert run.waiting == (["rescue"] if interrupting else ["after", "rescue"])


def test_an_escalation_that_nothing_catches_just_goes_on() -> None:
    throw = (
        '<bpmn:intermediateThrowEvent id="inside">'
        + event("escalation", 'escalationRef="x_late"')
        + "</bpmn:intermediateThrowEvent>"
    )
    flows = {k: v for k, v in OUTER.items() if "border" not in k}
    run = Run(written(START + sub(throw, '<bpmn:endEvent id="e"/>') + PEOPLE + END, flows))
    assert run.waiting == ["after"]


def test_a_message_on_the_border_may_come_again_and_again() -> None:
    nodes = START + user_task("sub") + border("message", 'messageRef="m_paid"', interrupting=False) + PEOPLE + END
    run = Run(written(nodes, OUTER), order=1)
    for count in (1, 2, 3):
        run.fire("border")
        assert run.waiting.count("rescue") == count
        assert "border" in run.waiting
    run.complete("sub")
    assert run.waiting == ["after", "rescue", "rescue", "rescue"]
    for _ in range(3):
        run.complete("rescue")
    assert run.complete("after").ended


def test_a_condition_fires_when_it_becomes_true() -> None:
    condition = (
        "<bpmn:conditionalEventDefinition><bpmn:condition>=n &gt; 3</bpmn:condition></bpmn:conditionalEventDefinition>"
    )
    nodes = (
        START
        + f'<bpmn:intermediateCatchEvent id="wait">{condition}</bpmn:intermediateCatchEvent>'
        + user_task("other")
        + END
    )
    nodes += '<bpmn:parallelGateway id="g"/>'
    flows: dict[str, str | tuple[str, str]] = {
        "start->g": "f1",
        "g->wait": "f2",
        "g->other": "f3",
        "wait->end": "f4",
        "other->end": "f5",
    }
    run = Run(written(nodes, flows), n=1)
    assert run.waiting == ["other", "wait"]
    run.complete("other", n=5)
    assert run.outcome.ended


def event_sub(kind: str, reference: str, *, interrupting: bool) -> str:
    return (
        '<bpmn:subProcess id="handler" triggeredByEvent="true">'
        f'<bpmn:startEvent id="trigger" isInterrupting="{str(interrupting).lower()}">{event(kind, reference)}</bpmn:startEvent>'
        + user_task("handle")
        + '<bpmn:endEvent id="he"/><bpmn:sequenceFlow id="h1" sourceRef="trigger" targetRef="handle"/>'
        '<bpmn:sequenceFlow id="h2" sourceRef="handle" targetRef="he"/></bpmn:subProcess>'
    )


PLAIN: dict[str, str | tuple[str, str]] = {"start->a": "f1", "a->end": "f2"}


def test_an_event_sub_process_that_nothing_triggers_does_not_hold_the_case_open() -> None:
    run = Run(
        written(START + user_task("a") + event_sub("signal", 'signalRef="s_stop"', interrupting=True) + END, PLAIN)
    )
    assert run.waiting == ["a", "trigger"]
    assert [(s.kind, s.name) for s in run.outcome.subscriptions] == [("signal", "stop")]
    run.complete("a")
    assert run.outcome.ended
    assert len(run.outcome.canceled) == 1


def test_an_interrupting_event_sub_process_takes_over() -> None:
    run = Run(
        written(START + user_task("a") + event_sub("signal", 'signalRef="s_stop"', interrupting=True) + END, PLAIN)
    )
    run.fire("trigger")
    assert run.waiting == ["handle"]
    assert run.complete("handle").ended


def test_a_gentle_event_sub_process_runs_beside_and_again() -> None:
    run = Run(
        written(START + user_task("a") + event_sub("message", 'messageRef="m_paid"', interrupting=False) + END, PLAIN),
        order=1,
    )
    run.fire("trigger")
    run.fire("trigger")
    assert run.waiting == ["a", "handle", "handle", "trigger"]
    run.complete("a")
    assert run.waiting == ["handle", "handle", "trigger"]
    run.complete("handle")
    assert run.complete("handle").ended


def test_an_error_inside_is_handled_by_the_event_sub_process_beside_it() -> None:
    job = '<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="x"/></bpmn:extensionElements></bpmn:serviceTask>'
    run = Run(written(START + job + event_sub("error", 'errorRef="e_bad"', interrupting=True) + END, PLAIN))
    run.step(lambda case: case.throw_error(run.token("a"), "BAD"))
    assert run.waiting == ["handle"]


def test_a_signal_is_thrown_to_the_world() -> None:
    nodes = START + '<bpmn:endEvent id="end">' + event("signal", 'signalRef="s_stop"') + "</bpmn:endEvent>"
    run = Run(written(nodes, {"start->end": "f1"}))
    assert run.outcome.signals == ("stop",)
    assert run.outcome.ended


def test_a_call_activity_waits_for_the_called_case() -> None:
    call = (
        '<bpmn:callActivity id="call"><bpmn:extensionElements><zeebe:calledElement processId="=which" '
        'propagateAllChildVariables="false"/></bpmn:extensionElements></bpmn:callActivity>'
    )
    run = Run(written(START + call + END, {"start->call": "f1", "call->end": "f2"}), which="agreement")
    (job,) = run.outcome.jobs
    assert (job.kind, job.type) == ("call", "agreement")
    run.complete("call", number="XY-1")
    assert run.outcome.variables["number"] == "XY-1"


def test_a_decision_is_taken_on_the_spot_and_its_reason_kept() -> None:
    rule = (
        '<bpmn:businessRuleTask id="rule"><bpmn:extensionElements>'
        '<zeebe:calledDecision decisionId="rate" resultVariable="rate"/></bpmn:extensionElements></bpmn:businessRuleTask>'
    )
    content = written(START + user_task("a") + rule + END, {"start->a": "f1", "a->rule": "f2", "rule->end": "f3"})
    run = Run(content)
    environment = Environment(
        now=NOW, decide=lambda decision, seen: Decided(value=seen["n"], evidence={"rules": [2], "asked": decision})
    )
    case = Case.wake(run.outcome.body, run.specification, environment)
    case.complete(run.token("a"), {"n": Decimal("0.5")})
    outcome = case.outcome()
    assert outcome.variables["rate"] == Decimal("0.5")
    assert outcome.decisions == (
        {"element": "rule", "decision": "rate", "value": Decimal("0.5"), "rules": [2], "asked": "rate"},
    )


def test_which_start_event_began_a_case_can_be_chosen() -> None:
    nodes = START + '<bpmn:startEvent id="by_message">' + event("message", 'messageRef="m_paid"') + "</bpmn:startEvent>"
    nodes += user_task("a") + user_task("b") + END
    run = Run(written(nodes, {"start->a": "f1", "by_message->b": "f2", "a->end": "f3", "b->end": "f4"}))
    assert run.waiting == ["a"]
    other = Case.start(run.specification, ENVIRONMENT, {}, start_event="by_message").outcome()
    assert list(other.waiting.values()) == ["b"]


def test_a_timer_after_a_branch_is_due_from_when_its_token_came() -> None:
    timer = (
        '<bpmn:intermediateCatchEvent id="timer"><bpmn:timerEventDefinition><bpmn:timeDuration>P1M5D</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    run = Run(written(START + timer + END, {"start->timer": "f1", "timer->end": "f2"}))
    (job,) = run.outcome.jobs
    assert job.due_at == dt.datetime(2026, 4, 7, 1, tzinfo=dt.UTC)
    assert run.fire("timer").ended


@pytest.mark.parametrize("kind", ["task", "manualTask"])
def test_a_manual_or_undefined_task_is_passed_and_recorded(kind: str) -> None:
    nodes = START + f'<bpmn:{kind} id="look" name="看一眼"/>' + END
    run = Run(diagram(nodes, {"start->look": "f1", "look->end": "f2"}))
    assert run.outcome.ended
    assert ("completed", "look", "f1") in [(one.what, one.element_id, one.flow_id) for one in run.outcome.passages]


@pytest.mark.parametrize(
    "work",
    [
        '<zeebe:script expression="=price * 2" resultVariable="double"/>',
        '<zeebe:calledDecision decisionId="double" resultVariable="double"/>',
    ],
)
def test_inputs_of_what_works_at_once_are_seen_by_it_and_stay_inside(work: str) -> None:
    kind = "scriptTask" if "script" in work else "businessRuleTask"
    task = (
        f'<bpmn:{kind} id="work"><bpmn:extensionElements>{work}<zeebe:ioMapping><zeebe:input source="=deal.price" '
        'target="price"/><zeebe:output source="=double" target="result"/></zeebe:ioMapping></bpmn:extensionElements>'
        f"</bpmn:{kind}>"
    )
    environment = Environment(now=NOW, decide=lambda _decision, seen: Decided(value=seen["price"] * 2, evidence={}))  # type: ignore[operator] # a number
    run = Run(
        written(START + task + END, {"start->work": "f1", "work->end": "f2"}), environment, deal={"price": Decimal(4)}
    )
    assert run.outcome.variables == {"deal": {"price": Decimal(4)}, "result": Decimal(8)}


def test_inputs_of_what_works_at_once_are_evaluated_again_when_it_is_tried_again() -> None:
    task = (
        '<bpmn:scriptTask id="work"><bpmn:extensionElements><zeebe:script expression="=date and time(text)" '
        'resultVariable="at"/><zeebe:ioMapping><zeebe:input source="=assert(given, given != null)" target="text"/>'
        "</zeebe:ioMapping></bpmn:extensionElements></bpmn:scriptTask>"
    )
    run = Run(written(START + task + user_task("a") + END, {"start->work": "f1", "work->a": "f2", "a->end": "f3"}))
    assert [one.element.id for one in run.outcome.stuck] == ["work"]
    run.step(
        lambda case: case.set_variables({"given": "2026-03-02T09:00:00Z"}), lambda case: case.retry(run.token("work"))
    )
    assert run.waiting == ["a"]
    assert run.outcome.variables["given"] == "2026-03-02T09:00:00Z"
