"""The runs of sub-processes inside a case. Those that nothing happens to sleep as text until somebody asks for them.

A case may have thousands, and a step concerns one or two. One that sleeps is what the state says of it, so that waking
it gives exactly what reading the whole state would give. Where a task is, and so which one to wake, is kept by number.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task as SpiffTask

from engine import json_text

_BEHIND = 1 << 62
"""More than any token."""
Record = dict[str, Any]
"""What the state says of the run of a process or sub-process."""


@dataclass(frozen=True)
class Gone:
    """A run that was taken out."""

    token: int
    rank: int
    """Its place among the others."""
    tasks: Mapping[int, SpiffTask]


class Flows(MutableMapping[int, BpmnBaseWorkflow]):
    """The runs of a case by the token each hangs on. Whoever is given one finds it awake."""

    def __init__(self, wake: Callable[[Record], BpmnBaseWorkflow]) -> None:
        self._wake = wake
        self._known: dict[int, BpmnBaseWorkflow | bytes] = {}
        self._added: dict[int, int] = {}
        """The places of those that were added since the case was woken: behind all others."""
        self.awake: dict[int, BpmnBaseWorkflow] = {}
        """Those that are awake; nothing has happened in any other since it fell asleep."""
        self.home: dict[int, int] = {}
        """Number of a task → token of the run it is in."""
        self._places = count()
        self.taken_out = 0
        """How many were taken out so far."""
        self.gone: list[Gone] = []
        """Those that were taken out since the case was woken."""

    def __getitem__(self, token: int) -> BpmnBaseWorkflow:
        """Give a run; wake it where it sleeps, and first what it hangs in."""
        found = self._known[token]
        if not isinstance(found, bytes):
            return found
        flow = self._known[token] = self.awake[token] = self._wake(json_text.loads(found))
        return flow

    def __setitem__(self, token: int, flow: BpmnBaseWorkflow) -> None:
        """Add a run."""
        self._known[token] = self.awake[token] = flow
        self._added[token] = _BEHIND + next(self._places)

    def __delitem__(self, token: int) -> None:
        """Take a run out, with all that hang in it."""
        tasks = self[token].tasks
        for number in tasks:
            if number in self._known:
                del self[number]
        for number in tasks:
            self.home.pop(number, None)
        del self._known[token], self.awake[token]
        self.gone.append(Gone(token, self.rank(token), tasks))
        self.taken_out += 1
        self._added.pop(token, None)

    def __contains__(self, token: object) -> bool:
        """Tell whether there is a run, and wake nothing."""
        return token in self._known

    def __iter__(self) -> Iterator[int]:
        """Give the tokens: those that were there when the case was woken by their numbers, then the others."""
        return iter(sorted(self._known, key=self.rank))

    def __len__(self) -> int:
        """Give how many there are."""
        return len(self._known)

    def rank(self, token: int | None) -> int:
        """Give the place of a run among the others; that of the process itself, which hangs on nothing, is 0."""
        return 0 if token is None else self._added.get(token, token)

    def in_order(self) -> list[BpmnBaseWorkflow]:
        """Give those that are awake, in their order."""
        return [self.awake[token] for token in sorted(self.awake, key=self.rank)]

    def text(self, token: int) -> bytes | None:
        """Give what the state says of a run that sleeps; None of one that is awake."""
        found = self._known[token]
        return found if isinstance(found, bytes) else None

    def rest(self) -> dict[int, int]:
        """Give those added since the case was woken the places that a state gives them: by their numbers.

        What is given are the places they have had, by token.
        """
        added, self._added = self._added, {}
        self.gone.clear()
        return added

    def send_to_sleep(self, token: int, text: bytes) -> None:
        """Let a run sleep whose ``text`` the state has."""
        self._known[token] = text
        del self.awake[token]
