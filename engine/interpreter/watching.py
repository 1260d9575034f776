"""What of a case waits, kept true from one change to the next instead of being looked for among all its tasks.

The log of a case names every task that may have changed. Where tasks are not in the order of their numbers, or stand in
sub-processes, which can be taken away as a whole, everything is looked for anew: the answer is always the same.
"""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter.adhoc_specs import Choice
from engine.interpreter.repeating_specs import MultiInstance, Repeated
from engine.interpreter.task_specs import Detour, JobTask, SubProcess, UserTask
from engine.interpreter.workflow import Workflow

AWAY = "away"
"""Of a token whose task was sent back: the number of the detour, and what it needs to open anew."""

Tasks = dict[int, SpiffTask]


def is_person_or_job(task: SpiffTask) -> bool:
    """Tell whether a task waits for somebody to complete it, rather than for an event."""
    return isinstance(task.task_spec, (UserTask, JobTask))


def waits(task: SpiffTask) -> bool:
    """Tell whether an unfinished task waits for people, machines, events or help."""
    if task.state == TaskState.READY:
        return is_person_or_job(task)
    if task.state == TaskState.WAITING:
        return isinstance(task.task_spec, CatchingEvent)
    if task.state != TaskState.STARTED:
        return False
    return not task.peek.keys().isdisjoint(("stuck", "listener")) or isinstance(task.task_spec, Choice)


def is_odd(task: SpiffTask) -> bool:
    """Tell whether a task is stuck or held by a listener."""
    return not task.peek.keys().isdisjoint(("stuck", "listener"))


def is_for_others(task: SpiffTask) -> bool:
    """Tell whether a task stands for a sub-process or the body of a repeated activity.

    A sub-process that is there again to be undone is nothing of the diagram.
    """
    return isinstance(task.task_spec, (SubProcess, Repeated)) and task.task_spec.bpmn_id is not None


def holds_others(task: SpiffTask) -> bool:
    """Tell whether a task stands for a sub-process or body that is open."""
    return bool(task.state == TaskState.STARTED and is_for_others(task))


def is_body(task: SpiffTask) -> bool:
    """Tell whether a task is the body of a multi-instance."""
    return isinstance(task.task_spec, MultiInstance)


def is_of_detour(task: SpiffTask) -> bool:
    """Tell whether a task is a detour, or keeps its place until one is done."""
    return isinstance(task.task_spec, Detour) or AWAY in task.peek


def token_of(task: SpiffTask) -> int:
    """Give the number people know a task by: a choice goes by that of its ad-hoc sub-process."""
    return int(task.workflow.parent_task_id if isinstance(task.task_spec, Choice) else task.id)


_KINDS = (waits, is_odd, holds_others, is_of_detour, is_body)
_WATCHED: dict[type[object], bool] = {}
"""Of each class of specs, whether its tasks may be of any of these kinds whatever is kept about them."""
_MARKS = frozenset({"stuck", "listener", AWAY})


def _may_belong(task: SpiffTask) -> bool:
    """Tell quickly whether an unfinished task may be of any of these kinds."""
    kind = type(task.task_spec)
    known = _WATCHED.get(kind)
    if known is None:
        known = _WATCHED[kind] = issubclass(kind, (UserTask, JobTask, CatchingEvent, Choice, SubProcess, Repeated))
    return known or not task.peek.keys().isdisjoint(_MARKS)


