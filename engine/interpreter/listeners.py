"""Execution listeners: jobs before an element does its work and after it, one after the other, as in Camunda 8.

A token whose listeners are asked stands at its element in the state STARTED, which the library neither runs nor
forgets; ``listener`` in its data says which listener is asked, ``heard`` which moments are over.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.defaults import StartEvent
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter import rules
from engine.interpreter.adhoc_specs import Choice
from engine.interpreter.diagram import Element, Listener
from engine.interpreter.outcome import OpenedJob
from engine.interpreter.repeating_specs import Repeated
from engine.interpreter.scopes import ROOT
from engine.interpreter.task_specs import (
    BoundaryEvent,
    BoundaryJoin,
    EndJoin,
    EventGateway,
    SubProcess,
    Trigger,
)

if TYPE_CHECKING:
    from engine.interpreter.run import Run

Phase = tuple[str, int] | None
"""The moment and the position of the listener a token waits for; None while it waits for the element's own work."""


def hold(run: "Run", task: SpiffTask, event: str) -> bool:
    """Keep a token at its element where listeners are to be asked at this moment; tell whether it is kept."""
    if not run.specification.process.is_listened:
        return False
    element = _listened(run, task, event)
    if element is None or not element.listeners_at(event) or is_over(task, event):
        return False
    task.internal_data["listener"] = {"event": event, "index": 0}
    task._set_state(TaskState.STARTED)
    _take_away_rivals(task)
    return True


def hold_on_arrival(run: "Run", task: SpiffTask) -> bool:
    """Keep a token before people, machines or events are told that it waits for them."""
    if not run.specification.process.is_listened:
        return False
    spec = task.task_spec
    if task.state == TaskState.READY:
        return bool(spec.manual) and (hold(run, task, "start") or hold(run, task, "creating"))
    if task.state != TaskState.WAITING or not isinstance(spec, CatchingEvent) or _is_chosen_by_gateway(task):
        return False
    return hold(run, task, "start")


def hold_before_running(run: "Run", task: SpiffTask) -> bool:
    """Keep a token before its element works by itself; what waited for somebody was asked when it arrived."""
    if not run.specification.process.is_listened:
        return False
    spec = task.task_spec
    waited = spec.manual or (isinstance(spec, CatchingEvent) and not isinstance(spec, StartEvent))
    if waited and not _is_chosen_by_gateway(task):
        return False
    return hold(run, task, "start")


def is_over(task: SpiffTask, event: str) -> bool:
    """Tell whether all listeners of a moment have been asked."""
    return "heard" in task.peek and event in task.peek["heard"]


def is_held(task: SpiffTask) -> bool:
    """Tell whether a token waits for a listener."""
    return "listener" in task.peek


def phase(task: SpiffTask) -> Phase:
    """Give which listener a token waits for."""
    pending = task.peek.get("listener")
    return (str(pending["event"]), int(pending["index"])) if pending is not None else None


def where(run: "Run", task: SpiffTask) -> Element | None:
    """Give the element that a token stands at; the whole process for one that its listeners keep."""
    pending = task.peek.get("listener")
    return run.element(task) if pending is None else _listened(run, task, str(pending["event"]))


def asked(run: "Run", task: SpiffTask) -> Listener:
    """Give the listener that a token waits for."""
    element, pending = where(run, task), task.internal_data["listener"]
    assert element is not None  # noqa: S101 - a token is kept for the listeners of an element only
    return element.listeners_at(str(pending["event"]))[int(pending["index"])]


def is_drawn(run: "Run", task: SpiffTask) -> bool:
    """Tell whether there is still the listener that a token waits for: another version may have fewer."""
    element, pending = where(run, task), task.peek["listener"]
    return element is not None and pending["index"] < len(element.listeners_at(str(pending["event"])))


def open_job(run: "Run", task: SpiffTask, element: Element, variables: Mapping[str, object]) -> OpenedJob:
    """Open the job of the listener that a token waits for. Raises StuckError where its type can't be told."""
    listener = asked(run, task)
    return OpenedJob(
        token=task.id,
        element=element,
        kind="service",
        type=rules.named(listener.type, element, variables, run.env),
        due_at=run.env.now,
        retries=rules.retries_of(listener, element, variables, run.env),
        listener=listener.event,
    )


