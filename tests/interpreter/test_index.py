"""What the library's own tests, run against our workflow, found: its questions to the tasks get the answers it gives."""

import itertools
import time

import pytest

from engine.interpreter import Case, specification
from tests.interpreter.build import END, START, diagram, user_task
from tests.interpreter.test_case import ENVIRONMENT

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
