"""How texts of history lie in the database: hashes as bytes, bodies compressed. The program sees texts.

Whatever somebody may have put into the database, reading gives a text and never fails: verification then names it.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import zstandard
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

_LENGTH = 32
"""Bytes of a SHA-256."""

_PACKED = b"\x01"
"""Comes before a frame of zstandard made with ``VOCABULARY``. What begins otherwise, as all JSON does, is the text."""

VOCABULARY = (
    b'"camunda.document.type":"camunda","contentHash":"","documentId":"","metadata":{"contentType":"application/pdf",'
    b'"fileName":".pdf","size":1},"storeId":"qucheng"}]],"reply":{"entry":1,"entry_version":1,"number":"QD-2026-00'
    b'"stuck":[],"subscriptions":[],"decisions":[{"facts":{"read":[{"answer":"","call":"superior of()","rule":"='
    b'"reads":{"name of(":""},"due":"2026-01-01T00:00:00+00:00","element":"","token":2,"type":"notify"}],"opinion":"'
    b'[null,false],[null,true],"agreed":true,"comment":"","decision":"reject","decision":"return","decision":["approve"'
    b'{"changes":{"initiator":[null,""]},"input":{},"passages":[["completed","start",2,null],["entered","",3,"flow_"]],'
    b'"process":"","tasks":[{"assignee":"","candidate_groups":[""],"candidate_users":[],"version":1,"waiting":[[3,""]]}'
    b'{"changes":{"decision":["return","approve"]},"completed_by":"","ended_at":"end","input":{"'
    b'"decision":"approve","declaration_of_truth":true,"},"job":1,"jobs":[],"passages":[["completed","",4,"flow_"],'
    b'["entered","",5,"flow_"]],"task":21,"tasks":[{"assignee":"","candidate_groups":[],"candidate_users":[],"due":null,"element":"'
    b'","facts":{},"token":4}],"waiting":[[4,"'
)
"""What bodies of events have in common. It must never change: bodies that were packed with it need it to be read."""


LEVEL = -1
"""Of compression: bodies are a thirtieth longer than at the usual one, in less than half of the time."""


class _Codec:
    """Compresses and decompresses with the vocabulary; threads take turns."""

    def __init__(self) -> None:
        known = zstandard.ZstdCompressionDict(VOCABULARY, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        # Made once: to make them anew takes several times longer than a body does.
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=known)
        self._decompressor = zstandard.ZstdDecompressor(dict_data=known)
        self._turn = threading.Lock()

    def compress(self, text: bytes) -> bytes:
        with self._turn:
            return self._compressor.compress(text)

    def decompress(self, frame: bytes) -> bytes:
        with self._turn:
            return self._decompressor.decompress(frame, allow_extra_data=False)


_CODEC = _Codec()


def pack(text: str) -> bytes:
    """Give a body as it is stored: compressed where that is shorter."""
    plain = text.encode()
    return min(_PACKED + _CODEC.compress(plain), plain, key=len)


def unpack(stored: bytes) -> str:
    """Give the body that was stored, be it compressed or plain as in earlier versions."""
    if stored.startswith(_PACKED):
        # What is not ours stays as it is: no text that a hash could cover. A frame names the length of its text;
        # one that somebody made up may name more than there is memory.
        with suppress(zstandard.ZstdError, MemoryError):
            stored = _CODEC.decompress(stored[len(_PACKED) :])
    return stored.decode(errors="replace")


def hash_bytes(text: str) -> bytes:
    """Give a hash as it is stored; of a text that is none, the text."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    return found if len(found) == _LENGTH and found.hex() == text else text.encode()


def hash_text(stored: bytes) -> str:
    """Give a hash as people compare it, in 64 hexadecimal digits; of bytes that are none, their text."""
    return stored.hex() if len(stored) == _LENGTH else stored.decode(errors="replace")


class _Stored(TypeDecorator[str]):
    """A text that lies in the database as bytes."""

    impl = LargeBinary
    cache_ok = True
    read: Callable[[bytes], str]
    write: Callable[[str], bytes]

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], bytes | None]:  # noqa: ARG002 - the base class's signature
        """Write it. Not by way of the base class, which takes as long as writing: either driver takes bytes."""
        write = type(self).write
        return lambda value: None if value is None else write(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], str | None]:  # noqa: ARG002 - the base class's signature
        """Read what lies there. Not by way of the base class: SQLite lets a text lie where bytes belong."""
        read = type(self).read

        def process(value: Any) -> str | None:  # noqa: ANN401 - whatever lies there
            if value is None:
                return None
            return read(bytes(value)) if isinstance(value, (bytes, memoryview)) else str(value)

        return process


class Body(_Stored):
    """The JSON of an event, compressed."""

    cache_ok = True
    read = staticmethod(unpack)
    write = staticmethod(pack)


class HashBytes(_Stored):
    """A SHA-256: 32 bytes there, 64 digits here."""

    cache_ok = True
    read = staticmethod(hash_text)
    write = staticmethod(hash_bytes)
