"""SpiffWorkflow's workflows, whose tasks know their numbers and whose sub-processes sleep while nothing happens."""

from collections import deque
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow, BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import TaskNotFoundException
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter.flows import Flows, Record
from engine.interpreter.task_specs import Told
from engine.interpreter.task_table import Counter, TaskTable


class _Indexed:
    """What the run of a process and of a sub-process share."""

    completed: bool
    data: dict[str, Any]
    tasks: TaskTable
    """The tasks by number."""

    def begin(self) -> None:
        """Put the first token at the start, as the library does when it makes a run; here the index is made before."""
        start = self.spec.start  # type: ignore[attr-defined] # of the class this is mixed into
        self.task_tree = SpiffTask(self, start, state=TaskState.FUTURE)
        start._predict(self.task_tree, mask=TaskState.NOT_FINISHED_MASK)
        self.task_tree._ready()

    def fill(self, record: Record) -> None:
        """Take the tasks that the state has: by their numbers, or ``near`` the token that all this hangs on."""
        specs = self.spec.task_specs  # type: ignore[attr-defined] # of the class this is mixed into
        first, tasks = (int(record["on"]), record["near"]) if "near" in record else (0, record["tasks"])
        for number, parent, state, spec_name, triggered, internal in tasks:
            task = SpiffTask(self, specs[spec_name], state=int(state), id=first + int(number))
            task._parent = None if parent is None else first + int(parent)
            task.triggered = bool(triggered)
            task.peek = internal or {}
            if task._parent is not None:
                self.tasks[task._parent]._children.append(task.id)
            self.tasks.place(task)
        self.task_tree = next(task for task in self.tasks.values() if task._parent is None)
        self.last_task = self.tasks.get(int(record["last"])) if record["last"] is not None else None

    def _mark_complete(self, task: SpiffTask) -> None:
        """Note that the run is over. The library would count all its tasks, for its log."""
        self.data.update(task.data)
        self.completed = True

    def _task_completed_notify(self, task: SpiffTask) -> None:
        """Note a completed task: the end of the run, or news for the joins that wait."""
        self.last_task = task
        if task.task_spec.name == "End":
            self._mark_complete(task)
        if self.completed:
            self.completed_event(self)  # type: ignore[attr-defined] # of the class this is mixed into
            return
        if self.tasks.joins:
            self._ask_joins()

    def _ask_joins(self) -> None:
        """Ask what waits for other tokens, not what goes on only when it is told to."""
        if self.tasks.disordered:
            for waiting in list(self.tasks.open.values()):
                if waiting.state == TaskState.WAITING and not isinstance(waiting.task_spec, Told):
                    waiting.task_spec._update(waiting)
            return
        # The same without looking at thousands of instances: one that is asked may let others wait, or go on.
        asked, newest = 0, self.top_workflow.counter.last  # type: ignore[attr-defined] # of the class this is mixed into
        while later := [number for number in self.tasks.joins if asked < number <= newest]:
            asked = min(later)
            task = self.tasks[asked]
            task.task_spec._update(task)


class SubWorkflow(_Indexed, BpmnSubWorkflow):
    """The run of an embedded sub-process."""

    def __init__(
        self, spec: BpmnProcessSpec, parent_task_id: int, top_workflow: "Workflow", *, deserializing: bool = False
    ) -> None:
        super().__init__(spec, parent_task_id, top_workflow, deserializing=True)
        top, home = top_workflow, top_workflow.subprocesses.home
        self.tasks = TaskTable(top.counter, top.ready, top.log, home, parent_task_id)
        if not deserializing:
            self.begin()

    @property
    def parent_workflow(self) -> BpmnBaseWorkflow:
        """Give the run it hangs in."""
        return self.top_workflow.host(self.parent_task_id).workflow


