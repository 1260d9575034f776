"""A job, a message or a signal whose name is read from a variable that is not there yet: nobody would ever answer."""

import pytest

from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_case import Run
from tests.interpreter.test_elements import event, written

LISTENER = '<zeebe:executionListeners><zeebe:executionListener eventType="start" type="{}"/></zeebe:executionListeners>'


def extended(tag: str, extension: str) -> str:
    return f'<bpmn:{tag} id="a"><bpmn:extensionElements>{extension}</bpmn:extensionElements></bpmn:{tag}>'


SIGNAL = event("signal", 'signalRef="s_stop"')
NAMED = {
    "job": extended("serviceTask", '<zeebe:taskDefinition type="{}"/>'),
    "call": extended("callActivity", '<zeebe:calledElement processId="{}"/>'),
    "listener": user_task("a", LISTENER),
    "message": '<bpmn:receiveTask id="a" messageRef="m_paid"/>',
    "signal": f'<bpmn:intermediateCatchEvent id="a">{SIGNAL}</bpmn:intermediateCatchEvent>',
}


def named(what: str, name: str) -> Run:
    content = written(START + NAMED[what].replace("{}", name) + END, {"start->a": "f1", "a->end": "f2"}).decode()
    for old in ("paid", "stop"):
        content = content.replace(f'name="{old}"', f'name="{name}"')
    return Run(content.encode(), order="7")


def asked_for(run: Run) -> list[str]:
    return [*(one.type for one in run.outcome.jobs), *(one.name for one in run.outcome.subscriptions)]


@pytest.mark.parametrize("what", NAMED)
@pytest.mark.parametrize("nothing", ["=kind", "=&quot;&quot;"])
def test_what_has_no_name_is_an_incident_and_no_silence(what: str, nothing: str) -> None:
    run = named(what, nothing)
    (stuck,) = run.outcome.stuck
    assert (stuck.code, stuck.element.id) == ("expression_failed", "a")
    assert asked_for(run) == []


@pytest.mark.parametrize("what", NAMED)
def test_it_is_opened_once_the_variable_is_there(what: str) -> None:
    run = named(what, "=kind")
    (stuck,) = run.outcome.stuck
    run.step(lambda case: case.correct(stuck.token, {"kind": "one"}), lambda case: case.retry(stuck.token))
    assert run.outcome.stuck == ()
    assert asked_for(run) == ["one"]


@pytest.mark.parametrize("tag", ["intermediateThrowEvent", "endEvent"])
def test_a_signal_is_thrown_by_the_name_that_it_is_caught_by(tag: str) -> None:
    throw = user_task("a") + f'<bpmn:{tag} id="throw">{SIGNAL}</bpmn:{tag}>'
    flows = {"start->a": "f1", "a->throw": "f2"} | ({} if tag == "endEvent" else {"throw->end": "f3"})
    nodes = START + throw + ("" if tag == "endEvent" else END)
    run = Run(written(nodes, flows).replace(b'name="stop"', b'name="=kind"'))
    run.complete("a")
    (stuck,) = run.outcome.stuck
    assert (stuck.code, stuck.element.id, run.outcome.signals) == ("expression_failed", "throw", ())
    run.step(lambda case: case.correct(stuck.token, {"kind": "one"}), lambda case: case.retry(stuck.token))
    assert run.outcome.signals == ("one",)
    assert run.outcome.ended


@pytest.mark.parametrize("what", NAMED)
def test_a_name_that_is_written_down_is_taken_as_it_is(what: str) -> None:
    assert asked_for(named(what, "one")) == ["one"]
