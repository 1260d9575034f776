r"""Translate XPath's regular expressions to RE2's (XQuery functions 3.1 section 5.6, XML Schema appendix G).

What RE2 lacks is spelled out: blocks such as ``\p{IsBasicLatin}``, subtraction such as ``[a-z-[aeiou]]``, the
classes ``\w \i \c``. What XPath lacks is refused: look-around, named groups, ``\b``. Back-references are
refused too: no pattern with them can be matched in bounded time.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from engine.feel.regex import sets
from engine.feel.regex.blocks import BLOCKS
from engine.feel.regex.sets import Ranges

QUANTITY = re.compile(r"\{\d+(?:,\d*)?\}", re.ASCII)
PROPERTY = re.compile(r"\\([pP])\{([^}]*)\}")
GENERAL = re.compile(r"[CLMNPSZ][a-z]?")
LITERAL_ESCAPES = frozenset("nrt\\|.-^?*+{}()[]$")
CONTROL = {"n": "\n", "r": "\r", "t": "\t"}
SPACE: Ranges = ((9, 10), (13, 13), (32, 32))
WHITE = " \t\n\r"
MAX_CLASSES = 8


class PatternError(ValueError):
    """The text is no regular expression that can be used."""


def translate(pattern: str, *, spaced: bool, folded: bool) -> str:
    """Give RE2's pattern; with ``spaced`` white space outside classes means nothing; raise PatternError."""
    return Translator(pattern, spaced=spaced, folded=folded).all()


@dataclass(frozen=True)
class Part:
    """Some characters: as RE2 writes them inside a class, and as a set where that is needed."""

    text: str
    ranges: Callable[[], Ranges]

    @classmethod
    def of(cls, *ranges: tuple[int, int]) -> "Part":
        """Make one of known characters."""
        return cls(sets.written(ranges), lambda: ranges)

    @property
    def code(self) -> int | None:
        """Give the one character, when it is one."""
        found = re.fullmatch(r"\\x\{([0-9a-f]+)\}-\\x\{\1\}", self.text)
        return int(found[1], 16) if found else None


class Translator:
    """A position in one pattern."""

    def __init__(self, pattern: str, *, spaced: bool, folded: bool) -> None:
        self.pattern = _without_space(pattern) if spaced else pattern
        self.folded = folded
        self.index = 0

    def all(self) -> str:
        """Translate the whole pattern."""
        pieces = []
        while self.index < len(self.pattern):
            pieces.append(self.piece())
        return "".join(pieces)

    def piece(self) -> str:
        """Translate what comes next outside classes."""
        character = self.pattern[self.index]
        if character == "\\":
            return f"[{self.escape().text}]"
        if character == "[":
            return f"[{self.class_(1).text}]"
        if character == "{":
            return self.quantity()
        if character in "]}":
            raise PatternError(character)
        if self.pattern.startswith("(?", self.index) and not self.pattern.startswith("(?:", self.index):
            raise PatternError("(?")
        self.index += 1
        return character

    def quantity(self) -> str:
        """Copy ``{2,3}``."""
        match = QUANTITY.match(self.pattern, self.index)
        if match is None:
            raise PatternError("{")
        self.index = match.end()
        return match.group()

    def escape(self) -> Part:
        """Read an escape."""
        match = PROPERTY.match(self.pattern, self.index)
        if match is not None:
            self.index = match.end()
            return _property(match[2].replace(" ", ""), negated=match[1] == "P")
        letter = self.pattern[self.index + 1 : self.index + 2]
        self.index += 2
        if letter and letter in LITERAL_ESCAPES:
            code = ord(CONTROL.get(letter, letter))
            return Part.of((code, code))
        if letter not in SHORTHANDS:
            raise PatternError("\\" + letter)
        return SHORTHANDS[letter]()

    def class_(self, depth: int) -> Part:
        """Read a class in brackets, with what is subtracted from it."""
        if depth > MAX_CLASSES:
            raise PatternError("[[")
        self.index += 1
        negated = self.accept("^")
        parts: list[Part] = []
        removed: Part | None = None
        while not self.accept("]"):
            if self.pattern.startswith("-[", self.index) and parts:
                self.index += 1
                removed = self.class_(depth + 1)
                if not self.accept("]"):
                    raise PatternError("-[")
                break
            parts.append(self.item())
        if not parts:
            raise PatternError("[]")
        return self.assembled(parts, removed, negated=negated, outermost=depth == 1)

    def assembled(self, parts: list[Part], removed: Part | None, *, negated: bool, outermost: bool) -> Part:
        """Put a class together: as RE2 can say it, or as a set."""

        def ranges() -> Ranges:
            found = sets.union(*(part.ranges() for part in parts))
            found = sets.folded(found) if self.folded else found
            found = sets.complement(found) if negated else found
            return found if removed is None else sets.difference(found, removed.ranges())

        if removed is None and outermost:
            return Part(("^" if negated else "") + "".join(part.text for part in parts), ranges)
        return Part(sets.written(ranges()) if outermost else "", ranges)

    def accept(self, text: str) -> bool:
        """Take a character when it comes next."""
        if self.index >= len(self.pattern):
            raise PatternError("[")
        if self.pattern[self.index] != text:
            return False
        self.index += 1
        return True

    def item(self) -> Part:
        """Read one character, range or escape of a class."""
        low = self.single()
        ahead = self.pattern[self.index : self.index + 2]
        if low.code is None or not ahead.startswith("-") or ahead in {"-]", "-["}:
            return low
        self.index += 1
        high = self.single().code
        if high is None or high < low.code:
            raise PatternError("-")
        return Part.of((low.code, high))

    def single(self) -> Part:
        """Read one character or escape of a class."""
        character = self.pattern[self.index : self.index + 1]
        if character == "\\":
            return self.escape()
        if not character or character in "[]":
            raise PatternError(character)
        self.index += 1
        return Part.of((ord(character), ord(character)))


