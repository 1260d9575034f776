"""What a running case still needs of its tokens: a case in its 500th round is as small as it was in its fifth.

Whatever is not finished stays. Of what is finished, little is ever asked for again: where a token came from, what
stands on the border of the activity it is at, which path of an ad-hoc sub-process it lies on, which event sub-processes
have happened, and instances whose result could not be taken yet. Everything else is in history and leaves the state.
"""

from collections.abc import Iterator

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter import loops
from engine.interpreter.adhoc_specs import Path
from engine.interpreter.task_specs import Trigger


def needed(flow: BpmnBaseWorkflow) -> Iterator[tuple[SpiffTask, int | None]]:
    """Give the tasks that are needed, in the order of their numbers, each with the number of the one it hangs on.

    A task whose own parent is not needed hangs on the chosen path it lies on, or else on the root: nobody asks either
    what is below it, but for a path whether all of it is done.
    """
    kept = {int(flow.task_tree.id)}
    for task in flow.tasks.open.values():
        kept.add(task.id)
        kept.update(loops.pending(task))
        _keep_above(task, kept)
    kept.update(task.id for task in flow.tasks.values() if _is_remembered(task))
    hung: dict[int, int | None] = {}
    for task in [flow.tasks[number] for number in kept]:
        _hang(task, kept, hung)
    return ((task, hung[number]) for number, task in flow.tasks.items() if number in kept)


def _keep_above(task: SpiffTask, kept: set[int]) -> None:
    """Keep what is above a task, up to the element its token came from."""
    above = task.parent
    while above is not None and above.id not in kept:
        kept.add(above.id)
        if isinstance(above.task_spec, BoundaryEventSplit):
            # The activity, and what stands on its border or has happened there.
            kept.update(child.id for child in above.children if child.task_spec in above.task_spec.outputs)
        above = above.parent if above.task_spec.bpmn_id is None else None


def _is_remembered(task: SpiffTask) -> bool:
    spec = task.task_spec
    return isinstance(spec, Trigger) or (isinstance(spec, Path) and "closed" not in task.internal_data)


def _hang(task: SpiffTask, kept: set[int], hung: dict[int, int | None]) -> None:
    above = task.parent
    if above is not None and above.id not in kept:
        while above.parent is not None and not isinstance(above.task_spec, Path):
            above = above.parent
    hung[task.id] = above.id if above is not None else None
    if above is not None and above.id not in kept:
        kept.add(above.id)
        _hang(above, kept, hung)
