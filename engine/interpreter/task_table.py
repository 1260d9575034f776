"""Tasks with short, repeatable numbers and an index of what is open.

A task's number is its *token*: unique within the case for ever, so rows of the database can point to it,
and the same steps give the same numbers when a case is replayed. The index is kept where states change: the
library would walk the whole tree for every question, and stops without a word at a depth of 1,000.
"""

import time
from collections import deque
from collections.abc import MutableMapping
from typing import Any
from uuid import UUID

from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter.task_specs import Told

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
    """A task that tells its workflow when it changes, and climbs its ancestors without recursion."""

    _state: int
    peek: dict[str, Any]
    """What is kept about it, for somebody who only looks, and for a state that is restored."""

    @property
    def internal_data(self) -> dict[str, Any]:
        """Give what is kept about it. Whoever asks may change it, so it counts as touched."""
        self.workflow.tasks.log.append(self)
        return self.peek

    @internal_data.setter
    def internal_data(self, data: dict[str, Any]) -> None:
        self.workflow.tasks.log.append(self)
        self.peek = data

    @property
    def parent(self) -> SpiffTask | None:
        """Give what it hangs on."""
        return self.workflow.tasks.get(self._parent)

    @parent.setter
    def parent(self, task: SpiffTask | None) -> None:
        self._parent = task.id if task is not None else None

    def _set_state(self, value: int) -> None:
        # Not the library's own, which collects facts for its log at every change, wanted or not.
        if value != self._state:
            self.last_state_change = time.time()
        self._state = value
        self.workflow.tasks.note(self, value)
        if value & _ARRIVED and "cut" in self.peek:
            del self.internal_data["cut"]
            self.task_spec._predict(self, mask=TaskState.NOT_FINISHED_MASK)

    def _add_child(self, task_spec: TaskSpec, state: int = TaskState.MAYBE) -> SpiffTask:
        """Add a child; one that is made waiting is noted, since its state has not changed to that."""
        if self._state & TaskState.PREDICTED_MASK and not state & TaskState.PREDICTED_MASK:
            raise WorkflowException("a predicted task can have predicted children only", task_spec=self.task_spec)
        # The library would draw a random id for it first, which takes longer than all the rest.
        child = Token(self.workflow, task_spec, self, state, id=self.workflow.top_workflow.counter.next())
        child.thread_id = self.thread_id
        if state == TaskState.READY:
            child._ready()
        elif state == TaskState.WAITING:
            self.workflow.tasks.place(child)
        return child

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
        goes_round = self._state == TaskState.FUTURE and self.task_spec.name in self.workflow.spec.circles
        above = self.parent if goes_round else None
        while above is not None and above.state == TaskState.FUTURE:
            if above.task_spec is self.task_spec:
                self.internal_data["cut"] = True
                return
            above = above.parent
        super()._sync_children(task_specs, state)


class TaskTable(dict[int, SpiffTask]):
    """The tasks of a workflow by number. A new task comes with a random id and gets its number here."""

    def __init__(
        self,
        counter: Counter,
        ready: deque[SpiffTask],
        log: list[SpiffTask],
        home: MutableMapping[int, int] | None = None,
        token: int = 0,
    ) -> None:
        super().__init__()
        self._counter = counter
        self._ready = ready
        self._home = home
        """Of a sub-process: which run each task of the case is in. This one hangs on ``token``."""
        self._token = token
        self.log = log
        """Every task of the case that was added, taken out, changed or handed out to be changed, in that order."""
        self.open: dict[int, SpiffTask] = {}
        """The tasks that are not finished, predicted ones included."""
        self.finished: set[int] = set()
        """The numbers of all others."""
        self.joins: set[int] = set()
        """The tasks that wait and are not told when to go on: they ask again whenever another one is completed."""
        self.disordered = False
        """Whether a task stands behind one with a greater number, as one that was opened again does."""

    def __setitem__(self, key: UUID | int, task: SpiffTask) -> None:
        """Add a task; the library does so before it tells the parent, which then takes the number."""
        # The library makes its tasks itself and has no hook for a class of ours.
        task.__class__ = Token
        number = self._counter.next() if isinstance(key, UUID) else key
        task.id = number
        self.disordered = self.disordered or number < next(reversed(self), 0)
        super().__setitem__(number, task)
        if self._home is not None:
            self._home[number] = self._token
        self.open[number] = task
        self.log.append(task)

    def pop(self, key: int) -> SpiffTask:  # type: ignore[override] # the library pops by key alone
        """Take a task out."""
        self.open.pop(key, None)
        self.finished.discard(key)
        self.joins.discard(key)
        task = super().pop(key)
        if self._home is not None:
            self._home.pop(key, None)
        self.log.append(task)
        return task

    def forget(self, key: int) -> None:
        """Take out a finished task that nothing needs any more; nobody is told."""
        self.finished.discard(key)
        super().pop(key)
        if self._home is not None:
            self._home.pop(key, None)

    def place(self, task: SpiffTask) -> None:
        """Note the state that a task was made with: it has not changed to it just now."""
        if task.has_state(TaskState.FINISHED_MASK):
            self.open.pop(task.id)
            self.finished.add(task.id)
        elif task.state == TaskState.WAITING and not isinstance(task.task_spec, Told):
            self.joins.add(task.id)

    def note(self, task: SpiffTask, state: int) -> None:
        """Keep the index true after a change of state."""
        number = task.id
        if number not in self:
            return
        self.log.append(task)
        is_told = state == TaskState.WAITING and isinstance(task.task_spec, Told)
        if state == TaskState.WAITING and not is_told:
            self.joins.add(number)
        elif self.joins:
            self.joins.discard(number)
        if state & TaskState.FINISHED_MASK:
            self.open.pop(number, None)
            self.finished.add(number)
        else:
            self.disordered = self.disordered or number not in self.open
            self.finished.discard(number)
            self.open[number] = task
        if state == TaskState.READY or is_told:
            # An event that begins to wait may have listeners to ask before.
            self._ready.append(task)
