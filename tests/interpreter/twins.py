"""Every case gets a twin that forgets nothing: whatever is done to the one is done to the other, with the same result.

So each test of this room proves, by the way, that what leaves the state of a case is not needed for anything.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any

import pytest
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.util.task import TaskIterator, TaskState

from engine import json_text
from engine.errors import EngineError
from engine.interpreter import Case, Outcome, StuckError, state
from engine.interpreter.compacting import Needed
from engine.interpreter.compressing import decompress
from engine.interpreter.live import Live
from engine.interpreter.scopes import Scopes
from engine.interpreter.specification import Specification
from engine.interpreter.workflow import Workflow

VERBS = (
    "complete", "complete_listener", "request", "fire", "choose", "throw_error", "retry", "skip", "correct", "activate",
    "terminate", "settle", "cancel", "set_variables", "go_back", "send_back", "add_instance",
    "remove_instance", "give_turns",
)  # fmt: skip
"""What changes a case."""
SHALLOW = 200
"""Tasks of a tree that the library can walk through: it stops at a depth of 1,000, and says nothing."""


class Walk(TaskIterator):  # type: ignore[misc]
    """The library's own walk over a tree: bound now, so that a test that counts walks does not count this one."""

    _next = TaskIterator._next


class Twins:
    """Knows of each state that a case was left in what its twin was left in."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._whole: dict[bytes, bytes] = {}
        self._awake: dict[bytes, Live] = {}
        self.rested = 0
        """How many cases have stayed awake after a step."""
        self.asleep = 0
        """How many of their sub-processes slept."""
        self.smaller = 0
        """How many states have lost something."""
        wake, migrate, outcome = Case.wake, Case.migrate, Case.outcome

        def wake_both(cls: type[Case], body: bytes, *rest: Any) -> Case:  # noqa: ANN401 - whatever it takes
            resting = self._awake.pop(body, None)
            if resting is not None and resting.workflow.spec is not rest[0].spec:
                resting = None
            found = wake(body, *rest) if resting is None else Case.resume(resting, *rest)
            return self._pair(found, wake(self._whole[body], *rest) if body in self._whole else None)

        def migrate_both(cls: type[Case], awake: Case, *rest: Any) -> Case:  # noqa: ANN401 - whatever it takes
            twin = _twin(awake)
            return self._pair(migrate(awake, *rest), migrate(twin, *rest) if twin is not None else None)

        def outcome_of_both(case: Case) -> Outcome:
            found, twin = outcome(case), _twin(case)
            with forgetting_nothing():
                other = outcome(twin) if twin is not None else None
                whole = other.body if other is not None else _dump(case)
            if other is not None:
                assert replace(found, body=b"") == replace(other, body=b"")
            assert _lives(found.body) == _lives(whole)
            with looked_at(case._run.workflow):
                _require_true_index(case)
            self.smaller += len(found.body) < len(whole)
            self._whole[found.body] = whole
            self._let_rest(case, found.body)
            return found

        patch.setattr(Case, "wake", classmethod(wake_both))
        patch.setattr(Case, "migrate", classmethod(migrate_both))
        patch.setattr(Case, "outcome", outcome_of_both)
        for verb in VERBS:
            patch.setattr(Case, verb, _both(getattr(Case, verb)))

    def _let_rest(self, case: Case, body: bytes) -> None:
        """Let a case stay awake if it may; it is then the same as one that is woken."""
        engine = case._run.workflow.script_engine
        resting = case.rest(body)
        if resting is None:
            return
        # Some tests go on with the very case, which a program must not.
        resting.workflow.script_engine = engine
        specification = case._run.specification
        with looked_at(resting.workflow) as asleep:
            assert picture(resting.workflow, resting.scopes) == picture(*_loaded(body, specification))
        self.asleep += asleep
        self._awake[body] = resting
        self.rested += 1

    @staticmethod
    def _pair(case: Case, twin: Case | None) -> Case:
        case.__dict__["twin"] = twin
        return case


@contextmanager
def forgetting_nothing() -> Iterator[None]:
    """Keep every token of a case in its state, as long as this lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            state, "needed", lambda flow, _watch: Needed(unfinished=flow.tasks.open, finished=flow.tasks.finished)
        )
        yield


