"""Excel files: plain text in cells, so that nothing somebody typed can run as a formula."""

import io
from collections.abc import Iterable, Sequence

_OPTIONS = {
    # Row by row through a temporary file: a register of 50,000 entries must not fill the memory.
    "constant_memory": True,
    # What people type stays text: "=1+1", "@SUM" or a link must not come alive on somebody's desk.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")
"""Also an apostrophe: so that one that was typed and one that was put before can be told apart."""
_LONGEST = 32_767
"""Characters a cell holds."""


def workbook(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write one sheet with a heading row that stays in view and can be filtered."""
    # Not at the top: a start does without it, and few pages are taken along as a sheet.
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, _OPTIONS)
    sheet = book.add_worksheet(_sheet_name(title))
    heading = book.add_format({"bold": True, "bg_color": "#E1F1F2", "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    widths = [_width(head) for head in heads]
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, heading)
    last = 0
    for last, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(last, column, safe(text), wrapped)
                widths[column] = max(widths[column], _width(text))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width, 48) + 2)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, max(len(heads) - 1, 0))
    book.close()
    return buffer.getvalue()


def safe(text: str) -> str:
    """Give a text that stays text even when the sheet is saved as CSV and opened again."""
    text = text[: _LONGEST - 1]
    return f"'{text}" if text.startswith(_RISKY) else text


def _width(text: str) -> int:
    """Measure a text in columns: a Chinese character is as wide as two Latin ones."""
    longest = max(text.split("\n"), key=len)
    return sum(2 if character > "\u2e80" else 1 for character in longest[:60])


def _sheet_name(title: str) -> str:
    """Give a name Excel accepts: at most 31 characters, none of them with a meaning of its own."""
    return "".join(character for character in title if character not in "[]:*?/\\'")[:31] or "Sheet1"
