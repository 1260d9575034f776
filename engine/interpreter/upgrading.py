"""States that an earlier version of the program has stored, made readable by this one."""

from collections.abc import Iterator

from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter.joins import Inclusive, Parallel
from engine.interpreter.repeating_specs import MultiInstance
from engine.interpreter.scopes import Scopes


def revive_arrivals(flow: BpmnBaseWorkflow) -> None:
    """Let every token that has arrived at a join wait there (format 1 kept the last one and cancelled the others)."""
    for last in [task for task in flow.tasks.open.values() if task.state == TaskState.WAITING]:
        if isinstance(last.task_spec, (Parallel, Inclusive)):
            for order, task in enumerate(_arrivals(last), start=1):
                task._set_state(TaskState.WAITING)
                task.internal_data["arrived"] = order
            last.internal_data["arrived"] = len(flow.tasks)


def revive_parts(flow: BpmnBaseWorkflow, scopes: Scopes) -> None:
    """Put what people's parts began with where it belongs; once it stood in the body, written whole each time."""
    for body in flow.tasks.open.values():
        if isinstance(body.task_spec, MultiInstance) and "taken" in body.peek.get("loop", {}):
            for token, index, counter, item in body.internal_data["loop"].pop("taken"):
                part = {"body": body.id, "index": index, "counter": counter, "item": item}
                scopes.keep_part(int(token), part)


def _arrivals(last: SpiffTask) -> Iterator[SpiffTask]:
    """Give the cancelled arrivals at a join since it was passed last."""
    above = last.parent
    while above.parent is not None and not (above.task_spec is last.task_spec and above.state == TaskState.COMPLETED):
        above = above.parent
    waiting = list(above.children)
    while waiting:
        task = waiting.pop()
        if task.task_spec is last.task_spec and task.state == TaskState.CANCELLED:
            yield task
        waiting += task.children
