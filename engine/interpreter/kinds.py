"""The tasks of one kind in a case, by token and in the order of the state, and what of them has come and gone."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter.flows import Gone

Key = tuple[int, int]
"""The place of a task in the order of the state: the place of its sub-process among the others, and its number."""


@dataclass(slots=True)
class Entry:
    """One task."""

    key: Key
    task: SpiffTask | None
    """None while its sub-process sleeps: whoever asks for it wakes that."""


class Kind(Mapping[int, SpiffTask]):
    """The tasks of one kind by token."""

    def __init__(self, find: Callable[[int], SpiffTask | None]) -> None:
        self._find = find
        self.entries: dict[int, Entry] = {}
        """By token. Only this class changes it."""
        self._order: list[tuple[Key, int]] = []
        self._was: dict[int, Entry | None] = {}
        """Of the tokens that came or went since it was marked: what had been there."""
        self._marked: dict[int, Key] | None = None
        """The places when it was marked; None where they do not change."""

    def __getitem__(self, token: int) -> SpiffTask:
        """Give the task at a token."""
        entry = self.entries[token]
        if entry.task is None:
            entry.task = self._find(entry.key[1])
        return entry.task

    def __contains__(self, token: object) -> bool:
        """Tell whether there is one at a token."""
        return token in self.entries

    def __iter__(self) -> Iterator[int]:
        """Give the tokens in the order of the state."""
        return (token for _key, token in self._order)

    def __len__(self) -> int:
        """Give how many there are."""
        return len(self.entries)

    def in_order(self, tokens: Iterable[int]) -> list[int]:
        """Put tokens that are there in the order of the state."""
        found = list(tokens)
        return found if len(found) < 2 else sorted(found, key=lambda token: self.entries[token].key)

    # -- since it was marked --------------------------------------------------------------------------

    def mark(self, *, is_in_order: bool) -> None:
        """Compare with what is there now from here on. ``is_in_order``: the places of tasks stay as they are."""
        self._was = {}
        self._marked = None if is_in_order else {token: entry.key for token, entry in self.entries.items()}

    def was_there(self, token: int) -> bool:
        """Tell whether there was one at a token."""
        return self._was[token] is not None if token in self._was else token in self.entries

    def came(self, anew: AbstractSet[int] = frozenset()) -> list[int]:
        """Give the tokens where there is one only since then, or that count as such, since they are ``anew``."""
        if not (self._was or anew):
            return []
        new = {token for token, before in self._was.items() if before is None} | anew
        return self.in_order(new & self.entries.keys())

    def gone(self) -> dict[int, SpiffTask]:
        """Give what was there and is no longer."""
        if not self._was:
            return {}
        found = {token: entry for token, entry in self._was.items() if entry is not None and token not in self.entries}
        places = self._marked or {}
        order = sorted(found, key=lambda token: places.get(token, found[token].key)) if len(found) > 1 else list(found)
        return {token: found[token].task for token in order}

    # -- keeping it true ------------------------------------------------------------------------------

    def set(self, token: int, key: Key, task: SpiffTask, *, belongs: bool) -> bool:
        """Note whether a task is one of this kind; False where another one of it has the token."""
        known = self.entries.get(token)
        if known is not None and known.key != key:
            return not belongs
        if known is not None:
            known.task = task
        if known is not None and not belongs:
            self._take_out(token)
        elif belongs and known is None:
            self._was.setdefault(token, None)
            self.entries[token] = Entry(key, task)
            insort(self._order, (key, token))
        return True

    def meet(self, token: int, task: SpiffTask) -> None:
        """Know a task whose sub-process has slept before it changes or goes."""
        entry = self.entries.get(token)
        if entry is not None and entry.task is None and entry.key[1] == task.id:
            entry.task = task

    def replace(self, entries: Iterable[tuple[int, Key, SpiffTask]]) -> None:
        """Take everything anew."""
        before = self.entries
        if self._marked is None:
            was = {token: entry for token, entry in self._was.items() if entry is not None}
            self._marked = {token: entry.key for token, entry in {**before, **was}.items()}
        self.entries = {token: Entry(key, task) for token, key, task in entries}
        self._order = sorted((entry.key, token) for token, entry in self.entries.items())
        for token in before.keys() ^ self.entries.keys():
            self._was.setdefault(token, before.get(token))

    def forget(self, token: int, task: SpiffTask) -> None:
        """Forget one task."""
        if token in self.entries and self.entries[token].key[1] == task.id:
            self._take_out(token)

    def drop(self, gone: Gone) -> None:
        """Forget those of a sub-process that was taken away."""
        for entry, token in self._of(gone.rank, (gone.token, *gone.tasks)):
            entry.task = entry.task or gone.tasks[entry.key[1]]
            self._take_out(token)

    def move(self, rank: int, now: int, tokens: Iterable[int]) -> None:
        """Note that a sub-process has another place among the others."""
        for entry, token in self._of(rank, tokens):
            del self._order[bisect_left(self._order, (entry.key, token))]
            entry.key = (now, entry.key[1])
            insort(self._order, (entry.key, token))

    def let_sleep(self, rank: int, tokens: Iterable[int]) -> None:
        """Know those of a sub-process by their numbers only."""
        for entry, _token in self._of(rank, tokens):
            entry.task = None

    def _of(self, rank: int, tokens: Iterable[int]) -> list[tuple[Entry, int]]:
        """Give those of some that are in the sub-process of that place."""
        found = [(self.entries[token], token) for token in tokens if token in self.entries]
        return [(entry, token) for entry, token in found if entry.key[0] == rank]

    def _take_out(self, token: int) -> None:
        entry = self.entries.pop(token, None)
        if entry is not None:
            self._was.setdefault(token, entry)
            del self._order[bisect_left(self._order, (entry.key, token))]
