"""Small genuine files of the kinds that forms ask for: what scenarios and demo cases attach."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import xlsxwriter

from engine.errors import InvalidError, mark


def sample(name: str) -> bytes:
    """Give a small file of the kind its name says. Raises InvalidError for kinds that there is no sample of."""
    ending = Path(name).suffix.lower()
    if ending not in _KINDS:
        raise InvalidError(
            mark("情景里的文件“{name}”没有样本，可用的种类有：{kinds}。"), name=name, kinds="、".join(sorted(_KINDS))
        )
    return _KINDS[ending]()


def _pdf() -> bytes:
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 4\n0000000000 65535 f \n" + table + trailer


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = 32
    rows = b"".join(b"\x00" + b"\x9b\xb8\xd3" * size for _ in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _xlsx() -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.add_worksheet().write(0, 0, "样本")
    return content.getvalue()


_KINDS: Mapping[str, Callable[[], bytes]] = {
    ".pdf": _pdf,
    ".png": _png,
    ".xlsx": _xlsx,
    ".txt": "样本\n".encode,
}
