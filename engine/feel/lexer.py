"""Cut the text of an expression into tokens (DMN 1.5 section 10.3.1.2, rules 21 to 36)."""

import bisect
import re
from dataclasses import dataclass

from engine.feel import limits, messages
from engine.feel.errors import FeelLimitError, FeelSyntaxError
from engine.feel.messages import Text
from engine.feel.state import Place

NAME_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3004-\u3007\u3012-\ud7ff\uf900-\ufdcf\ufdf0-\uff00\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
    "\uff66-\ufffd\U00010000-\U000effff"
)
MARKS = "\u2018\u2019\u201c\u201d\u3001-\u3003\u3008-\u3011\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
"""Full-width punctuation. The standard counts it among letters; typed by mistake it must not pass as one."""

TOKEN = re.compile(
    rf"""
    (?P<space>(?:\s|//[^\n]*|/\*.*?\*/)+)
  | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>[{NAME_START}][{NAME_START}0-9'\u00b7\u0300-\u036f\u203f-\u2040]*|\?)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<quoted>`[^`]+`)
  | (?P<op>\*\*|\.\.|->|<=|>=|!=|[-+*/<>=()\[\]{{}},:.@])
  | (?P<mark>[{MARKS}])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
ESCAPE = re.compile(r"\\(?:([btnfr\"'\\/])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6}))")
ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}
HALF_WIDTH = {
    "“": '"', "”": '"', "‘": '"', "’": '"', "、": ",", "。": ".", "【": "[", "】": "]", "《": "<", "》": ">",
    "〈": "<", "〉": ">",
}  # fmt: skip
QUOTE = Text("以右引号结束的文字", "a string with a closing quotation mark")
NO_QUOTE = Text("没有右引号的文字", "one without it")
SYMBOL = Text("数字、文字、名称或运算符", "a number, a string, a name or an operator")


@dataclass(frozen=True)
class Token:
    """One word, number, string or sign; ``start`` and ``end`` are offsets in the source."""

    kind: str
    """number, name, string, quoted, op, mark or end."""
    text: str
    start: int
    end: int


def line_starts(source: str) -> list[int]:
    """Give the offsets at which lines begin."""
    return [0, *(match.end() for match in re.finditer("\n", source))]


def place(lines: list[int], offset: int) -> Place:
    """Give line and column of an offset."""
    line = bisect.bisect_right(lines, offset)
    return line, offset - lines[line - 1] + 1


def tokens(source: str) -> tuple[Token, ...]:
    """Cut a text into tokens, the last of kind ``end``; raise FeelSyntaxError at what is none."""
    if len(source) > limits.MAX_SOURCE:
        raise FeelLimitError(messages.TOO_LONG, size=len(source), limit=limits.MAX_SOURCE)
    found = []
    offset = 0
    while offset < len(source):
        match = TOKEN.match(source, offset)
        if match is None:
            raise _strange(source, offset)
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(Token(kind, match.group(), offset, match.end()))
        offset = match.end()
    found.append(Token("end", "", len(source), len(source)))
    return tuple(found)


def _strange(source: str, offset: int) -> FeelSyntaxError:
    line, column = place(line_starts(source), offset)
    character = source[offset]
    expected, found = (QUOTE, NO_QUOTE) if character == '"' else (SYMBOL, character)
    return FeelSyntaxError(messages.UNEXPECTED, line=line, column=column, expected=expected, found=found)


def half_width(mark: str) -> str:
    """Give the sign that was probably meant by a full-width one."""
    return HALF_WIDTH.get(mark) or chr(ord(mark) - 0xFEE0)


def unescape(literal: str) -> str:
    r"""Read what stands between the quotation marks.

    An unknown escape such as ``\s`` keeps its backslash, so that patterns can be written plainly.
    A pair of surrogates is one character; a lone one is replaced, as it is no text.
    """
    if "\\" not in literal:
        return literal
    text = ESCAPE.sub(_character, literal)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(match: re.Match[str]) -> str:
    short, four, six = match.groups()
    if short is not None:
        return ESCAPES.get(short, short)
    code = int(four or six, 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"
