"""What a running case still needs of its tokens: a case in its 500th round is as small as it was in its fifth.

Whatever is not finished stays. Of what is finished, little is ever asked for again: where a token came from, what
stands on the border of the activity it is at, which path of an ad-hoc sub-process it lies on, which event sub-processes
have happened, and instances whose result could not be taken yet. Everything else is in history and leaves the state.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from itertools import chain

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter import loops
from engine.interpreter.adhoc_specs import Path
from engine.interpreter.inside import Inside
from engine.interpreter.task_specs import Trigger
from engine.interpreter.watching import Watch
from engine.values import value


@value
class Needed:
    """What of a process or sub-process its state keeps: all that is unfinished, and some of what is finished."""

    unfinished: Mapping[int, SpiffTask]
    """As the process has them at the moment: with thousands of instances nobody copies them."""
    finished: set[int]
    """The numbers of the others."""
    hung: dict[int, int | None] = field(default_factory=dict)
    """What a task hangs on, where that is not its own parent."""

    def __contains__(self, number: object) -> bool:
        """Tell whether a task is kept."""
        return number in self.unfinished or number in self.finished

    def __iter__(self) -> Iterator[int]:
        """Give the numbers of the tasks that are kept."""
        return chain(self.unfinished, self.finished)

    def __len__(self) -> int:
        """Give how many tasks are kept."""
        return len(self.unfinished) + len(self.finished)

    def add(self, number: int) -> None:
        """Keep a task, finished or not."""
        if number not in self.unfinished:
            self.finished.add(number)

    def above(self, task: SpiffTask) -> int | None:
        """Give the number of what a task hangs on."""
        return self.hung.get(task.id, task._parent)


def needed(flow: BpmnBaseWorkflow, watch: Watch | None = None) -> Needed:
    """Give the tasks that are needed, and what they hang on; ``watch`` spares looking at each that is unfinished.

    A task whose own parent is not needed hangs on the chosen path it lies on, or else on the root: nobody asks either
    what is below it, but for a path whether all of it is done.
    """
    tasks, unfinished = flow.tasks, flow.tasks.open
    finished: set[int] = set()
    found = Needed(unfinished=unfinished, finished=finished)
    found.add(int(flow.task_tree.id))
    inside = (watch.inside(flow) if watch is not None and watch.workflow is flow.top_workflow else None) or Inside(flow)
    for body in inside.bodies.values():
        finished.update(token for token in loops.pending(body) if token in tasks and token not in unfinished)
    # What an unfinished task hangs on is kept, if it is there; of what is finished that is not certain.
    sure = True
    for number in inside.below:
        if number not in found:
            sure = sure and number in tasks
            _keep_above(tasks.get(number), found)
    if flow.spec.remembers:
        finished.update(number for number in tasks.finished if _is_remembered(tasks[number]))
    for number in list(finished) if sure else [*unfinished, *finished]:
        above = tasks[number]._parent
        if above is not None and above not in finished and above not in unfinished:
            _hang(tasks[number], found)
    return found


def _keep_above(above: SpiffTask | None, found: Needed) -> None:
    """Keep a task and what is above it, up to the element its token came from."""
    while above is not None and above.id not in found:
        found.add(above.id)
        if isinstance(above.task_spec, BoundaryEventSplit):
            # The activity, and what stands on its border or has happened there.
            for child in above.children:
                if child.task_spec in above.task_spec.outputs:
                    found.add(child.id)
        above = above.parent if above.task_spec.bpmn_id is None else None


def _is_remembered(task: SpiffTask) -> bool:
    spec = task.task_spec
    return isinstance(spec, Trigger) or (isinstance(spec, Path) and "closed" not in task.peek)


def _hang(task: SpiffTask, found: Needed) -> None:
    above = task.parent
    if above is not None and above.id not in found:
        while above.parent is not None and not isinstance(above.task_spec, Path):
            above = above.parent
    found.hung[task.id] = above.id if above is not None else None
    if above is not None and above.id not in found:
        found.add(above.id)
        _hang(above, found)
