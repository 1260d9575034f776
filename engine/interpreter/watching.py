"""What of a case waits, kept true from one change to the next instead of being looked for among all its tasks.

The log of a case names every task that may have changed. Where tasks are not in the order of their numbers, everything
is looked for anew: the answer is always the same. Tasks in sub-processes that sleep are known by their numbers.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter.adhoc_specs import Choice
from engine.interpreter.flows import Gone
from engine.interpreter.inside import Inside
from engine.interpreter.kinds import Key, Kind
from engine.interpreter.repeating_specs import Repeated
from engine.interpreter.task_specs import Detour, JobTask, SubProcess, UserTask
from engine.interpreter.workflow import Workflow

AWAY = "away"
"""Of a token whose task was sent back: the number of the detour, and what it needs to open anew."""
SPENT = "spent"
"""Of an event that stands where it stood and will not happen again."""

Tasks = dict[int, SpiffTask]


def is_person_or_job(task: SpiffTask) -> bool:
    """Tell whether a task waits for somebody to complete it, rather than for an event."""
    return isinstance(task.task_spec, (UserTask, JobTask))


def waits(task: SpiffTask) -> bool:
    """Tell whether an unfinished task waits for people, machines, events or help."""
    state = task.state
    if state == TaskState.READY:
        return is_person_or_job(task)
    if state == TaskState.WAITING:
        return isinstance(task.task_spec, CatchingEvent) and SPENT not in task.peek
    if state != TaskState.STARTED:
        return False
    return is_odd(task) or isinstance(task.task_spec, Choice)


def is_odd(task: SpiffTask) -> bool:
    """Tell whether a task is stuck or held by a listener."""
    return "stuck" in task.peek or "listener" in task.peek


def is_for_others(task: SpiffTask) -> bool:
    """Tell whether a task stands for a sub-process or the body of a repeated activity.

    A sub-process that is there again to be undone is nothing of the diagram.
    """
    return isinstance(task.task_spec, (SubProcess, Repeated)) and task.task_spec.bpmn_id is not None


def holds_others(task: SpiffTask) -> bool:
    """Tell whether a task stands for a sub-process or body that is open."""
    return bool(task.state == TaskState.STARTED and is_for_others(task))


def is_of_detour(task: SpiffTask) -> bool:
    """Tell whether a task is a detour, or keeps its place until one is done."""
    return isinstance(task.task_spec, Detour) or AWAY in task.peek


def token_of(task: SpiffTask) -> int:
    """Give the number people know a task by: a choice goes by that of its ad-hoc sub-process."""
    return int(task.workflow.parent_task_id if isinstance(task.task_spec, Choice) else task.id)


_KINDS = (waits, is_odd, holds_others, is_of_detour)
_WATCHED: dict[type[object], bool] = {}
"""Of each class of specs, whether its tasks may be of any of these kinds whatever is kept about them."""
_MARKS = frozenset({"stuck", "listener", AWAY})


def _may_belong(task: SpiffTask) -> bool:
    """Tell quickly whether an unfinished task may be of any of these kinds."""
    kind = type(task.task_spec)
    known = _WATCHED.get(kind)
    if known is None:
        known = _WATCHED[kind] = issubclass(kind, (UserTask, JobTask, CatchingEvent, Choice, SubProcess, Repeated))
    return known or not _MARKS.isdisjoint(task.peek)


class Watch:
    """The unfinished tasks of a case that something is asked of, by token and in the order of the state.

    What it gives must not be changed, and is true until something happens.
    """

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.looked_at = 0
        """Tasks that were looked at so far."""
        self._log, self._flows = workflow.log, workflow.subprocesses
        self._kinds = tuple(Kind(workflow.find) for _kind in _KINDS)
        self._belonging = tuple(zip(_KINDS, self._kinds, strict=True))
        self._inside: dict[int | None, Inside] = {}
        """What is in the process and in those sub-processes that something has happened in."""
        self._is_true = False
        self._seen = self._seen_gone = self._seen_out = 0
        """How much of what has happened was looked at, and of the sub-processes that were taken away."""

    def waiting(self) -> Kind:
        """Give what waits for people, machines, events or help."""
        return self._now(0)

    def odd(self) -> Kind:
        """Give what is stuck or held by a listener."""
        return self._now(1)

    def holders(self) -> Kind:
        """Give the open sub-processes and bodies of repeated activities."""
        return self._now(2)

    def of_detours(self) -> Kind:
        """Give the detours, and what keeps its place until one is done."""
        return self._now(3)

    def inside(self, flow: BpmnBaseWorkflow) -> Inside | None:
        """Give what is in the process or a sub-process, as far as it is unfinished; None where that is not known."""
        self._now(0)
        return self._inside.get(flow.parent_task_id) if self._is_true else None

    # -- since it was marked --------------------------------------------------------------------------

    def mark(self) -> None:
        """Compare with what waits and what holds others now from here on. Before that, everything has come."""
        self._now(0)
        for kind in self._kinds:
            kind.mark(is_in_order=self._is_true)

    def waited(self, token: int) -> bool:
        """Tell whether something waited at a token when it was marked."""
        return self._now(0).was_there(token)

    def came(self, anew: AbstractSet[int] = frozenset()) -> list[int]:
        """Give the tokens at which something waits only since it was marked, or counts as if, since it is ``anew``."""
        return self._now(0).came(anew)

    def gone(self) -> Tasks:
        """Give what waited when it was marked and waits no longer."""
        return self._now(0).gone()

    def touched(self) -> list[int]:
        """Give the tokens of what waits now and may have changed since the case was woken."""
        waiting = self._now(0)
        if self._flows.home:
            tokens = {token_of(task) for task in dict.fromkeys(self._log)}
        else:
            # Choices stand in sub-processes only: everything goes by its own number.
            tokens = {task.id for task in self._log}
        return waiting.in_order(tokens & waiting.entries.keys())

    def is_certain(self) -> bool:
        """Tell whether everything is in the order of the numbers."""
        self._now(0)
        return self._is_true

    def rest(self) -> None:
        """Begin with an empty log, after everything in it was looked at."""
        self._now(0)
        self.workflow.log.clear()
        flows = self.workflow.subprocesses
        for token, before in flows.rest().items():
            for kind in self._kinds:
                kind.move(before, flows.rank(token), (token, *flows.awake[token].tasks))
        self._seen, self._seen_gone, self._seen_out = 0, 0, flows.taken_out
        # What was there before holds on to all that was taken away.
        self.mark()

    def forget_asleep(self, token: int, numbers: Iterable[int]) -> None:
        """Know the tasks of a sub-process that has fallen asleep by their numbers only."""
        self._inside.pop(token, None)
        for kind in self._kinds:
            kind.let_sleep(self.workflow.subprocesses.rank(token), (token, *numbers))

    # -- keeping it true ------------------------------------------------------------------------------

    def _now(self, kind: int) -> Kind:
        log, flows = self._log, self._flows
        if self._seen == len(log) and self._seen_out == flows.taken_out and self._inside:
            return self._kinds[kind]
        fresh, self._seen = dict.fromkeys(log[self._seen :]), len(log)
        if flows.home or flows.gone:
            # Else nothing has slept, and nothing hangs on anything.
            self._look_at_flows(fresh)
        if not (self._is_true and all(map(self._look_at, fresh))):
            self._look_everywhere()
        return self._kinds[kind]

    def _look_at_flows(self, fresh: Iterable[SpiffTask]) -> None:
        """Note which sub-processes are gone, after what was known of them by numbers is known as tasks."""
        for task in fresh:
            for found in self._kinds:
                found.meet(token_of(task), task)
        self.workflow.forget_hanging_on(fresh)
        gone, self._seen_gone = self._flows.gone[self._seen_gone :], len(self._flows.gone)
        self._seen_out = self._flows.taken_out
        for one in gone:
            self._forget_flow(one)

    def _look_everywhere(self) -> None:
        tasks = self.workflow.open_tasks()
        flows = self.workflow.subprocesses
        self._seen_gone, self._seen_out = len(flows.gone), flows.taken_out
        everything: tuple[BpmnBaseWorkflow, ...] = (self.workflow, *flows.values())
        self._is_true = not any(flow.tasks.disordered for flow in everything)
        for belongs, found in zip(_KINDS, self._kinds, strict=True):
            found.replace(
                (token_of(task), self._key(task, place), task) for place, task in enumerate(tasks) if belongs(task)
            )
        self._inside = {flow.parent_task_id: Inside(flow) for flow in everything}
        self.looked_at += len(tasks)

    def _key(self, task: SpiffTask, place: int) -> Key:
        """Give the place of a task in the order of the state."""
        return (self.workflow.subprocesses.rank(task.workflow.parent_task_id), task.id) if self._is_true else (0, place)

    def _look_at(self, task: SpiffTask) -> bool:
        """Note what one task is now; False where its place among the others is not certain."""
        self.looked_at += 1
        flow, tasks = task.workflow, task.workflow.tasks
        if flow is self.workflow:
            inner, token, key = None, task.id, (0, task.id)
        else:
            inner, token = flow.parent_task_id, token_of(task)
            if not self.workflow.holds(flow):
                self._forget(token, task)
                return True
            key = self._flows.rank(inner), task.id
        if tasks.disordered:
            return False
        inside = self._inside.get(inner)
        if inside is None:
            self._inside[inner] = Inside(flow)
            self.looked_at += len(tasks.open)
        else:
            inside.look_at(task)
        if not (tasks.open.get(task.id) is task and _may_belong(task)):
            self._take_out(token, key, task)
            return True
        for belongs, found in self._belonging:
            belongs_now = belongs(task)
            if (belongs_now or token in found.entries) and not found.set(token, key, task, belongs=belongs_now):
                return False
        return True

    def _take_out(self, token: int, key: Key, task: SpiffTask) -> None:
        """Note that a task is none of these any more, if it was."""
        for found in self._kinds:
            if token in found.entries:
                found.set(token, key, task, belongs=False)

    def _forget(self, token: int, task: SpiffTask) -> None:
        """Forget a task of a sub-process that was taken away."""
        for found in self._kinds:
            found.forget(token, task)

    def _forget_flow(self, gone: Gone) -> None:
        self._inside.pop(gone.token, None)
        for kind in self._kinds:
            kind.drop(gone)
