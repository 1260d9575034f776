"""What can be done to a case that is awake: one verb is applied, then tokens run until each of them waits."""

from collections.abc import Mapping, Sequence
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import GoneError, InvalidError, mark
from engine.interpreter import (
    adhoc,
    detours,
    events,
    listeners,
    moving,
    recovering,
    returning,
    signing,
    task_listeners,
    timers,
)
from engine.interpreter.adhoc_specs import Choice
from engine.interpreter.asking import Asking, gone
from engine.interpreter.environment import StuckError
from engine.interpreter.plans import Plan
from engine.interpreter.scopes import ROOT
from engine.interpreter.task_specs import UserTask


class Verbs(Asking):
    """The verbs; each of them ends when every token waits."""

    _stuck_before: set[int]
    _anew: set[int]
    """Tokens that count as if they had not waited before."""
    _again: dict[int, timers.Due]
    """Timers that fired and will again, by token."""

    def complete(self, token: int, result: Mapping[str, object], *, by: str | None = None) -> None:
        """Complete the user task or job at a token with its result, and go on.

        ``by`` is the person who did a user task: its output mappings see them as ``completedBy``.
        """
        task = self._waiting(token)
        task.internal_data["result"] = dict(result)
        if by is not None:
            task.internal_data["by"] = by
            self._run.said = dict(result)
        task._set_state(TaskState.READY)
        self._run.run(task)
        self._run.settle()

    def complete_listener(
        self, token: int, variables: Mapping[str, object], answer: task_listeners.Answer = task_listeners.AGREED
    ) -> None:
        """Take what a listener brought and says, and ask the next one or go on."""
        task = self._waiting(token)
        if not listeners.is_held(task):
            raise GoneError(mark("这项作业已经结束。"))
        task_listeners.go_on(self._run, task, variables, answer)
        self._run.settle()

    def request(self, token: int, event: str, wanted: Mapping[str, object]) -> None:
        """Ask the listeners of an open user task before it is assigned, updated or completed.

        ``wanted`` is the ``action``, with the ``assignee``, the ``changes``, or the ``result`` and ``by`` whom it is.
        """
        task = self._waiting(token)
        if listeners.is_held(task) or not isinstance(task.task_spec, UserTask):
            raise gone()
        task_listeners.request(task, event, wanted)

    def fire(
        self,
        token: int,
        variables: Mapping[str, object] | None = None,
        *,
        cycle: Mapping[str, object] | None = None,
        ends: bool = True,
    ) -> bool:
        """Let the event at a token happen, with the variables of its message, and go on.

        ``cycle`` is what its job was opened with: where it has not ended, the event waits for its next time. Tells
        whether the event would wait on without ``ends``, as it did in the histories of earlier programs.
        """
        task = self._waiting(token)
        if variables:
            task.internal_data["result"] = dict(variables)
        when = timers.due_again(cycle, self._run.env.now) if cycle else None
        if when is not None:
            self._again[token] = when
        ended = events.fire(self._run, task, again=when is not None, ends=ends)
        self._run.settle()
        return ended

    def choose(self, token: int, beginnings: Sequence[adhoc.Beginning], *, cancel_remaining: bool = False) -> None:
        """Begin elements of the ad-hoc sub-process at a token, each with variables of its own, and go on.

        Raises InvalidError for what can't be begun there, GoneError where nothing can be begun any more.
        """
        choice = self._waiting(token)
        if not isinstance(choice.task_spec, Choice):
            raise InvalidError(mark("这里不是即席子流程。"))
        adhoc.choose(self._run, choice, beginnings, cancel_remaining=cancel_remaining)
        self._run.settle()

    def add_instance(self, token: int, item: object, position: signing.Position, *, holder: str | None = None) -> None:
        """Add an instance to the multi-instance that the task at a token belongs to, and go on. See ``signing``."""
        signing.add(self._run, self._waiting(token), item, position, holder)
        self._run.settle()

    def give_turns(self, token: int, places: Sequence[int], person: str) -> None:
        """Let somebody get turns of somebody else that come after the task at a token. Raises GoneError."""
        signing.give_turns(self._waiting(token), places, person)

    def remove_instance(self, token: int, place: int | None = None) -> None:
        """Remove the instance at a token, or one that comes later in its sequence, and go on. See ``signing``."""
        signing.remove(self._run, self._waiting(token), place)
        self._run.settle()

    def reopen_instance(self, token: int, assignee: str | None) -> None:
        """Let somebody do their part of a multi-instance again, and go on. See ``signing``."""
        signing.reopen(self._run, token, assignee)
        self._run.settle()

    def throw_error(self, token: int, code: str, variables: Mapping[str, object] | None = None) -> None:
        """Throw a BPMN error at the job at a token; a token that nothing catches it for gets stuck.

        The variables belong to the event that catches it, whose output mappings say what leaves it, as in Zeebe.
        """
        task = self._waiting(token)
        try:
            events.throw_error(self._run, task, code, variables)
        except StuckError as error:
            self._run.scopes.propagate(self._run.scope_of(task), dict(variables or {}))
            self._run.mark_stuck(task, error)
        self._run.settle()

    def retry(self, token: int) -> None:
        """Try again what got stuck at a token."""
        task = self._waiting(token)
        self._stuck_before.discard(token)
        if recovering.retry(self._run, task):
            self._anew.add(token)
        self._run.settle()

    def skip(self, token: int, variables: Mapping[str, object], flow_ids: Sequence[str] = ()) -> None:
        """Leave the element at a token as if it were done, by these flows where it is a gateway; then go on."""
        recovering.skip(self._run, self._waiting(token), variables, flow_ids)
        self._run.settle()

    def correct(self, token: int, values: Mapping[str, object]) -> None:
        """Set variables where the element at a token sees them: in the innermost scope that has them, or the case."""
        self._run.scopes.propagate(self._run.scope_of(self._waiting(token)), values)

    def activate(
        self,
        element_id: str,
        *,
        within: int | None = None,
        variables: Sequence[tuple[str, Mapping[str, object]]] = (),
        instead_of: Sequence[int] = (),
    ) -> int:
        """Put a new token on an element and give its number; it runs with ``settle``.

        ``within`` names the token of the open sub-process it shall stand in, where there are several;
        ``variables`` go to the scope of the element named, or of one around it, or to the case where none is.
        ``instead_of`` are the tokens that will be taken away for it: it has come the way they have.
        Raises InvalidError for an element that no token can begin at.
        """
        for scope, values in variables:
            if not scope:
                self._run.scopes.root.update(values)
        task = moving.activate(self._run, element_id, within, instead_of)
        for scope, values in variables:
            if scope:
                moving.set_local(self._run, task, scope, values)
        return int(task.id)

    def terminate(self, token: int) -> None:
        """Take a token away, that of a sub-process with all in it. Raises GoneError, or InvalidError."""
        task = moving.find(self._run, token)
        if task is None:
            raise gone()
        moving.terminate(self._run, task)

    def settle(self) -> None:
        """Go on after tokens were put and taken away; what no token is left in ends."""
        detours.cancel_orphans(self._run)
        moving.end_what_is_empty(self._run)
        self._run.settle()

    def go_back(self, plan: Plan, assignee: str | None = None) -> dict[int, int]:
        """Go back to an earlier passage and on from there; give the new tokens of sub-processes opened again.

        Raises GoneError where the case went on since the plan was made, InvalidError where it can't be done.
        """
        renamed = returning.go_back(self._run, plan, assignee)
        self._run.settle()
        return renamed

    def send_back(self, token: int, detour: Mapping[str, Any], assignee: str | None = None) -> None:
        """Have an earlier task done again and let it come straight back, see ``detours.send``."""
        detours.send(self._run, self._waiting(token), detour, assignee)
        self._run.settle()

    def cancel(self) -> None:
        """End the case here: every token is cancelled."""
        self._run.workflow.cancel()

    def set_variables(self, values: Mapping[str, object], *, token: int = ROOT, local: bool = False) -> None:
        """Set variables where a token sees them, or in its own scope if ``local``; then go on.

        The whole case is the token ``ROOT``. Raises GoneError for a token that stands nowhere any more.
        """
        run = self._run
        task = moving.find(run, token) if token != ROOT else None
        if token != ROOT and task is None:
            raise gone()
        if task is None:
            run.scopes.root.update(values)
        elif local:
            moving.set_own(run, task, values)
        else:
            run.scopes.propagate(run.scope_of(task), values)
        run.settle()