@contextmanager
def looked_at(workflow: Workflow) -> Iterator[int]:
    """Let sub-processes that sleep be looked at, and sleep again; give how many there are."""
    flows = workflow.subprocesses
    texts = {token: text for token in flows if (text := flows.text(token)) is not None}
    yield len(texts)
    for token in texts.keys() & flows.awake.keys():
        flows.send_to_sleep(token, texts[token])


def _require_true_index(case: Case) -> None:
    """Let the index of open tasks say what the library's own walk through the whole tree finds."""
    workflow = case._run.workflow
    for flow in (workflow, *workflow.subprocesses.values()):
        unfinished = {task.id for task in flow.tasks.values() if task.has_state(TaskState.NOT_FINISHED_MASK)}
        assert set(flow.tasks.open) == unfinished
        assert flow.tasks.finished == flow.tasks.keys() - unfinished
        # An ended case that is woken has no tree: its state keeps the variables only.
        if 0 < len(flow.tasks) < SHALLOW:
            walked = Walk(flow.task_tree, state=TaskState.NOT_FINISHED_MASK)
            assert {task.id for task in walked} == unfinished


def _twin(case: Case) -> Case | None:
    found: Case | None = case.__dict__.get("twin")
    return found


def _both(verb: Callable[..., object]) -> Callable[..., object]:
    @wraps(verb)
    def do(case: Case, *arguments: object, **named: object) -> object:
        twin = _twin(case)
        try:
            result = verb(case, *arguments, **named)
        except (EngineError, StuckError) as error:
            if twin is not None:
                with pytest.raises(type(error)):
                    verb(twin, *arguments, **named)
            raise
        if twin is not None:
            assert verb(twin, *arguments, **named) == result
        return result

    return do


def _dump(case: Case) -> bytes:
    run = case._run
    return state.dump(run.workflow, run.scopes, run.ledger)


def _loaded(body: bytes, specification: Specification) -> tuple[Workflow, Scopes]:
    restored = state.load(body, specification, None)
    return restored.workflow, restored.scopes


def picture(workflow: Workflow, scopes: Scopes) -> object:
    """Give all that a case in memory says, with the types of its values: 1 and Decimal(1) are not the same."""
    return (
        _flow(workflow),
        [_flow(flow) for flow in workflow.subprocesses.values()],
        (list(workflow.subprocesses), workflow.subprocesses.home),
        list(workflow.ready),
        workflow.counter.last,
        workflow.event_manager.tasks,
        [(scope, _typed(values)) for scope, values in scopes.values.items()],
        scopes.parents,
        {token: _typed(part) for token, part in scopes.parts.items()},
        scopes.bodies,
        scopes.end,
    )


def _flow(flow: BpmnBaseWorkflow) -> object:
    tasks = [
        (n, t.id, t._parent, t._children, t.state, t.task_spec.name, t.triggered, _typed(t.peek), t.data)
        for n, t in flow.tasks.items()
    ]
    return (
        tasks,
        list(flow.tasks.open),
        flow.tasks.finished,
        flow.tasks.joins,
        flow.tasks.disordered,
        flow.last_task.id if flow.last_task is not None else None,
        flow.task_tree.id,
        (flow.parent_task_id, flow.spec.name, flow.success, flow.completed, flow.data, flow.correlations),
    )


def _typed(value: object) -> object:
    if isinstance(value, dict):
        return {name: _typed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_typed(inner) for inner in value]
    return type(value), value


def _lives_on(task: list[Any]) -> bool:
    return not int(task[2]) & TaskState.FINISHED_MASK


def _lives(body: bytes) -> tuple[object, ...]:
    """Give all that a state says but for what is finished: counters, variables, the ledger, tokens with their data."""
    content = json_text.loads(decompress(body))
    tokens = [
        [flow["on"], flow["spec"], [[one[0], *one[2:]] for one in flow["tasks"] if _lives_on(one)]]
        for flow in sorted(content.pop("workflows"), key=lambda flow: int(flow["on"] or 0))
    ]
    return content, tokens
