"""Returning and taking back where events have begun something beside or have taken over: on both databases, replayed."""

import pytest

from engine.commands.broadcast_signal import broadcast_signal
from engine.commands.redo_element import redo_element
from engine.errors import ConflictError, InvalidError
from engine.execution.immutable import definition
from engine.execution.ways import way_of
from engine.model import ProcessInstance
from tests.execution.test_events import World
from tests.execution.test_returning import BRANCHES, Returning, task
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import event, written

MESSAGE = event("message", 'messageRef="m_paid"')
SIGNAL = event("signal", 'signalRef="s_stop"')


def sub(inside: str, flows: str, name: str = "sub", attributes: str = "") -> str:
    """Draw a sub-process; its flows are written ``a->b c->d``."""
    drawn = "".join(
        f'<bpmn:sequenceFlow id="{name}_{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(flow.split("->") for flow in flows.split())
    )
    return f'<bpmn:subProcess id="{name}" {attributes}>{inside}{drawn}</bpmn:subProcess>'


def handler(by: str, *, interrupting: bool) -> str:
    """Draw an event sub-process with two tasks."""
    start = f'<bpmn:startEvent id="at" isInterrupting="{str(interrupting).lower()}">{by}</bpmn:startEvent>'
    inside = start + task("h1", "查明原因") + task("h2", "善后") + '<bpmn:endEvent id="h_end"/>'
    return sub(inside, "at->h1 h1->h2 h2->h_end", "handler", 'triggeredByEvent="true"')


def around(events: str) -> bytes:
    """Draw a task, a sub-process of two tasks with event sub-processes, and a task after it."""
    inside = '<bpmn:startEvent id="in"/>' + task("x", "初审") + task("y", "复审") + '<bpmn:endEvent id="out"/>' + events
    return written(
        START + task("before", "填写方案") + sub(inside, "in->x x->y y->out") + task("after", "归档") + END,
        {"start->before": "f1", "before->sub": "f2", "sub->after": "f3", "after->end": "f4"},
    )


def border(by: str, *, interrupting: bool) -> str:
    attributes = f'attachedToRef="host" cancelActivity="{str(interrupting).lower()}"'
    return f'<bpmn:boundaryEvent id="late" {attributes}>{by}</bpmn:boundaryEvent>'


def stop(world: World) -> int:
    """Tell the signal; give how many events had waited for it."""
    with world.database.transaction() as session:
        told = broadcast_signal(session, "stop", {}, "zhang.wei")
    world.work()
    return told


def repeatable(it: Returning) -> dict[str, int]:
    """Give what an administrator can run again."""
    with it.world.database.reading() as session:
        case = session.get_one(ProcessInstance, it.case)
        process = definition(session, case.definition_id).process
        return {one.element_id: one.token for one in way_of(session, process, it.case).repeatable()}


def names(it: Returning, element: str) -> list[str]:
    return [one.name for one in it.earlier(element)]


# -- an event that takes over ------------------------------------------------------------------------------


def test_what_an_event_has_ended_is_over_and_nobody_goes_back_into_it_alone(world: World) -> None:
    it = Returning(world, around(handler(SIGNAL, interrupting=True)))
    it.complete("before", "x")
    assert stop(world) == 1
    assert it.open == ["h1"]
    assert not it.can_take_back("x")
    with pytest.raises(ConflictError, match="不能撤回"):
        it.take_back("x")
    assert sorted(repeatable(it)) == ["before", "h1", "sub"]
    assert names(it, "h1") == ["填写方案"]
    it.complete("h1", "h2")
    assert names(it, "after") == ["善后", "查明原因", "填写方案"]
    assert not it.can_take_back("x")
    it.back("after", "填写方案")
    it.complete("before")
    assert it.open == ["x"]
    assert stop(world) == 1
    assert it.open == ["h1"]
    it.complete("h1", "h2", "after")
    assert world.state(it.case) == "COMPLETED"


@pytest.mark.parametrize("how", ["return", "take back", "redo"])
def test_whoever_goes_back_into_what_has_taken_over_waits_for_no_other_event(world: World, how: str) -> None:
    it = Returning(world, around(handler(SIGNAL, interrupting=True)))
    it.complete("before", "x")
    stop(world)
    it.complete("h1", "h2")
    if how == "return":
        it.back("after", "善后")
    elif how == "take back":
        it.take_back("h2")
    else:
        with world.database.transaction() as session:
            redo_element(session, it.case, repeatable(it)["h2"], "漏了一处", "admin")
    assert it.open == ["h2"]
    assert stop(world) == 0
    assert it.open == ["h2"]
    it.complete("h2")
    assert it.open == ["after"]


def test_an_event_that_runs_beside_is_left_alone_by_who_goes_back_and_waits_again_when_all_is_open(
    world: World,
) -> None:
    it = Returning(world, around(handler(SIGNAL, interrupting=False)))
    it.complete("before", "x")
    stop(world)
    it.back("y", "初审")
    assert it.open == ["h1", "x"]
    assert names(it, "h1") == ["填写方案"]
    it.complete("x", "y", "h1")
    assert it.open == ["h2"]
    it.complete("h2")
    assert sorted(names(it, "after")) == sorted(["善后", "查明原因", "复审", "初审", "填写方案"])
    it.back("after", "查明原因")
    assert it.open == ["h1"]
    assert stop(world) == 1
    assert it.open == ["h1", "h1"]
    it.back("h1", "填写方案")
    assert it.open == ["before"]
    assert stop(world) == 0


