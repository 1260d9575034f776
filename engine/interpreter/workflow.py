"""SpiffWorkflow's workflows with short, repeatable task numbers and an index of what is open.

A task's number is its *token*: unique within the case for ever, so rows of the database can point to it,
and the same steps give the same numbers when a case is replayed. The index is kept where states change: the
library would walk the whole tree for every question, and stops without a word at a depth of 1,000.
"""

from collections import deque
from collections.abc import Mapping
from uuid import UUID

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

_ARRIVED = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Counter:
    """The last number given."""

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def next(self) -> int:
        """Give the next number."""
        self.last += 1
        return self.last


class Token(SpiffTask):
    """A task that tells its workflow when it changes state, and climbs its ancestors without recursion."""

    def _set_state(self, value: int) -> None:
        # Not the library's own, which collects facts for its log at every change, wanted or not.
        self._state = value
        self.workflow.tasks.note(self, value)
        if value & _ARRIVED and self.internal_data.pop("cut", None):
            self.task_spec._predict(self, mask=TaskState.NOT_FINISHED_MASK)

    def is_descendant_of(self, task: SpiffTask) -> bool:
        """Tell whether a task is an ancestor of this one."""
        above = self.parent
        while above is not None and above is not task:
            above = above.parent
        return above is not None

    def find_ancestor(self, spec_name: str) -> SpiffTask | None:
        """Give the nearest ancestor with a spec of that name."""
        above = self.parent
        while above is not None and above.task_spec.name != spec_name:
            above = above.parent
        return above

    def _sync_children(self, task_specs: list[TaskSpec], state: int = TaskState.MAYBE) -> None:
        """Look ahead; into a circle that no gateway leaves only once, since the library would never return from it.

        What lies behind the cut is looked at when a token arrives there.
        """
        goes_round = self.state == TaskState.FUTURE and self.task_spec.name in self.workflow.spec.circles
        above = self.parent if goes_round else None
        while above is not None and above.state == TaskState.FUTURE:
            if above.task_spec is self.task_spec:
                self.internal_data["cut"] = True
                return
            above = above.parent
        super()._sync_children(task_specs, state)


class TaskTable(dict[int, SpiffTask]):
    """The tasks of a workflow by number. A new task comes with a random id and gets its number here."""

    def __init__(self, counter: Counter, ready: deque[SpiffTask]) -> None:
        super().__init__()
        self._counter = counter
        self._ready = ready
        self.open: dict[int, SpiffTask] = {}
        """The tasks that are not finished, predicted ones included."""

    def __setitem__(self, key: UUID | int, task: SpiffTask) -> None:
        """Add a task; the library does so before it tells the parent, which then takes the number."""
        # The library makes its tasks itself and has no hook for a class of ours.
        task.__class__ = Token
        number = self._counter.next() if isinstance(key, UUID) else key
        task.id = number
        super().__setitem__(number, task)
        self.open[number] = task

    def pop(self, key: int) -> SpiffTask:  # type: ignore[override] # the library pops by key alone
        """Take a task out."""
        self.open.pop(key, None)
        return super().pop(key)

    def note(self, task: SpiffTask, state: int) -> None:
        """Keep the index true after a change of state."""
        if task.id not in self:
            return
        if state & TaskState.FINISHED_MASK:
            self.open.pop(task.id, None)
        else:
            self.open[task.id] = task
        if state == TaskState.READY or (state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent)):
            # An event that begins to wait may have listeners to ask before.
            self._ready.append(task)


class _Indexed:
    """What the run of a process and of a sub-process share."""

    @property
    def tasks(self) -> TaskTable:
        """Give the tasks by number."""
        return self._tasks

    @tasks.setter
    def tasks(self, tasks: Mapping[int, SpiffTask]) -> None:
        top = self.top_workflow  # type: ignore[attr-defined] # of the class this is mixed into
        self._tasks = TaskTable(top.counter, top.ready)
        self._tasks.update(tasks)

    def _task_completed_notify(self, task: SpiffTask) -> None:
        """Note a completed task: the end of the run, or news for the joins that wait."""
        self.last_task = task
        if task.task_spec.name == "End":
            self._mark_complete(task)  # type: ignore[attr-defined] # of the class this is mixed into
        if self.completed:  # type: ignore[attr-defined] # of the class this is mixed into
            self.completed_event(self)  # type: ignore[attr-defined] # of the class this is mixed into
            return
        for waiting in list(self.tasks.open.values()):
            # Events fire only when they are told to; asking them again would be wasted.
            if waiting.state == TaskState.WAITING and not isinstance(waiting.task_spec, CatchingEvent):
                waiting.task_spec._update(waiting)


class SubWorkflow(_Indexed, BpmnSubWorkflow):
    """The run of an embedded sub-process."""


class Workflow(_Indexed, BpmnWorkflow):
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
        self.ready: deque[SpiffTask] = deque()
        super().__init__(spec, subprocess_specs, script_engine, deserializing=deserializing)

    def create_subprocess(self, my_task: SpiffTask, spec_name: str) -> SubWorkflow:
        """Begin the run of a sub-process."""
        self.script_engine.open_subprocess(my_task)
        subprocess = SubWorkflow(self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self)
        self.subprocesses[my_task.id] = subprocess
        return subprocess

    def open_tasks(self) -> list[SpiffTask]:
        """Give the unfinished tasks of the process and of the sub-processes that still hang on a live task."""
        self._forget_orphans()
        return [task for flow in (self, *self.subprocesses.values()) for task in flow.tasks.open.values()]

    def find(self, token: int) -> SpiffTask | None:
        """Give a task of the process or of a sub-process that runs; None where there is none any more."""
        flows = (flow for flow in (self, *self.subprocesses.values()) if token in flow.tasks)
        return next((flow.tasks[token] for flow in flows), None)

    def cancel(self, workflow: BpmnWorkflow | None = None) -> list[SpiffTask]:
        """Cancel every open task of the case or of one sub-process, and all sub-processes inside."""
        flow = workflow or self
        flow.success, flow.completed = False, True
        canceled = list(flow.tasks.open.values())
        for task in canceled:
            task.cancel()
        self._forget_orphans()
        return canceled

    def _forget_orphans(self) -> None:
        """Forget sub-processes whose task was cancelled or removed: the library leaves them running."""
        for token in list(self.subprocesses):
            if token in self.subprocesses and self._is_orphan(token):
                self.subprocesses.pop(token)

    def _is_orphan(self, token: int) -> bool:
        for flow in (self, *self.subprocesses.values()):
            if token in flow.tasks:
                return token not in flow.tasks.open or (flow is not self and self._is_orphan(flow.parent_task_id))
        return True
