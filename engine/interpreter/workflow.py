"""SpiffWorkflow's workflows with short, repeatable task numbers in place of random ids.

A task's number is its *token*: unique within the case for ever, so rows of the database can point to it,
and the same steps give the same numbers when a case is replayed.
"""

from collections.abc import Mapping
from uuid import UUID

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task as SpiffTask


class Counter:
    """The last number given."""

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def next(self) -> int:
        """Give the next number."""
        self.last += 1
        return self.last


class TaskTable(dict[int, SpiffTask]):
    """The tasks of a workflow by number. A new task comes with a random id and gets its number here."""

    def __init__(self, counter: Counter) -> None:
        super().__init__()
        self._counter = counter

    def __setitem__(self, key: UUID | int, task: SpiffTask) -> None:
        """Add a task; the library does so before it tells the parent, which then takes the number."""
        if isinstance(key, UUID):
            task.id = key = self._counter.next()
        super().__setitem__(key, task)


class SubWorkflow(BpmnSubWorkflow):
    """The run of an embedded sub-process."""

    @property
    def tasks(self) -> TaskTable:
        """Give the tasks by number."""
        return self._tasks

    @tasks.setter
    def tasks(self, tasks: Mapping[int, SpiffTask]) -> None:
        self._tasks = TaskTable(self.top_workflow.counter)
        self._tasks.update(tasks)


class Workflow(BpmnWorkflow):
    """The run of a process."""

    def __init__(
        self,
        spec: BpmnProcessSpec,
        subprocess_specs: Mapping[str, BpmnProcessSpec],
        script_engine: object,
        *,
        counter: Counter,
        deserializing: bool = False,
    ) -> None:
        self.counter = counter
        super().__init__(spec, subprocess_specs, script_engine, deserializing=deserializing)

    @property
    def tasks(self) -> TaskTable:
        """Give the tasks of the process itself by number."""
        return self._tasks

    @tasks.setter
    def tasks(self, tasks: Mapping[int, SpiffTask]) -> None:
        self._tasks = TaskTable(self.counter)
        self._tasks.update(tasks)

    def create_subprocess(self, my_task: SpiffTask, spec_name: str) -> SubWorkflow:
        """Begin the run of a sub-process."""
        subprocess = SubWorkflow(self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self)
        self.subprocesses[my_task.id] = subprocess
        self.script_engine.open_subprocess(my_task)
        return subprocess

    def all_tasks(self) -> list[SpiffTask]:
        """Give the tasks of the process and of its sub-processes.

        From the tables: the library's own iterator stops silently at a depth of 1,000.
        """
        return [task for workflow in (self, *self.subprocesses.values()) for task in workflow.tasks.values()]
