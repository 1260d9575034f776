"""Where the segments of a big state stand: each in a slot of its own, so that a step changes few pages of the database.

SQLite writes of a long value only the pages in which something differs, where the value is as long as before. So a
segment stays where it is: frames that whoever reads the text skips fill its slot up, and one before all of them says
how long each slot is. The next step goes by that, whether the case has stayed awake or its state was read.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from itertools import compress as those
from operator import is_not

_FILLING, _SLOTS = 0x184D2A50, 0x184D2A51
"""How frames begin that are skipped (RFC 8878, 3.1.2): what fills a slot up, and what says how long the slots are."""
_HEAD = struct.Struct("<II")
"""How such a frame begins, and how long the rest of it is: so none is shorter than this."""
_ROOM = 64
"""Bytes to spare in a slot that was too short, beside a quarter of what is in it: what has grown will grow again."""
_PAGE = 4096
"""Bytes to spare in a state that are worth no thought."""


class Slots:
    """The slots of a state that was written or read."""

    def __init__(self, body: bytes = b"") -> None:
        self.lengths: list[int] = _lengths_in(body)
        """How long each is; nothing where the state has none."""
        self._frames: Sequence[bytes | None] = [None] * len(self.lengths)
        """What was put into them last; None where that is not known."""
        self._slots: list[bytes] = [b""] * len(self.lengths)
        """The same, filled up."""
        self._before = b""
        """The frame before all slots."""

    def fill(self, frames: Sequence[bytes]) -> bytes:
        """Give a state of some frames: each where it was, if there were as many and all of them still have room."""
        used = list(map(len, frames))
        if len(used) != len(self.lengths):
            self._begin(used)
        # Most are the very ones that were there.
        for place in those(range(len(used)), map(is_not, frames, self._frames)):
            self._put(place, frames[place])
        if sum(self.lengths) > 2 * sum(used) + _PAGE:
            self._begin(used)
            self._slots = [*frames]
        self._frames = frames
        if not self._before:
            lengths = struct.pack(f"<{len(used)}I", *self.lengths)
            self._before = _HEAD.pack(_SLOTS, len(lengths)) + lengths
        return b"".join((self._before, *self._slots))

    def _begin(self, used: list[int]) -> None:
        """Make each slot as long as what comes into it."""
        self.lengths, self._frames, self._slots, self._before = used, [None] * len(used), [b""] * len(used), b""

    def _put(self, place: int, frame: bytes) -> None:
        """Put a frame into its slot, which is made longer where nothing else helps."""
        spare = self.lengths[place] - len(frame)
        if spare and spare < _HEAD.size:
            spare = _ROOM + len(frame) // 4
            self.lengths[place] = len(frame) + spare
            self._before = b""
        self._slots[place] = frame + _filling(spare) if spare else frame


def _lengths_in(body: bytes) -> list[int]:
    """Give what a state says about its slots; nothing where it has none, or is not as long as they are."""
    kind, size = _HEAD.unpack_from(body) if len(body) >= _HEAD.size else (0, 0)
    if kind != _SLOTS or size % 4 or len(body) < _HEAD.size + size:
        return []
    found = list(struct.unpack_from(f"<{size // 4}I", body, _HEAD.size))
    return found if sum(found) == len(body) - _HEAD.size - size else []


@lru_cache(maxsize=512)
def _filling(size: int) -> bytes:
    """Give a frame that is skipped."""
    return _HEAD.pack(_FILLING, size - _HEAD.size) + bytes(size - _HEAD.size)
