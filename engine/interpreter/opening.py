"""What tokens that have arrived wait for: tasks of people, jobs, messages and signals."""

from collections.abc import Mapping
from dataclasses import replace

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter import listeners, rules, task_listeners, timers
from engine.interpreter.adhoc_specs import Choice
from engine.interpreter.detours import ASSIGNEE
from engine.interpreter.diagram import Element
from engine.interpreter.environment import StuckError
from engine.interpreter.outcome import OpenedJob, OpenedSubscription, OpenedTask
from engine.interpreter.overdue import OVERDUE, open_overdue
from engine.interpreter.run import Run, local_inputs
from engine.interpreter.task_specs import JobTask, UserTask
from engine.interpreter.turns import AGAIN, HEIR
from engine.interpreter.watching import token_of


class Opened:
    """What tokens that arrived in this step wait for."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.tasks: list[OpenedTask] = []
        self.jobs: list[OpenedJob] = []
        self.subscriptions: list[OpenedSubscription] = []
        self.entered: dict[int, tuple[SpiffTask, bool]] = {}
        """Tokens that were opened already, and whether they have come in this step."""

    def task(self, token: int) -> OpenedTask | None:
        """Give the task that was opened for a token."""
        return next((one for one in self.tasks if one.token == token), None)

    def give(self, task: SpiffTask, found: OpenedTask) -> None:
        """Open a task as it is now, for other people: its listeners are asked about them."""
        self.jobs = [one for one in self.jobs if one.token != task.id or one.listener == OVERDUE]
        given = task_listeners.assigned(task, found)
        self.tasks = [given if one.token == given.token else one for one in self.tasks]
        if listeners.is_held(task):
            self.jobs.append(task_listeners.open_job(self._run, task, found.element, self._run.visible(task)))

    def forget(self, task: SpiffTask) -> None:
        """Open nothing for a token that goes on by itself."""
        self.tasks = [one for one in self.tasks if one.token != task.id]
        self.jobs = [one for one in self.jobs if one.token != task.id]

    def forget_canceled(self) -> None:
        """Open nothing for tokens that were taken away in this same step, after it was found who would be asked."""
        gone = [(token, *how) for token, how in self.entered.items() if how[0].state == TaskState.CANCELLED]
        for token, task, anew in gone:
            self.forget(task)
            self.subscriptions = [one for one in self.subscriptions if one.token != token]
            if anew:
                self._run.note(task, "canceled")
            del self.entered[token]

    def enter(self, task: SpiffTask, *, anew: bool) -> None:
        """Open what an element waits for; a rule that fails leaves its token stuck."""
        run, element = self._run, element_of(self._run, task)
        self.entered[token_of(task)] = task, anew
        if anew:
            run.note(task, "entered")
        try:
            with run.env.attempt():
                self._wait(task, element)
        except StuckError as error:
            run.mark_stuck(task, error)

    def _wait(self, task: SpiffTask, element: Element) -> None:
        run = self._run
        variables = run.scopes.visible(self._open_scope(task, element))
        if listeners.is_held(task):
            self.jobs.append(task_listeners.open_job(run, task, element, variables))
        elif isinstance(task.task_spec, UserTask):
            self._open_task(task, element, variables)
        elif isinstance(task.task_spec, JobTask):
            self.jobs.append(rules.open_job(task.id, element, variables, run.env))
        elif element.timer is not None:
            when = timers.due(element.timer, variables, run.env)
            self.jobs += [timers.open_timer(task.id, element, when)] if when is not None else []
        elif element.event in {"message", "signal"}:
            self.subscriptions.append(rules.open_subscription(task.id, element, variables, run.env))

    def _open_task(self, task: SpiffTask, element: Element, variables: Mapping[str, object]) -> None:
        if task_listeners.is_opened(task):
            return
        found = rules.open_task(task.id, element, variables, self._run.env)
        wanted = task.peek.get(ASSIGNEE, task.peek.get(HEIR))
        if wanted is not None:
            found = replace(found, assignee=wanted, again=task.peek.get(AGAIN))
        found = task_listeners.corrected(self._run, task, found)
        self.jobs += open_overdue(found, variables, self._run.env)
        self.tasks.append(task_listeners.opened(task, found))
        if listeners.is_held(task):
            self.jobs.append(task_listeners.open_job(self._run, task, element, variables))

    def _open_scope(self, task: SpiffTask, element: Element) -> int:
        run = self._run
        outer = run.scope_of(task)
        phase = listeners.phase(task)
        has_one = "scoped" in task.peek or isinstance(task.task_spec, Choice)
        if has_one or task_listeners.is_opened(task) or (phase is not None and phase[0] == "end"):
            return outer
        if phase is not None:
            return listeners.local_scope(run, task, local_inputs(run, element, outer))
        if not element.inputs:
            return outer
        values = local_inputs(run, element, outer)
        if task.id in run.scopes.values:
            run.scopes.values[task.id].update(values)
        else:
            run.scopes.open(task.id, outer, values)
        return int(task.id)


def element_of(run: Run, task: SpiffTask) -> Element:
    """Give the element of the diagram that a task stands for."""
    element = listeners.where(run, task)
    assert element is not None  # noqa: S101 - only elements of the diagram wait or evaluate anything
    return element
