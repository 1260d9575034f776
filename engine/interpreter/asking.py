"""What is asked of a case that is awake: nothing changes by that."""

from SpiffWorkflow.task import Task as SpiffTask

from engine.errors import GoneError, mark
from engine.interpreter import (
    moving,
    returning,
    rules,
    signing,
    task_listeners,
)
from engine.interpreter.environment import Environment
from engine.interpreter.opening import element_of
from engine.interpreter.plans import Arrival
from engine.interpreter.run import Run
from engine.interpreter.scopes import ROOT


class Asking:
    """The questions: where tokens stand, what they see and what was brought to them."""

    _run: Run

    def waits_at(self, element_id: str) -> list[tuple[int, str]]:
        """Give token and element id of everything that waits at an element."""
        waiting = self._run.waiting()
        found = [(token, element_of(self._run, task).id) for token, task in waiting.items()]
        return [one for one in found if one[1] == element_id]

    def is_instance(self, token: int) -> bool:
        """Tell whether the task at a token is one of several instances."""
        return signing.body_of(self._waiting(token)) is not None

    def queue(self, token: int) -> list[object]:
        """Give the items of those whose turn comes after the task at a token, or the people who got their turns."""
        return signing.queue(self._waiting(token))

    def turns(self, token: int) -> list[str | None]:
        """Give who will be asked after the task at a token in its sequence; None where only a rule can tell."""
        return signing.people(self._run, self._waiting(token))

    def arrivals(self) -> list[Arrival]:
        """Give the tokens that wait at joins."""
        return returning.arrivals(self._run)

    def scopes_at(self, token: int) -> list[int]:
        """Give the scopes whose variables the element at a token sees, by the tokens that opened them; own first."""
        scopes, found = self._run.scopes, [self._run.scope_of(self._waiting(token))]
        while found[-1] != ROOT:
            found.append(scopes.parents[found[-1]])
        return found

    def visible(self, token: int) -> dict[str, object]:
        """Give the variables that the element at a token sees, its own inputs included."""
        found: dict[str, object] = {}
        for values in reversed(self._run.visible(self._waiting(token)).maps):
            found.update(values)
        return found

    @property
    def environment(self) -> Environment:
        """Give the world as it is for this step."""
        return self._run.env

    def waits(self, token: int) -> bool:
        """Tell whether a token waits for people, machines, events or help."""
        return token in self._run.watch.waiting()

    def tokens_at(self, element_id: str) -> list[int]:
        """Give the tokens at an element: those that wait there, and those of what is going on inside it."""
        return moving.tokens_at(self._run, element_id)

    def around(self, token: int) -> list[int]:
        """Give the tokens of the sub-processes a token stands in, the innermost first. Raises GoneError."""
        task = moving.find(self._run, token)
        if task is None:
            raise gone()
        return moving.around(self._run, task)

    def holds(self, token: int, element_id: str) -> bool:
        """Tell whether an element stands right inside the sub-process at a token."""
        return moving.holds(self._run, token, element_id)

    def visible_to_job(self, token: int) -> dict[str, object]:
        """Give the variables that the job at a token sees: what is handed in and not yet accepted, too."""
        task = self._waiting(token)
        return {**self._run.visible(task), **task_listeners.brought(task)}

    def requested(self, token: int) -> dict[str, object]:
        """Give what a person has handed in and listeners are asked about."""
        return dict(task_listeners.brought(self._waiting(token)))

    def hands_in(self) -> bool:
        """Tell whether the last listener has just agreed to what somebody has handed in."""
        return any(change.event == "completing" and change.denied is None for change in self._run.changed)

    def element_id(self, token: int) -> str:
        """Give the id of the element that a token waits at."""
        return element_of(self._run, self._waiting(token)).id

    def standing_at(self, token: int) -> str:
        """Give the id of the element that a token stands at, be it a sub-process. Raises GoneError."""
        task = moving.find(self._run, token)
        if task is None:
            raise gone()
        return element_of(self._run, task).id

    def inputs(self, token: int) -> dict[str, object]:
        """Give the local variables of the element at a token: its input mappings' values."""
        values = self._run.scopes.values
        return dict(values.peek(token)) if token != ROOT and token in values else {}

    def inputs_of_listener(self, token: int) -> dict[str, object]:
        """Give what a built-in listener works on: the element's inputs and its headers. May raise StuckError."""
        headers = element_of(self._run, task := self._waiting(token)).headers
        visible = {**self._run.visible(task), **task_listeners.brought(task)}
        given = {name: self._run.env.text_or_expression(text, visible) for name, text in headers.items()}
        return {**self.inputs(token), **rules.as_json(given)}

    def _waiting(self, token: int) -> SpiffTask:
        waiting = self._run.watch.waiting()
        if token not in waiting.entries:
            raise gone()
        return waiting[token]


def gone() -> GoneError:
    """Say that a token is not where somebody believes it to be."""
    return GoneError(mark("这一步已经不在等待：可能刚被别人处理，或流程已走到别处。请刷新后再看。"))
