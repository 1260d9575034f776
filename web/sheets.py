"""Reading sheets that people bring: guarded first, then row by row, never the whole sheet in memory."""

import datetime as dt
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.commands.check_import import FORMULA, Cell, Row
from engine.errors import InvalidError, mark

MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_PARTS = 200
"""Files inside a workbook."""
MOST_BYTES = 300 * 1024 * 1024
"""Bytes of a workbook once it is unpacked."""
MOST_RATIO = 200
"""How many times larger than packed a part may be: sheets come to 10 to 30, bombs to 1,000."""
SMALL = 1024 * 1024
"""Bytes below which the ratio says nothing."""
_ESCAPED = ("=", "+", "-", "@", "\t", "\r", "'")

NOT_A_SHEET = mark("“{name}”不是 Excel 工作簿（.xlsx），或已损坏。请另存为 .xlsx 再上传。")
TOO_LARGE = mark("“{name}”解开后太大，没有读它。请拆成几个文件，每个最多 {rows} 行。")
HAS_MACROS = mark("“{name}”里有宏或外部内容，没有读它。请另存为不含宏的 .xlsx。")


def read_rows(path: Path, name: str, expect: Callable[[int], None] | None = None) -> Iterator[Row]:
    """Give the rows of the first sheet that say anything, with their numbers; the first is the heading.

    ``expect`` is told how many rows below it the file says it has, if it says so: a guess, for a bar. A cell with a
    formula is ``FORMULA``: what it came to when it was saved may be anything. Raises InvalidError.
    """
    # Not at the top: the library takes 6 MB and a tenth of a second of every start, and sheets are read rarely.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    guard(path, name)
    try:
        # Opened here: files are kept by their hash, and the library judges paths by their ending.
        stream = path.open("rb")
        book = openpyxl.load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile, OSError) as error:
        raise InvalidError(NOT_A_SHEET, where="file", name=name) from error
    try:
        sheet: Any = book.worksheets[0]
        heading = next(_rows(sheet, name, 1, MOST_COLUMNS), None)
        if heading is not None:
            told = sheet.max_row
            if expect is not None and isinstance(told, int) and heading[0] < told <= MOST_ROWS + 1:
                expect(told - heading[0])
            yield heading
            # The library fills each row up to the width it is told, whatever stands in it: a dozen cells, not all.
            yield from _rows(sheet, name, heading[0] + 1, len(heading[1]))
    finally:
        book.close()
        stream.close()


def _rows(sheet: Any, name: str, first: int, width: int) -> Iterator[Row]:  # noqa: ANN401 - what a read-only book gives
    for number, row in enumerate(sheet.iter_rows(min_row=first, max_col=width), start=first):
        if number > MOST_ROWS + 1:
            raise InvalidError(TOO_LARGE, where="file", name=name, rows=MOST_ROWS)
        cells = [_cell(one) for one in row]
        while cells and cells[-1] in (None, ""):
            cells.pop()
        if cells:
            yield number, cells


def guard(path: Path, name: str) -> None:
    """Refuse what is no workbook, would fill the memory, or brings more than cells. Raises InvalidError."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            large = len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_BYTES
            if large or any(_is_bomb(one) for one in parts):
                raise InvalidError(TOO_LARGE, where="file", name=name, rows=MOST_ROWS)
            names = {one.filename.lower() for one in parts}
            if any((part.endswith((".bin", ".vml")) and "vba" in part) or "externallinks/" in part for part in names):
                raise InvalidError(HAS_MACROS, where="file", name=name)
            if "xl/workbook.xml" not in names or any(_declares(packed, one) for one in parts):
                raise InvalidError(NOT_A_SHEET, where="file", name=name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise InvalidError(NOT_A_SHEET, where="file", name=name) from error


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > SMALL and part.file_size > MOST_RATIO * max(part.compress_size, 1)


def _declares(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Tell whether a part declares a document type: no workbook does, but what wants its entities expanded."""
    if not part.filename.lower().endswith((".xml", ".rels")):
        return False
    with packed.open(part) as stream:
        beginning = stream.read(4096)
    return b"<!DOCTYPE" in beginning or b"<!ENTITY" in beginning or beginning[:2] in (b"\xff\xfe", b"\xfe\xff")


def _cell(cell: Any) -> Cell:  # noqa: ANN401 - the library's cells of three kinds
    value = cell.value
    if getattr(cell, "data_type", "") == "f":
        return FORMULA
    match value:
        case None | bool() | dt.date() | dt.time():
            return value
        case int() | float():
            return Decimal(str(value))
        case str():
            return unescaped(value)
        case _:
            return str(value)


def unescaped(text: str) -> str:
    """Give a text as it was before ``excel.safe`` kept it from coming alive."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_ESCAPED) else text