def go_on(run: "Run", task: SpiffTask, variables: Mapping[str, object]) -> None:
    """Take what a listener brought and ask the next one, or let the token go on.

    What a start listener brings is local to its element; what an end listener brings goes to the scope outside.
    """
    event = str(task.internal_data["listener"]["event"])
    _keep(run, task, event, variables)
    if not ask_next(run, task):
        _go_on_from(run, task, event)


def pass_over(run: "Run", task: SpiffTask) -> None:
    """Let a token go on as if all listeners it waits for had been asked."""
    _go_on_from(run, task, str(task.internal_data.pop("listener")["event"]))


def _go_on_from(run: "Run", task: SpiffTask, event: str) -> None:
    task.internal_data["heard"] = [*task.internal_data.get("heard", ()), event]
    _resume(run, task, event)


def ask_next(run: "Run", task: SpiffTask) -> bool:
    """Ask the next listener of the same moment; where there is none the token waits for none any more."""
    element, pending = where(run, task), task.internal_data["listener"]
    assert element is not None  # noqa: S101 - a token is kept for the listeners of an element only
    if pending["index"] + 1 < len(element.listeners_at(pending["event"])):
        task.internal_data["listener"] = {**pending, "index": pending["index"] + 1}
        return True
    del task.internal_data["listener"]
    return False


def _keep(run: "Run", task: SpiffTask, event: str, variables: Mapping[str, object]) -> None:
    element = where(run, task)
    own = run.scope_of(task)
    if element is not None and element.kind == "process":
        run.scopes.root.update(variables)
    elif event == "start":
        run.scopes.values[own].update(variables)
    else:
        run.scopes.propagate(run.scopes.parents.get(task.id, own), variables)


def _resume(run: "Run", task: SpiffTask, event: str) -> None:
    spec = task.task_spec
    if event == "start" and isinstance(spec, SubProcess):
        spec._update(task)
    elif event == "start" and isinstance(spec, CatchingEvent) and not spec.event_definition.has_fired(task):
        task._set_state(TaskState.WAITING)
    else:
        task._set_state(TaskState.READY)
        if event == "end":
            # People's and machines' tasks run only when they are told to.
            run.run(task)


def _listened(run: "Run", task: SpiffTask, event: str) -> Element | None:
    """Give the element whose listeners a token has to ask; the tokens at its two ends stand for the process."""
    spec = task.task_spec
    if task.workflow is run.workflow:
        if event == "start" and isinstance(spec, StartEvent):
            return run.specification.process.whole
        if event == "end" and isinstance(spec, EndJoin):
            return run.specification.process.whole
    if isinstance(spec, (Repeated, Trigger, Choice)):
        # The instances are asked for, the start event inside, and the ad-hoc sub-process that a choice stands for.
        return None
    return run.element(task)


def _is_chosen_by_gateway(task: SpiffTask) -> bool:
    return task.parent is not None and isinstance(task.parent.task_spec, EventGateway)


def _take_away_rivals(task: SpiffTask) -> None:
    """Take away at once what the token's going on would take away later: nothing of it may happen meanwhile."""
    spec = task.task_spec
    if isinstance(spec, EndJoin):
        rivals = [other for other in task.workflow.tasks.open.values() if isinstance(other.task_spec, Trigger)]
    elif task.parent is None:
        rivals = []
    elif isinstance(spec, BoundaryEvent) and spec.cancel_activity:
        mates = [other for other in task.parent.children if other is not task]
        main = next(join.main for join in spec.outputs if isinstance(join, BoundaryJoin))
        rivals = [m for m in mates if isinstance(m.task_spec, BoundaryEvent) or m.task_spec.name == main]
    elif _is_chosen_by_gateway(task):
        rivals = [other for other in task.parent.children if other is not task]
    else:
        rivals = []
    for rival in rivals:
        if not rival.has_state(TaskState.FINISHED_MASK):
            rival.cancel()


def local_scope(run: "Run", task: SpiffTask, values: Mapping[str, object]) -> int:
    """Open the scope that start listeners write to, with the element's inputs; the process has its own already."""
    element = where(run, task)
    if element is None or element.kind == "process":
        return ROOT
    if task.id in run.scopes.values:
        run.scopes.values[task.id].update(values)
    else:
        run.scopes.open(task.id, run.scope_of(task), values)
    task.internal_data["scoped"] = True
    return int(task.id)
