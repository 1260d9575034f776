"""A case on a random walk, each step of which is done to it awake, read from its state, and forgetting nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent

from engine.interpreter import Case, Decided, OpenedTask, Outcome, Ruling, TaskRules, Way
from engine.interpreter.adhoc_specs import Choice
from engine.interpreter.listeners import is_held
from tests.interpreter.journey import Journey
from tests.interpreter.sound import require_scopes_of_tokens
from tests.interpreter.test_case import ENVIRONMENT
from tests.interpreter.twins import Twins, in_step, others_of

Answer = TypeVar("Answer")
Cycle = Mapping[str, object] | None


def _decide(_decision: str, variables: Mapping[str, object]) -> Decided:
    return Decided(value=variables.get("vote"), evidence={})


def _rule(rules: TaskRules, task: OpenedTask, *_told: object) -> Ruling | None:
    """Let a task pass that nobody has, or 李 has, where it says so."""
    people = task.assignee or task.candidate_users or task.candidate_groups
    if not people and rules.nobody == "pass":
        return Ruling(action="pass", because="nobody", person=None)
    if task.assignee == "li" and rules.initiator == "skip":
        return Ruling(action="pass", because="initiator", person="li")
    return None


WORLD = replace(ENVIRONMENT, decide=_decide, rule=_rule)


class Walk(Journey):
    """One case, and what the program would know of it beside its state."""

    def __init__(self, content: bytes, twins: Twins, **variables: Any) -> None:  # noqa: ANN401 - of any type
        self.twins = twins
        self.content = content
        """The diagram of the version it is on."""
        self.timers: dict[int, Cycle] = {}
        """The timers that have a job, with what each was opened with."""
        super().__init__(content, WORLD, **variables)

    def ask(self, question: Callable[[Case], Answer]) -> Answer:
        """Ask the case something, to which all of them have the same answer; it stays awake as it was."""
        case = self.wake()
        answer, *others = in_step(question, [case, *others_of(case).values()])
        assert others == [answer] * len(others)
        self.twins.rest_as_it_was(case, self.outcome.body)
        return answer

    def way(self) -> Way:
        return Way(self.specification.process, self.passages.values(), self.ask(Case.arrivals))

    def waits_for(self, token: int) -> str:
        """Tell what has to be done at a token: ``help``, ``listener``, ``choice``, an event by its kind, or ``work``."""
        return self.ask(lambda case: _waits_for(case, token))

    def fire_with(self, token: int, variables: Mapping[str, Any]) -> Outcome:
        """Let what an event waits for happen; a timer may be opened again by that."""
        cycle = self.timers.get(token)
        outcome = self.do("fire", token, variables, cycle=cycle)
        again = {job.token: job.cycle for job in outcome.jobs if job.kind == "timer"}
        if token in self.timers and token not in again:
            del self.timers[token]
        return outcome

    def reopen(self, token: int, assignee: str | None) -> Outcome:
        """Let somebody do their part of a repeated task again."""
        outcome = self.do("reopen_instance", token, assignee)
        del self.passages[token]
        return outcome

    def _take(self, outcome: Outcome) -> Outcome:
        self.timers.update({job.token: job.cycle for job in outcome.jobs if job.kind == "timer"})
        self.timers = {token: cycle for token, cycle in self.timers.items() if token in outcome.waiting}
        found = super()._take(outcome)
        case = Case.wake(outcome.body, self.specification, self.environment)
        require_scopes_of_tokens(case)
        return found


def _waits_for(case: Case, token: int) -> str:
    task = case._waiting(token)
    element = case._run.element(task)
    if "stuck" in task.peek:
        return "help"
    if is_held(task):
        return "listener"
    if isinstance(task.task_spec, Choice):
        return "choice"
    if isinstance(task.task_spec, CatchingEvent):
        return str(element.event) if element is not None else ""
    return "work"