class Workflow(_Indexed, BpmnWorkflow):
    """The run of a process."""

    parent_task_id = None
    subprocesses: Flows
    """The runs of sub-processes by the tokens they hang on."""

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
        self.log: list[SpiffTask] = []
        self.at_rest = False
        """Whether nothing moves, so that inclusive gateways may look where the tokens are."""
        super().__init__(spec, subprocess_specs, script_engine, deserializing=True)
        self.subprocesses = Flows(self._woken)
        self.tasks = TaskTable(self.counter, self.ready, self.log)
        if not deserializing:
            self.begin()

    def create_subprocess(self, my_task: SpiffTask, spec_name: str) -> SubWorkflow:
        """Begin the run of a sub-process."""
        self.script_engine.open_subprocess(my_task)
        subprocess = SubWorkflow(self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self)
        self.subprocesses[my_task.id] = subprocess
        return subprocess

    def restored(self, record: Record) -> SubWorkflow:
        """Give the run of a sub-process that the state tells of."""
        on = self.host(int(record["on"]))
        flow = SubWorkflow(self.subprocess_specs[record["spec"]], on.id, self, deserializing=True)
        flow.completed_event.connect(on.task_spec._on_subworkflow_completed, on)
        flow.fill(record)
        return flow

    def _woken(self, record: Record) -> SubWorkflow:
        """Give a run that has slept: nothing has happened by that."""
        happened = len(self.log)
        flow = self.restored(record)
        del self.log[happened:]
        return flow

    def waiting_joins(self) -> list[SpiffTask]:
        """Give what waits for other tokens and is not told when to go on, in the order of the numbers.

        Nothing has changed for those in sub-processes that sleep since they were asked.
        """
        if not (self.tasks.joins or self.subprocesses.awake):
            return []
        flows = (self, *self.subprocesses.in_order())
        return [flow.tasks[number] for flow in flows for number in sorted(flow.tasks.joins)]

    def open_tasks(self) -> list[SpiffTask]:
        """Give the unfinished tasks of the process and of the sub-processes that still hang on a live task."""
        self._forget_orphans()
        return [task for flow in (self, *self.subprocesses.values()) for task in flow.tasks.open.values()]

    def find(self, token: int) -> SpiffTask | None:
        """Give a task of the process or of a sub-process that runs; None where there is none any more."""
        if token in self.tasks:
            return self.tasks[token]
        flow = self.subprocesses.get(self.subprocesses.home.get(token, 0))
        return flow.tasks.get(token) if flow is not None else None

    def find_open(self, token: int) -> SpiffTask | None:
        """Give an unfinished task; None where there is none, or where its sub-process was taken away."""
        self._forget_orphans()
        found = self.find(token)
        return found if found is not None and token in found.workflow.tasks.open else None

    def holds(self, flow: BpmnBaseWorkflow) -> bool:
        """Tell whether this is the run of the case itself or of one of its sub-processes, and not taken away."""
        return flow is self or self.subprocesses.awake.get(flow.parent_task_id) is flow

    def get_task_from_id(self, task_id: int) -> SpiffTask:
        """Give a task by its number, as the library asks for it: no other sub-process is looked at."""
        found = self.find(task_id)
        if found is None:
            raise TaskNotFoundException(f"A task with id {task_id} was not found", task_spec=self.spec)
        return found

    def host(self, token: int) -> SpiffTask:
        """Give the task that a sub-process hangs on, also where it was taken out in this step."""
        taken_out = chain(
            (gone.tasks.get(token) for gone in self.subprocesses.gone),
            (task for task in reversed(self.log) if task.id == token),
        )
        return self.find(token) or next(filter(None, taken_out))

    def cancel(self, workflow: BpmnWorkflow | None = None) -> list[SpiffTask]:
        """Cancel every open task of the case or of one sub-process, and all sub-processes inside."""
        flow = workflow or self
        flow.success, flow.completed = False, True
        canceled = list(flow.tasks.open.values())
        for task in canceled:
            task.cancel()
        self._forget_orphans()
        return canceled

    def forget_hanging_on(self, tasks: Iterable[SpiffTask]) -> None:
        """Forget the sub-processes that hang on some tasks, where these are over: the library leaves them running."""
        for task in tasks:
            if task.id in self.subprocesses and task.workflow.tasks.open.get(task.id) is not task:
                del self.subprocesses[task.id]

    def _forget_orphans(self) -> None:
        """Forget sub-processes whose task was cancelled or removed."""
        for token in list(self.subprocesses):
            if token in self.subprocesses and self._is_orphan(token):
                del self.subprocesses[token]

    def _is_orphan(self, token: int) -> bool:
        if token in self.tasks:
            return token not in self.tasks.open
        around = self.subprocesses.home.get(token)
        if around is None or around not in self.subprocesses:
            return True
        flow = self.subprocesses.awake.get(around)
        # What hangs in one that sleeps hung on an open task when it fell asleep.
        return (flow is not None and token not in flow.tasks.open) or self._is_orphan(around)
