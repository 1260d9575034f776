"""Events inside a case: firing what waits, throwing errors and escalations to whom they concern, conditions."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import mark
from engine.interpreter import rules
from engine.interpreter.diagram import Element
from engine.interpreter.environment import StuckError
from engine.interpreter.origins import CAUSES, border_of
from engine.interpreter.repeating_specs import is_instance
from engine.interpreter.task_specs import BoundaryEvent, BoundaryJoin, Trigger
from engine.interpreter.watching import SPENT

if TYPE_CHECKING:
    from engine.interpreter.run import Run

REPEATING = frozenset({"message", "signal", "escalation", "conditional"})
"""Non-interrupting events that may come again; a date or duration passes once, a cycle says it itself."""


def fire(run: "Run", task: SpiffTask, *, again: bool = False, ends: bool = False) -> bool:
    """Let an event that waits happen; ``again`` for a timer whose cycle goes on.

    Where it ``ends`` the start event of an event sub-process whose timer does not come again waits no longer; tells
    whether this is one. It stays in its place: what is below its scope ends, moves and migrates as it did.
    """
    spec = task.task_spec
    element = run.element(task)
    repeats = again or (element is not None and element.event in REPEATING)
    if isinstance(spec, Trigger):
        _fire_trigger(run, task)
        if ends and not (spec.interrupting or repeats):
            task.internal_data[SPENT] = True
            return True
    elif isinstance(spec, BoundaryEvent) and not spec.cancel_activity and repeats:
        _branch(run, task)
    else:
        spec.event_definition.catch(task)
        spec._update(task)
    return False


def throw_before(run: "Run", task: SpiffTask) -> bool:
    """Throw what takes the thrower's own scope away: then the thrower itself does not go on, and True is given.

    Raises StuckError for an error that nothing catches (Camunda: unhandled error event), and for a signal without name.
    """
    element = run.element(task)
    if element is None or element.kind not in {"endEvent", "intermediateThrowEvent"}:
        return False
    if element.event == "signal":
        # Its name is asked for while the token can still get stuck.
        _signal(run, task, element)
    if element.event == "error":
        run.note(task, "completed")
        throw_error(run, task, element.definition.code or "")
        return True
    if element.event == "escalation":
        catcher = _catcher(run, task, "escalation", element.definition.code or "")
        if catcher is not None and _interrupts(run, catcher):
            run.note(task, "completed")
            fire(run, catcher)
            return True
    return False


def throw_after(run: "Run", task: SpiffTask, element: Element) -> None:
    """Throw what leaves the thrower where it is."""
    if element.kind not in {"endEvent", "intermediateThrowEvent"}:
        return
    if element.event == "signal":
        run.signals.append(_signal(run, task, element))
    elif element.event == "escalation":
        catcher = _catcher(run, task, "escalation", element.definition.code or "")
        if catcher is not None:
            fire(run, catcher)


def _signal(run: "Run", task: SpiffTask, element: Element) -> str:
    """Give the name of the signal that an element throws. Raises StuckError where it has none."""
    return rules.named(element.definition.name, element, run.visible(task), run.env)


def throw_error(run: "Run", task: SpiffTask, code: str, variables: Mapping[str, object] | None = None) -> None:
    """Throw an error at a task: the nearest event that catches its code fires, with the variables it brings.

    Raises StuckError where none does.
    """
    catcher = _catcher(run, task, "error", code)
    if catcher is None:
        raise StuckError(
            "error_not_caught",
            mark("错误“{error}”没有被任何边界事件或事件子流程捕获。请在外层画一个错误边界事件。"),
            error=code,
        )
    if variables:
        catcher.internal_data["result"] = dict(variables)
    fire(run, catcher)


def fire_conditions(run: "Run") -> bool:
    """Fire conditional events whose condition has become true since it was last asked; tell whether one did."""
    fired = False
    if not run.specification.process.has_conditions:
        return False
    for task in list(run.waiting().values()):
        element = run.element(task)
        if element is None or element.condition is None or task.state != TaskState.WAITING or not run.is_live(task):
            continue
        try:
            holds = run.env.evaluate(element.condition, run.visible(task)) is True
        except StuckError:
            holds = False
        became_true = holds and not task.internal_data.get("held", False)
        task.internal_data["held"] = holds
        if became_true:
            fire(run, task)
            fired = True
    return fired


def _fire_trigger(run: "Run", trigger: SpiffTask) -> None:
    flow = trigger.workflow
    if trigger.task_spec.interrupting:
        for other in [task for task in flow.tasks.open.values() if not _is_below(task, trigger)]:
            if other is not flow.task_tree:
                other.cancel()
        trigger.task_spec.event_definition.catch(trigger)
        trigger.task_spec._update(trigger)
    else:
        _branch(run, trigger)


def _branch(run: "Run", event: SpiffTask) -> None:
    """Start what follows a non-interrupting event, and let the event wait on for the next time."""
    run.note(event, "completed")
    run.leave(event)
    # Beside the event, not below it: when the event is taken away later, the branch has to live on.
    below = event.parent
    for spec in event.task_spec.outputs:
        if isinstance(spec, BoundaryJoin):
            continue
        child = below._add_child(spec, TaskState.FUTURE)
        child.triggered = True
        child.internal_data["from"] = event.task_spec.bpmn_id
        child.internal_data[CAUSES] = [event.id]
        spec._predict(child, mask=TaskState.NOT_FINISHED_MASK)
        spec._update(child)


def _catcher(run: "Run", task: SpiffTask, kind: str, code: str) -> SpiffTask | None:
    """Find the nearest event that catches a code, going outwards; at one place an exact code comes first."""
    for candidates in _outwards(run, task):
        named = [
            (run.element(candidate), candidate)
            for candidate in candidates
            if candidate.state == TaskState.WAITING and candidate is not task
        ]
        matching = [
            (element.definition.code or "", candidate)
            for element, candidate in named
            if element is not None and element.event == kind and element.definition.code in {None, "", code}
        ]
        if matching:
            return max(matching, key=lambda found: found[0] != "")[1]
    return None


def _outwards(run: "Run", task: SpiffTask) -> Iterator[list[SpiffTask]]:
    current: SpiffTask | None = task
    while current is not None:
        yield on_border(current)
        flow = current.workflow
        yield [task for task in flow.tasks.open.values() if isinstance(task.task_spec, Trigger)]
        token = flow.parent_task_id
        current = run.workflow.get_task_from_id(token) if token is not None else None


def on_border(task: SpiffTask) -> list[SpiffTask]:
    """Give the boundary events of the activity a task is, or is an instance of."""
    return border_of(task.parent if is_instance(task) else task)


def _interrupts(run: "Run", catcher: SpiffTask) -> bool:
    element = run.element(catcher)
    return element is not None and element.interrupting


def _is_below(task: SpiffTask, ancestor: SpiffTask) -> bool:
    return task is ancestor or bool(task.is_descendant_of(ancestor))
