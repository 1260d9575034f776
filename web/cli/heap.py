"""The memory that threads share, and what of it goes back to the system."""

import ctypes
import gc
from collections.abc import Mapping
from typing import Any

_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""
_EVERYWHERE = 2
"""The generation that all objects are in."""


def share_one_heap() -> None:
    """Let all threads take their memory from one heap, where the C library is glibc.

    It gives each thread one of its own, so that they need not wait for each other; ours hold Python's lock anyway. What
    one thread has given back the others can't use then, and a server keeps several megabytes for nothing, and more of
    them with the hours.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)


def give_back_what_is_free() -> None:
    """Give pages that are free again back to the system, where the C library is glibc.

    By itself it gives back only those at the end of the heap, and one thing that stays there keeps all before it. It
    is done when Python has looked for garbage everywhere, which is when most is free, and seldom.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is None:
        return

    def after(phase: str, facts: Mapping[str, Any]) -> None:
        if phase == "stop" and facts["generation"] == _EVERYWHERE:
            trim(0)

    gc.callbacks.append(after)