def test_an_event_on_the_border_ends_the_inside_for_good(world: World) -> None:
    inside = '<bpmn:startEvent id="in"/>' + task("x", "初审") + task("y", "复审") + '<bpmn:endEvent id="out"/>'
    content = written(
        START + task("before", "填写方案") + sub(inside, "in->x x->y y->out", "host")
        + border(SIGNAL, interrupting=True) + task("after", "归档") + task("late_task", "改走别路") + END
        + '<bpmn:endEvent id="end2"/>',
        {
            "start->before": "f1", "before->host": "f2", "host->after": "f3", "after->end": "f4",
            "late->late_task": "f5", "late_task->end2": "f6",
        },
    )  # fmt: skip
    it = Returning(world, content)
    it.complete("before", "x")
    stop(world)
    assert it.open == ["late_task"]
    assert not it.can_take_back("x")
    with pytest.raises(ConflictError, match="不能撤回"):
        it.take_back("x")
    assert sorted(repeatable(it)) == ["before", "late_task"]
    it.back("late_task", "填写方案")
    it.complete("before")
    assert it.open == ["x"]


# -- beside a border ----------------------------------------------------------------------------------------


def beside(host: str, after: str = "") -> bytes:
    """Draw a task with a message on its border that lets another one begin beside it."""
    return written(
        START + task("before", "填写方案") + host + border(MESSAGE, interrupting=False) + task("remind", "催一下")
        + after + END + '<bpmn:endEvent id="end2"/>',
        {"start->before": "f1", "before->host": "f2", "host->end": "f3", "late->remind": "f4", "remind->end2": "f5"},
    )  # fmt: skip


def test_what_a_message_on_a_border_has_begun_asks_back_and_the_border_waits_on(world: World) -> None:
    it = Returning(world, beside(task("host", "审核")), order="7")
    it.complete("before")
    world.message("7")
    world.work()
    assert it.open == ["host", "remind"]
    it.back("remind", "填写方案", straight=True)
    assert it.open == ["before", "host"]
    it.complete("before")
    assert it.open == ["host", "remind"]
    assert world.message("7").delivered == 1
    world.work()
    assert it.open == ["host", "remind", "remind"]
    it.complete("host", "remind", "remind")
    assert world.state(it.case) == "COMPLETED"


def test_signers_who_are_still_at_it_are_not_what_a_reminder_on_their_border_returns_to(world: World) -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=[1, 2]" inputElement="it"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )
    it = Returning(world, beside(task("host", "会签").replace("</bpmn:userTask>", loop)), order="7")
    it.complete("before")
    world.message("7")
    world.work()
    assert it.open == ["host", "host", "remind"]
    assert names(it, "remind") == ["填写方案"]
    it.complete("host", "host")
    assert names(it, "remind") == ["会签", "填写方案"]
    it.back("remind", "会签")
    assert it.open == ["host", "host"]


# -- done again for another task ------------------------------------------------------------------------------


def test_whoever_was_asked_takes_the_answer_back_and_the_asker_waits_again(world: World) -> None:
    it = Returning(world, BRANCHES)
    it.complete("apply", "a", "b")
    it.back("decide", "法务审核", straight=True)
    it.complete("a")
    assert it.open == ["decide"]
    assert it.can_take_back("a")
    it.take_back("a")
    assert it.open == ["a"]
    it.complete("a")
    assert it.open == ["decide"]
    assert it.task("decide").assignee == "zhang.wei"
    it.complete("decide")
    assert it.open == ["file"]
    assert not it.can_take_back("a")
    with pytest.raises(ConflictError, match="不能撤回"):
        it.take_back("a")
    it.complete("file")
    assert world.state(it.case) == "COMPLETED"


def test_an_administrator_runs_a_task_again_and_not_the_answer_it_gave_beside_the_way(world: World) -> None:
    it = Returning(world, BRANCHES)
    it.complete("apply", "a", "b")
    real = repeatable(it)["a"]
    it.back("decide", "法务审核", straight=True)
    assert repeatable(it)["a"] == real
    it.complete("a")
    assert repeatable(it)["a"] == real
    with world.database.transaction() as session:
        redo_element(session, it.case, real, "漏了一处", "admin")
    assert it.open == ["a"]
    it.complete("a")
    assert it.open == ["decide"]


def test_only_what_holds_is_asked_for_once_more(world: World) -> None:
    it = Returning(world, BRANCHES)
    it.complete("apply", "a", "b")
    it.back("decide", "法务审核", straight=True)
    it.complete("a")
    it.back("decide", "填写方案")
    assert not it.can_take_back("a")
    with pytest.raises((ConflictError, InvalidError)):
        it.take_back("a")
    assert it.open == ["apply"]
