"""What hangs on what among the unfinished tasks of a process or sub-process, kept true from change to change."""

from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter.repeating_specs import MultiInstance, is_instance


class Inside:
    """The unfinished tasks of a process or sub-process by what they hang on."""

    def __init__(self, flow: BpmnBaseWorkflow) -> None:
        self._flow = flow
        self._repeats: bool = flow.spec.repeats
        self._parents: dict[int, int | None] = {}
        self.below: dict[int | None, int] = {}
        """How many hang on each."""
        self._instances: set[int] = set()
        self.active: dict[int | None, int] = {}
        """How many instances each body of a repeated activity has open."""
        self.bodies: dict[int, SpiffTask] = {}
        """The bodies of multi-instances."""
        for task in flow.tasks.open.values():
            self._put(task)

    def look_at(self, task: SpiffTask) -> None:
        """Note what has become of a task."""
        number = task.id
        is_open = self._flow.tasks.open.get(number) is task
        if number in self._parents:
            if is_open and not self._repeats and self._parents[number] == task._parent:
                return
            above = self._parents.pop(number)
            _take(self.below, above)
            if self._repeats:
                self._take_instance_or_body(number, above)
        if is_open:
            self._put(task)

    def _put(self, task: SpiffTask) -> None:
        above = self._parents[task.id] = task._parent
        self.below[above] = self.below.get(above, 0) + 1
        if self._repeats:
            self._put_instance_or_body(task, above)

    def _take_instance_or_body(self, number: int, above: int | None) -> None:
        if number in self._instances:
            self._instances.discard(number)
            _take(self.active, above)
        self.bodies.pop(number, None)

    def _put_instance_or_body(self, task: SpiffTask, above: int | None) -> None:
        if above is not None and is_instance(task):
            self._instances.add(task.id)
            self.active[above] = self.active.get(above, 0) + 1
        if isinstance(task.task_spec, MultiInstance):
            self.bodies[task.id] = task


def _take(counts: dict[int | None, int], above: int | None) -> None:
    """Count one less."""
    left = counts.pop(above) - 1
    if left:
        counts[above] = left
