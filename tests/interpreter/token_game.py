"""Tokens on the flows of any graph of tasks and gateways, as BPMN 2.0 (13.4) says, and how far back a return goes.

It knows nothing of the interpreter: what happened is kept as occurrences that took tokens and gave tokens. Going back
to a task undoes exactly the occurrences that came of it; what those had taken from elsewhere is there again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Flow = tuple[str, str]


@dataclass(eq=False)
class Token:
    """A token on a flow, given by one occurrence and taken by another."""

    flow: Flow
    giver: "Occurrence"
    taker: "Occurrence | None" = None


@dataclass(eq=False)
class Occurrence:
    """An element that was passed, or a task that is open."""

    node: str
    taken: list[Token]
    given: list[Token] = field(default_factory=list)
    is_done: bool = False


class Game:
    """One case; ``kinds`` are task, xor, and, inc, start or end by element, ``choices`` the ways of xor and inc."""

    def __init__(
        self, kinds: Mapping[str, str], flows: list[Flow], choices: Mapping[str, Any], passed: Sequence[str] = ()
    ) -> None:
        self.kinds, self.flows, self.choices = kinds, flows, choices
        self._passed = list(passed)
        """What the engine has passed. Of several inclusive joins that may go on BPMN leaves open which goes first."""
        self.happened: list[Occurrence] = []
        self._pass(next(node for node, kind in kinds.items() if kind == "start"), [])
        self._settle()

    # -- forwards ---------------------------------------------------------------------------------------

    def complete(self, task: Occurrence, passed: Sequence[str] = ()) -> None:
        """Complete an open task, upon which the engine has passed some elements."""
        self._passed = list(passed)
        self._give(task)
        self._settle()

    def _pass(self, node: str, taken: list[Token]) -> None:
        if node in self._passed:
            self._passed.remove(node)
        one = Occurrence(node, taken)
        self.happened.append(one)
        for token in taken:
            token.taker = one
        if self.kinds[node] != "task":
            self._give(one)

    def _give(self, one: Occurrence) -> None:
        one.is_done = True
        ways = [flow for flow in self.flows if flow[0] == one.node]
        if self.kinds[one.node] in {"xor", "inc"}:
            ways = [ways[index] for index in self.choices[one.node]]
        one.given = [Token(flow, one) for flow in ways]

    def _settle(self) -> None:
        """Pass whatever can be passed."""
        while self._pass_one(joins="and") or self._pass_one(joins="inc"):
            continue

    def _pass_one(self, *, joins: str) -> bool:
        may_pass = [token.flow[1] for token in self.tokens() if self._may_pass(token.flow[1], joins)]
        if not may_pass:
            return False
        node = min(may_pass, key=lambda one: self._passed.index(one) if one in self._passed else len(self._passed))
        oldest = {one.flow: one for one in reversed(self.tokens()) if one.flow[1] == node}
        alone = [next(token for token in self.tokens() if token.flow[1] == node)]
        self._pass(node, list(oldest.values()) if self.kinds[node] in {"and", "inc"} else alone)
        return True

    def _may_pass(self, node: str, joins: str) -> bool:
        """Tell whether a token may go on: an inclusive join that misses one only when nothing else moves."""
        kind = self.kinds[node]
        if kind in {"and", "inc"} and not self._missing(node):
            return True
        return self._may_join(node) if kind == joins == "inc" else kind not in {"and", "inc"}

    def _missing(self, node: str) -> set[Flow]:
        return {flow for flow in self.flows if flow[1] == node} - {token.flow for token in self.tokens()}

    def _may_join(self, node: str) -> bool:
        there = {token.flow for token in self.tokens() if token.flow[1] == node}
        missing = self._missing(node)
        standing = [token.flow[1] for token in self.tokens() if token.flow[1] != node]
        standing += [one.node for one in self.open_tasks()]
        return not any((reached := self._reached(one, node)) & missing and not reached & there for one in set(standing))

    def _reached(self, node: str, join: str) -> set[Flow]:
        """Give the flows that a token at a node can get to without passing the join."""
        found: set[Flow] = set()
        waiting = [node]
        while waiting:
            one = waiting.pop()
            fresh = {flow for flow in self.flows if flow[0] == one} - found if one != join else set()
            found |= fresh
            waiting += [flow[1] for flow in fresh]
        return found

    # -- backwards --------------------------------------------------------------------------------------

    def back(self, task: Occurrence, passed: Sequence[str] = ()) -> None:
        """Do a task again: what came of it is as if it had not been. The engine has passed some elements upon it."""
        self._passed = list(passed)
        undone: list[Occurrence] = []
        waiting = [task]
        while waiting:
            one = waiting.pop()
            if one not in undone:
                undone.append(one)
                waiting += [token.taker for token in one.given if token.taker is not None]
        self.happened = [one for one in self.happened if one not in undone]
        for one in undone:
            for token in one.taken:
                token.taker = None
        self._pass(task.node, task.taken)
        self._settle()

    # -- looking ----------------------------------------------------------------------------------------

    def tokens(self) -> list[Token]:
        """Give the tokens that wait on a flow, in the order they came."""
        return [token for one in self.happened for token in one.given if token.taker is None]

    def open_tasks(self) -> list[Occurrence]:
        """Give the tasks that wait for a person."""
        return [one for one in self.happened if not one.is_done]

    def before(self, task: Occurrence) -> dict[str, Occurrence]:
        """Give the tasks that led to this one by element: of each the last time it was done."""
        found: list[Occurrence] = []
        waiting = [token.giver for token in task.taken]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.append(one)
                waiting += [token.giver for token in one.taken]
        return {one.node: one for one in self.happened if one in found and self.kinds[one.node] == "task"}
