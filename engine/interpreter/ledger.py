"""What can still be compensated: the completed activities that have a handler, or have such activities inside.

An entry is kept in the level of the process or sub-process it was completed in. When that sub-process completes,
its entries move inside its own entry, together with its local variables: its tokens and its scope are gone by then,
and its handlers need to know what they undo. Nothing else is kept; what was taken away leaves no entry.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.interpreter.scopes import ROOT, Values


@dataclass(frozen=True, kw_only=True)
class Done:
    """One completed activity."""

    number: int
    """Given at completion, so that a later one is greater; the token of its compensation boundary event."""
    activity: str
    handled: bool = False
    """Whether it has a handler of its own."""
    revived: bool = False
    """Whether it is a sub-process, which has to be there again while what is inside is undone."""
    variables: Values = field(default_factory=dict)
    """The local variables of a sub-process when it completed."""
    inside: tuple["Done", ...] = ()
    """What was completed inside, in order of completion."""

    def as_list(self) -> list[Any]:
        """Write it for the state of the case."""
        inside = [done.as_list() for done in self.inside]
        return [self.number, self.activity, self.handled, self.revived, self.variables, inside]

    @classmethod
    def from_list(cls, content: list[Any]) -> "Done":
        """Read it from the state of the case."""
        number, activity, handled, revived, variables, inside = content
        return cls(
            number=int(number),
            activity=activity,
            handled=handled,
            revived=revived,
            variables=variables,
            inside=tuple(cls.from_list(one) for one in inside),
        )


@dataclass
class Ledger:
    """The entries of a case, by the token of the sub-process or repeated activity they were completed in."""

    levels: dict[int, list[Done]] = field(default_factory=dict)

    def add(self, level: int, *done: Done) -> None:
        """Note completed activities, the latest last."""
        if done:
            self.levels.setdefault(level, []).extend(done)

    def take_all(self, level: int) -> tuple[Done, ...]:
        """Give and forget everything of a level."""
        return tuple(self.levels.pop(level, ()))

    def take(self, levels: Collection[int], wanted: Callable[[Done], bool]) -> list[tuple[int, Done]]:
        """Give and forget what is wanted of some levels, in order of completion: nothing is compensated twice."""
        taken = [(level, done) for level in levels for done in self.levels.get(level, ()) if wanted(done)]
        for level in levels:
            rest = [done for done in self.levels.pop(level, ()) if not wanted(done)]
            self.add(level, *rest)
        return sorted(taken, key=lambda entry: entry[1].number)

    def as_lists(self, alive: Collection[int]) -> list[list[Any]]:
        """Write it for the state of the case, without the levels of what was taken away."""
        return [[level, [done.as_list() for done in entries]] for level, entries in self._living(alive)]

    def _living(self, alive: Collection[int]) -> Iterator[tuple[int, list[Done]]]:
        return ((level, entries) for level, entries in self.levels.items() if level == ROOT or level in alive)

    @classmethod
    def from_lists(cls, content: list[list[Any]]) -> "Ledger":
        """Read it from the state of the case."""
        return cls({int(level): [Done.from_list(one) for one in entries] for level, entries in content})
