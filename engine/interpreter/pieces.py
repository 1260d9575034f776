"""A record with a long list in it, compressed piece by piece.

So one element that changes costs the same in a long list as in a short one: the results of a multi-instance are one
list, and grow with every instance that is done.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from engine import json_text

LONG = 256
"""Elements from which on a list is written in pieces."""
PIECE = 128
"""Elements in one piece."""


def long_list(values: Mapping[str, object]) -> str | None:
    """Give the name of the longest list among some values, whatever their order; None where none is long."""
    long = [(len(value), name) for name, value in values.items() if isinstance(value, list) and len(value) >= LONG]
    return max(long)[1] if long else None


class Pieces:
    """One record: numbers, then an object in which one list is long."""

    def __init__(self, numbers: Sequence[object], name: str) -> None:
        self._numbers = numbers
        self._frames: list[bytes] = []
        self.name = name
        self.around: tuple[bytes, bytes] | None = None
        """What stands before and after the list, compressed; None where that is to be written anew."""

    def write(
        self, values: Mapping[str, object], changed: Collection[int], compress: Callable[[bytes], bytes]
    ) -> tuple[list[bytes], int]:
        """Give the frames, and how many pieces of the list were put into words."""
        items = values[self.name]
        assert isinstance(items, list)  # noqa: S101 - else the record was made anew
        starts = sorted({index // PIECE * PIECE for index in changed})
        if not self._frames:
            starts = list(range(0, len(items), PIECE))
            self._frames = [b"" for _start in starts]
        for start in starts:
            words = json_text.dumps(items[start : start + PIECE])[1:-1]
            self._frames[start // PIECE] = compress(b"," + words if start else words)
        if self.around is None:
            before, after = self._around(values)
            self.around = compress(before), compress(after)
        return [self.around[0], *self._frames, self.around[1]], len(starts)

    def _around(self, values: Mapping[str, object]) -> tuple[bytes, bytes]:
        names = sorted(values)
        before = b"".join(_member(values, one) + b"," for one in names if one < self.name)
        after = b"".join(b"," + _member(values, one) for one in names if one > self.name)
        head = json_text.dumps(self._numbers)[:-1] + b",{" + before + json_text.dumps(self.name) + b":["
        return head, b"]" + after + b"}]"


def _member(values: Mapping[str, object], name: str) -> bytes:
    return json_text.dumps(name) + b":" + json_text.dumps(values[name])
