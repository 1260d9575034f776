"""Going on after an Incident: trying again, leaving an element as if it were done, telling a dead end."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import InvalidError, mark
from engine.interpreter import adhoc, listeners, loops, rounds, task_listeners
from engine.interpreter.adhoc_specs import Choice
from engine.interpreter.environment import StuckError
from engine.interpreter.joins import IN_VAIN, Inclusive, Parallel, leave_by
from engine.interpreter.moving import entry_of
from engine.interpreter.repeating_specs import MultiInstance, Repeated
from engine.interpreter.task_specs import BoundaryEvent, Exclusive, JobTask, Trigger, UserTask

if TYPE_CHECKING:
    from engine.interpreter.run import Run


def retry(run: "Run", task: SpiffTask) -> bool:
    """Try again what got stuck; tell whether its element is to be opened anew, since it got stuck while opening."""
    stuck = task.internal_data.pop("stuck", {})
    spec = task.task_spec
    if listeners.is_held(task):
        if listeners.is_drawn(run, task):
            return True
        task_listeners.go_on(run, task, {})
        return False
    if stuck.get("code") == IN_VAIN:
        task._set_state(TaskState.WAITING)
        spec._update(task)
        return False
    if isinstance(spec, (UserTask, JobTask)):
        task._set_state(TaskState.READY)
        if "result" in task.internal_data:
            run.run(task)
            return False
        return True
    if isinstance(spec, CatchingEvent):
        task._set_state(TaskState.WAITING)
        return True
    task._set_state(TaskState.READY)
    return False


def skip(run: "Run", task: SpiffTask, variables: Mapping[str, object], flow_ids: Sequence[str] = ()) -> None:
    """Leave an element as if it were done, with variables for the scope around it; its output mappings don't run.

    A token that waits for a listener goes on as if this one were done.
    A gateway leaves by the flows named. An event on a border, or one that starts an event sub-process, will not
    come any more. Raises InvalidError where flows are missing or are not the gateway's.
    """
    spec = task.task_spec
    if listeners.is_held(task):
        task.internal_data.pop("stuck", None)
        task_listeners.go_on(run, task, variables)
        return
    outputs = _chosen(run, task, flow_ids)
    task.internal_data.pop("stuck", None)
    task.internal_data.pop("result", None)
    task.internal_data.pop("by", None)
    scope = run.scope_of(task)
    run.scopes.propagate(run.scopes.parents[scope] if scope == task.id else scope, variables)
    if isinstance(spec, (BoundaryEvent, Trigger)):
        task.cancel()
    elif isinstance(spec, MultiInstance):
        loops.give_up(run, task)
    elif isinstance(spec, Repeated):
        rounds.give_up(task)
    elif isinstance(spec, Choice):
        adhoc.give_up(run, task)
    else:
        if outputs:
            leave_by(task, outputs)
        task.complete()
        run.finish(task)


def _chosen(run: "Run", task: SpiffTask, flow_ids: Sequence[str]) -> list[object]:
    spec, element = task.task_spec, run.element(task)
    assert element is not None  # noqa: S101 - only elements of the diagram get stuck
    if not isinstance(spec, (Exclusive, Inclusive)):
        return []
    flows = [run.specification.process.flows.get(flow_id) for flow_id in dict.fromkeys(flow_ids)]
    targets = [flow.target for flow in flows if flow is not None and flow.source == element.id]
    if not targets or len(targets) != len(flows) or (isinstance(spec, Exclusive) and len(targets) > 1):
        raise InvalidError(mark("请选择从“{label}”走哪条流向。"), where="flows", label=element.label)
    return [entry_of(task.workflow.spec, target)[1] for target in targets]


def mark_dead_ends(run: "Run") -> None:
    """Tell a case in which nothing waits but joins, for tokens that can't come any more: an Incident, not silence."""
    if run.workflow.completed or run.watch.waiting():
        return
    for task in run.workflow.open_tasks():
        if task.state == TaskState.WAITING and isinstance(task.task_spec, (Parallel, Inclusive)):
            element = run.element(task)
            error = StuckError(
                IN_VAIN,
                mark("“{label}”在等另一条分支，但已没有任何分支会到这里。请移动令牌，或写明原因后从这里继续。"),
                label=element.label if element is not None else task.task_spec.name,
            )
            run.mark_stuck(task, error)
