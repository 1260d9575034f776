"""What a running case still needs of its tokens: a case in its 500th round is as small as it was in its fifth.

Whatever is not finished stays. Of what is finished, little is ever asked for again: where a token came from, what
stands on the border of the activity it is at, which path of an ad-hoc sub-process it lies on, which event sub-processes
have happened, and instances whose result could not be taken yet. Everything else is in history and leaves the state.
"""

from dataclasses import dataclass, field

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter import loops
from engine.interpreter.adhoc_specs import Path
from engine.interpreter.repeating_specs import MultiInstance
from engine.interpreter.task_specs import Trigger
from engine.interpreter.watching import Watch


@dataclass(frozen=True)
class Needed:
    """What of a process or sub-process its state keeps."""

    kept: set[int]
    """The numbers of the tasks."""
    hung: dict[int, int | None] = field(default_factory=dict)
    """What a task hangs on, where that is not its own parent."""

    def above(self, task: SpiffTask) -> int | None:
        """Give the number of what a task hangs on."""
        return self.hung.get(task.id, task._parent)


def needed(flow: BpmnBaseWorkflow, watch: Watch | None = None) -> Needed:
    """Give the tasks that are needed, and what they hang on; ``watch`` spares looking at each that is unfinished.

    A task whose own parent is not needed hangs on the chosen path it lies on, or else on the root: nobody asks either
    what is below it, but for a path whether all of it is done.
    """
    tasks, unfinished = flow.tasks, flow.tasks.open
    kept = {int(flow.task_tree.id), *unfinished}
    parents = watch.parents() if watch is not None and watch.workflow is flow else None
    if watch is not None and parents is not None:
        bodies = list(watch.bodies().values())
    else:
        bodies = [task for task in unfinished.values() if isinstance(task.task_spec, MultiInstance)]
        parents = list(dict.fromkeys([task._parent for task in unfinished.values()]))
    kept.update(token for body in bodies for token in loops.pending(body) if token in tasks)
    for number in parents:
        _keep_above(tasks.get(number), kept)
    if _remembers(flow):
        kept.update(task.id for task in tasks.values() if _is_remembered(task))
    found = Needed(kept)
    # What an unfinished task hangs on is kept; of what is finished that is not certain.
    sure = kept.issuperset(parents)
    for number in kept - unfinished.keys() if sure else list(kept):
        if tasks[number]._parent is not None and tasks[number]._parent not in kept:
            _hang(tasks[number], found)
    return found


def _keep_above(above: SpiffTask | None, kept: set[int]) -> None:
    """Keep a task and what is above it, up to the element its token came from."""
    while above is not None and above.id not in kept:
        kept.add(above.id)
        if isinstance(above.task_spec, BoundaryEventSplit):
            # The activity, and what stands on its border or has happened there.
            kept.update(child.id for child in above.children if child.task_spec in above.task_spec.outputs)
        above = above.parent if above.task_spec.bpmn_id is None else None


def _remembers(flow: BpmnBaseWorkflow) -> bool:
    """Tell whether anything of a process is remembered, whatever its tokens do."""
    return any(isinstance(spec, (Trigger, Path)) for spec in flow.spec.task_specs.values())


def _is_remembered(task: SpiffTask) -> bool:
    spec = task.task_spec
    return isinstance(spec, Trigger) or (isinstance(spec, Path) and "closed" not in task.peek)


def _hang(task: SpiffTask, found: Needed) -> None:
    above = task.parent
    if above is not None and above.id not in found.kept:
        while above.parent is not None and not isinstance(above.task_spec, Path):
            above = above.parent
    found.hung[task.id] = above.id if above is not None else None
    if above is not None and above.id not in found.kept:
        found.kept.add(above.id)
        _hang(above, found)
