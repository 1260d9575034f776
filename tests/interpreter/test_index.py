"""What the library's own tests, run against our workflow, found: its questions to the tasks get the answers it gives."""

import itertools
import time

import pytest
from SpiffWorkflow.bpmn.specs.defaults import IntermediateCatchEvent

from engine.interpreter import Case, specification
from tests.interpreter.build import END, START, diagram, user_task
from tests.interpreter.test_case import ENVIRONMENT
from tests.interpreter.test_elements import written

TWO = diagram(START + user_task("a") + user_task("b") + END, {"start->a": "f1", "a->b": "f2", "b->end": "f3"})


@pytest.fixture
def case() -> Case:
    return Case.start(specification(TWO, "process"), ENVIRONMENT, {})


def test_the_library_finds_the_tasks_that_changed_since_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count(1)
    monkeypatch.setattr(time, "time", lambda: next(ticks))
    case = Case.start(specification(TWO, "process"), ENVIRONMENT, {})
    workflow, since = case._run.workflow, next(ticks)
    (token,) = case.outcome().waiting
    case.complete(token, {})
    changed = {task.task_spec.name for task in workflow.get_tasks(updated_ts=since)}
    assert changed == {"a", "b"}


BESIDE = written(
    START + '<bpmn:parallelGateway id="fork"/>' + user_task("a") + '<bpmn:receiveTask id="paid" messageRef="m_paid"/>'
    + user_task("b") + END,
    {"start->fork": "f1", "fork->a": "f2", "a->b": "f3", "b->end": "f4", "fork->paid": "f5", "paid->end": "f6"},
)  # fmt: skip


@pytest.mark.parametrize(("ours", "times"), [(True, 0), (False, 1)])
def test_an_event_of_ours_waits_to_be_told_and_one_of_the_library_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, *, ours: bool, times: int
) -> None:
    case = Case.start(specification(BESIDE, "process"), ENVIRONMENT, {})
    workflow = case._run.workflow
    asked: list[object] = []
    (event,) = workflow.get_tasks(spec_name="paid")
    if not ours:
        monkeypatch.setattr(event.task_spec, "__class__", IntermediateCatchEvent)
        workflow.tasks.note(event, event.state)
    monkeypatch.setattr(event.task_spec, "_update", asked.append)
    (task,) = workflow.get_tasks(spec_name="a")
    task.run()
    assert asked == [event] * times