def _property(name: str, *, negated: bool) -> Part:
    if name.startswith("Is") and name[2:] in BLOCKS:
        block: Ranges = (BLOCKS[name[2:]],)
        return Part.of(*(sets.complement(block) if negated else block))
    if not GENERAL.fullmatch(name):
        raise PatternError(name)
    text = f"\\{'P' if negated else 'p'}{{{name}}}"
    return Part(text, lambda: sets.complement(sets.category(name)) if negated else sets.category(name))


def _categories(names: str) -> Part:
    """Give the characters of several categories."""
    text = "".join(f"\\p{{{name}}}" for name in names)
    return Part(text, lambda: sets.union(*(sets.category(name) for name in names)))


def _names(*, start: bool, inverted: bool) -> Part:
    """Give the characters that XML names have, or all others."""
    extra: Ranges = ((58, 58), (95, 95)) if start else ((45, 46), (58, 58), (95, 95), (183, 183))
    categories = _categories("L" if start else "LMN")

    def ranges() -> Ranges:
        return sets.union(categories.ranges(), extra)

    if inverted:
        return Part.of(*sets.complement(ranges()))
    return Part(categories.text + sets.written(extra), ranges)


SHORTHANDS: dict[str, Callable[[], Part]] = {
    "d": lambda: _property("Nd", negated=False),
    "D": lambda: _property("Nd", negated=True),
    "s": lambda: Part.of(*SPACE),
    "S": lambda: Part.of(*sets.complement(SPACE)),
    "w": lambda: _categories("LMNS"),
    "W": lambda: _categories("PZC"),
    "i": lambda: _names(start=True, inverted=False),
    "I": lambda: _names(start=True, inverted=True),
    "c": lambda: _names(start=False, inverted=False),
    "C": lambda: _names(start=False, inverted=True),
}


def _without_space(pattern: str) -> str:
    """Take white space away outside classes."""
    kept, depth, escaped = [], 0, False
    for character in pattern:
        if not escaped and character in "[]":
            depth += 1 if character == "[" else -1
        if character not in WHITE or depth > 0:
            kept.append(character)
        escaped = character == "\\" and not escaped
    return "".join(kept)
