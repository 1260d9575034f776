"""Every case gets a twin that forgets nothing: whatever is done to the one is done to the other, with the same result.

So each test of this room proves, by the way, that what leaves the state of a case is not needed for anything. Where
it is asked for, a case that has stayed awake gets another one beside it, read from the state it was left in.
"""

import copy
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

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
from tests.interpreter.sound import require_sound

Result = TypeVar("Result")
VERBS = (
    "complete", "complete_listener", "request", "fire", "choose", "throw_error", "retry", "skip", "correct", "activate",
    "terminate", "settle", "cancel", "set_variables", "go_back", "send_back", "add_instance",
    "remove_instance", "reopen_instance", "give_turns",
)  # fmt: skip
"""What changes a case."""
SHALLOW = 200
"""Tasks of a tree that the library can walk through: it stops at a depth of 1,000, and says nothing."""


class Walk(TaskIterator):  # type: ignore[misc]
    """The library's own walk over a tree: bound now, so that a test that counts walks does not count this one."""

    _next = TaskIterator._next


class Twins:
    """Knows of each state that a case was left in what its twin was left in."""

    def __init__(self, patch: pytest.MonkeyPatch, *, read_too: bool = False) -> None:
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
            read = functools.partial(wake, body, *rest)
            resting = self._awake.pop(body, None)
            whole = wake(self._whole[body], *rest) if body in self._whole else None
            if resting is None or resting.workflow.spec is not rest[0].spec:
                return _pair(read(), whole)
            return _pair(Case.resume(resting, *rest), whole, read() if read_too else None)

        def migrate_both(cls: type[Case], awake: Case, *rest: Any) -> Case:  # noqa: ANN401 - whatever it takes
            found, *others = in_step(lambda case: migrate(case, *rest), [awake, *others_of(awake).values()])
            return _pair(found, **dict(zip(others_of(awake), others, strict=True)))

        def outcome_of_both(case: Case) -> Outcome:
            found, others = outcome(case), others_of(case)
            twin = others.get("whole")
            if "read" in others:
                _require_same(found, outcome(others["read"]))
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
        require_sound(resting)
        self._awake[body] = resting
        self.rested += 1

    def rest_as_it_was(self, case: Case, body: bytes) -> None:
        """Let a case of which something was asked stay awake, as the program does."""
        resting = case.rest_as_it_was()
        if resting is not None:
            self._awake[body] = resting

    def restart(self) -> None:
        """Let no case be awake any more."""
        self._awake.clear()


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


def _pair(case: Case, whole: Case | None = None, read: Case | None = None) -> Case:
    case.__dict__["others"] = {name: one for name, one in (("whole", whole), ("read", read)) if one is not None}
    return case


def others_of(case: Case) -> dict[str, Case]:
    """Give the cases to which the same is done: the one that forgets nothing, and the one that is read."""
    found: dict[str, Case] = case.__dict__.get("others", {})
    return found


def in_step(
    do: Callable[..., Result],
    cases: Sequence[Case],
    *arguments: object,
    **named: object,
) -> list[Result]:
    """Do the same to some cases: all of them do it, or refuse it in the same words."""
    # What one of them keeps of what it is given is not for the others to change.
    others = [(case, *copy.deepcopy((arguments, named))) for case in cases[1:]]
    try:
        results = [do(cases[0], *arguments, **named)]
    except (EngineError, StuckError) as error:
        for case, given, by_name in others:
            with pytest.raises(type(error), match=re.escape(str(error))):
                do(case, *given, **by_name)
        raise
    return results + [do(case, *given, **by_name) for case, given, by_name in others]


def _require_same(found: Outcome, other: Outcome) -> None:
    """Let a step have the same outcome in every respect, to the order of its variables."""
    assert decompress(found.body) == decompress(other.body)
    assert replace(found, body=b"") == replace(other, body=b"")
    assert repr(_typed(found.variables)) == repr(_typed(other.variables))


def _both(verb: Callable[..., object]) -> Callable[..., object]:
    @functools.wraps(verb)
    def do(case: Case, *arguments: object, **named: object) -> object:
        result, *others = in_step(verb, [case, *others_of(case).values()], *arguments, **named)
        assert others == [result] * len(others)
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


def tasks_of(flow: dict[str, Any]) -> list[list[Any]]:
    """Give the tasks of a run as a state has it, by their own numbers."""
    if "near" not in flow:
        return list(flow["tasks"])
    first = flow["on"]
    return [[first + one[0], None if one[1] is None else first + one[1], *one[2:]] for one in flow["near"]]


def _lives_on(task: list[Any]) -> bool:
    return not int(task[2]) & TaskState.FINISHED_MASK


def _lives(body: bytes) -> tuple[object, ...]:
    """Give all that a state says but for what is finished: counters, variables, the ledger, tokens with their data."""
    content = json_text.loads(decompress(body))
    # A big state has them in another order than a small one.
    scopes = sorted(content.pop("scopes", ()), key=lambda scope: int(scope[0]))
    tokens = [
        [flow["on"], flow["spec"], [[one[0], *one[2:]] for one in tasks_of(flow) if _lives_on(one)]]
        for flow in sorted(content.pop("workflows"), key=lambda flow: int(flow["on"] or 0))
    ]
    return content, scopes, tokens