class Watch:
    """The unfinished tasks of a case that something is asked of, by token and in the order of the state.

    What it gives must not be changed, and is true until something happens.
    """

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.looked_at = 0
        """Tasks that were looked at so far."""
        self._kinds: tuple[Tasks, ...] = tuple({} for _kind in _KINDS)
        self._parents: dict[int, int | None] = {}
        """What each unfinished task hangs on."""
        self._below: dict[int | None, int] = {}
        """How many unfinished tasks hang on each."""
        self._was: dict[int, SpiffTask | None] = {}
        """Of the tokens that began or ceased to wait since it was marked: what had waited there."""
        self._marked: list[int] | None = []
        """The tokens that waited when it was marked; None where they were in the order of their numbers."""
        self._is_true = False
        self._seen = 0
        self._flows: int | None = None
        """How many sub-processes there were when it was looked at last."""

    def waiting(self) -> Mapping[int, SpiffTask]:
        """Give what waits for people, machines, events or help."""
        return self._now(0)

    def odd(self) -> Mapping[int, SpiffTask]:
        """Give what is stuck or held by a listener."""
        return self._now(1)

    def holders(self) -> Mapping[int, SpiffTask]:
        """Give the open sub-processes and bodies of repeated activities."""
        return self._now(2)

    def of_detours(self) -> Mapping[int, SpiffTask]:
        """Give the detours, and what keeps its place until one is done."""
        return self._now(3)

    def bodies(self) -> Mapping[int, SpiffTask]:
        """Give the bodies of multi-instances."""
        return self._now(4)

    def parents(self) -> list[int | None] | None:
        """Give what unfinished tasks hang on, each once; None where that is not known."""
        self._now(0)
        return list(self._below) if self._is_true else None

    # -- since it was marked --------------------------------------------------------------------------

    def mark(self) -> None:
        """Compare with what waits now from here on. Before that, everything has come."""
        waiting = self._now(0)
        self._was, self._marked = {}, None if self._is_true else list(waiting)

    def waited(self, token: int) -> bool:
        """Tell whether something waited at a token when it was marked."""
        waiting = self._now(0)
        return self._was[token] is not None if token in self._was else token in waiting

    def came(self, anew: AbstractSet[int] = frozenset()) -> list[int]:
        """Give the tokens at which something waits only since it was marked, or counts as if, since it is ``anew``."""
        waiting = self._now(0)
        new = {token for token, before in self._was.items() if before is None} | anew
        return self._in_order({token for token in new if token in waiting})

    def gone(self) -> Tasks:
        """Give what waited when it was marked and waits no longer."""
        waiting = self._now(0)
        found = {token: task for token, task in self._was.items() if task is not None and token not in waiting}
        order = sorted(found) if self._marked is None else [token for token in self._marked if token in found]
        return {token: found[token] for token in order}

    def touched(self) -> list[int]:
        """Give the tokens of what waits now and may have changed since the case was woken."""
        waiting = self._now(0)
        return self._in_order({token for token in map(token_of, dict.fromkeys(self.workflow.log)) if token in waiting})

    def rest(self) -> None:
        """Begin with an empty log, after everything in it was looked at."""
        self._now(0)
        self.workflow.log.clear()
        self._seen = 0

    def _in_order(self, tokens: set[int]) -> list[int]:
        return sorted(tokens) if self._is_true else [token for token in self._kinds[0] if token in tokens]

    # -- keeping it true ------------------------------------------------------------------------------

    def _now(self, kind: int) -> Tasks:
        log = self.workflow.log
        if self._seen == len(log) and (self._is_true or self._flows == len(self.workflow.subprocesses)):
            return self._kinds[kind]
        fresh, self._seen = log[self._seen :], len(log)
        certain = self._is_true and not self.workflow.subprocesses and not self.workflow.tasks.disordered
        if not (certain and all(self._look_at(task) for task in dict.fromkeys(fresh))):
            self._look_everywhere()
        self._flows = len(self.workflow.subprocesses)
        return self._kinds[kind]

    def _look_everywhere(self) -> None:
        tasks = self.workflow.open_tasks()
        self.looked_at += len(tasks)
        before = dict(self._kinds[0])
        for belongs, found in zip(_KINDS, self._kinds, strict=True):
            found.clear()
            found.update((token_of(task), task) for task in tasks if belongs(task))
        for token in before.keys() ^ self._kinds[0].keys():
            self._was.setdefault(token, before.get(token))
        self._parents = {task.id: task._parent for task in tasks}
        self._below = dict(Counter(self._parents.values()))
        self._is_true = not self.workflow.subprocesses and not self.workflow.tasks.disordered

    def _look_at(self, task: SpiffTask) -> bool:
        """Note what one task is now; False where its place among the others is not at the end."""
        self.looked_at += 1
        number = task.id
        self._take_off(number)
        is_open = self.workflow.tasks.open.get(number) is task
        if is_open:
            self._parents[number] = task._parent
            self._below[task._parent] = self._below.get(task._parent, 0) + 1
        if not (is_open and _may_belong(task)):
            self._forget(number)
            return True
        for belongs, found in zip(_KINDS, self._kinds, strict=True):
            belongs_now = belongs(task)
            if belongs_now == (number in found):
                continue
            if belongs_now and found and next(reversed(found)) > number:
                return False
            if found is self._kinds[0]:
                self._was.setdefault(number, found.get(number))
            if belongs_now:
                found[number] = task
            else:
                del found[number]
        return True

    def _forget(self, number: int) -> None:
        if number in self._kinds[0]:
            self._was.setdefault(number, self._kinds[0][number])
        for found in self._kinds:
            found.pop(number, None)

    def _take_off(self, number: int) -> None:
        """Note that a task hangs on nothing any more."""
        if number in self._parents:
            above = self._parents.pop(number)
            left = self._below[above] - 1
            if left:
                self._below[above] = left
            else:
                self._below.pop(above)
