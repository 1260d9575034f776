"""The memory that threads share."""

import ctypes

_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""


def share_one_heap() -> None:
    """Let all threads take their memory from one heap, where the C library is glibc.

    It gives each thread one of its own, so that they need not wait for each other; ours hold Python's lock anyway. What
    one thread has given back the others can't use then, and a server keeps several megabytes for nothing, and more of
    them with the hours.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)
