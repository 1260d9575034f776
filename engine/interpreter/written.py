"""The texts of many numbered records, compressed segment by segment: each has those of a range of numbers."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from engine.interpreter.compressing import compress_segment
from engine.interpreter.scopes import ROOT

SIZE = 256
"""Numbers in one segment."""


@dataclass
class Written:
    """The tasks, the scopes or the sub-processes of one case as they were written last, by segment."""

    wide: int = 1
    """How many times wider than those of tasks its segments are."""
    texts: dict[int, dict[int, bytes]] = field(default_factory=dict)
    """The text of each number: what stands beside something that was touched need not be put into words again."""
    _frames: dict[int, bytes] = field(default_factory=dict)
    """Each segment, compressed."""
    _order: list[int] = field(default_factory=list)
    """The segments in their order, when they were compressed last."""
    _dirty: set[int] = field(default_factory=set)
    """Those in which something has changed since."""
    _leader: int | None = None
    """The one that no comma precedes."""

    def has(self, number: int) -> bool:
        """Tell whether something was put into words."""
        return self.text(number) is not None

    def text(self, number: int) -> bytes | None:
        """Give what was put into words of a number."""
        return self.texts.get(self._part(number), {}).get(number)

    def _part(self, number: int) -> int:
        """Give the segment of a number. What the whole case knows stands alone: it may be much, and hardly changes."""
        return number // (SIZE * self.wide) if number != ROOT else -1

    def write(self, numbers: Collection[int], changed: Iterable[int], words: Callable[[int], bytes]) -> int:
        """Put what has changed into words; everything where nothing was written so far. Give how much that was."""
        changed = set(changed)
        if self.texts and not changed:
            return 0
        anew = {number for number in changed if number in numbers} if self.texts else set(numbers)
        gone = changed - anew if self.texts else set()
        for number in anew:
            self.texts.setdefault(self._part(number), {})[number] = words(number)
        for number in gone:
            self.texts.get(self._part(number), {}).pop(number, None)
        for part in set(map(self._part, anew | gone)):
            self._dirty.add(part)
            if not self.texts.get(part):
                self.texts.pop(part, None)
                self._frames.pop(part, None)
        return len(anew)

    def parts(self, *, follow: bool = False) -> list[bytes]:
        """Give the segments; those in which nothing has changed are as they were. ``follow``: others come before."""
        if len(self._order) != len(self.texts) or not all(part in self._frames for part in self._dirty):
            self._order = sorted(self.texts)
        leader = self._order[0] if self._order and not follow else None
        if leader != self._leader:
            self._dirty |= {part for part in (leader, self._leader) if part is not None}
            self._leader = leader
        for part in self._dirty & self.texts.keys():
            texts = self.texts[part]
            rows = b",".join(map(texts.__getitem__, sorted(texts)))
            self._frames[part] = compress_segment(rows if part == leader else b"," + rows)
        self._dirty.clear()
        return list(map(self._frames.__getitem__, self._order))
