"""Texts in frames of zstandard: one after the other they are one text, so that one can be replaced by itself."""

import threading
from functools import lru_cache

import zstandard

LEVEL = -1
"""Of compression: a tenth longer than at the usual one, in a third of the time. An ended case has hardly any state."""
_FOR_SEGMENTS = zstandard.ZstdCompressionParameters.from_level(3, hash_log=14, chain_log=14)
"""As ever, but with tables that the processor's cache has room for: a segment is hardly longer than a page or two."""
SHORT = 256
"""Bytes up to which a text is worth looking for whether it was compressed already."""


class _Tools(threading.local):
    """One of each for a thread: to make one takes longer than to use it, and two threads can't use the same."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=LEVEL)
        self.for_segments = zstandard.ZstdCompressor(compression_params=_FOR_SEGMENTS)
        self.decompressor = zstandard.ZstdDecompressor()


_TOOLS = _Tools()


def compress(text: bytes) -> bytes:
    """Compress a text to one frame."""
    return _TOOLS.compressor.compress(text)


def compress_segment(text: bytes) -> bytes:
    """Compress a segment, or what stands around some: most are written again as they are, so that each byte counts."""
    return _short(text) if len(text) <= SHORT else _TOOLS.for_segments.compress(text)


@lru_cache(maxsize=256)
def _short(text: bytes) -> bytes:
    """Compress what is often the same as at the step before, and then is not only as long: it is the very same."""
    return _TOOLS.for_segments.compress(text)


def decompress(body: bytes) -> bytes:
    """Give the text of all frames, or that of a small state as it stands."""
    if body.startswith(b"{"):
        return body
    return _TOOLS.decompressor.decompressobj(read_across_frames=True).decompress(body)
