r"""Translate XPath's regular expressions to RE2's (XQuery functions 3.1 section 5.6, XML Schema appendix G).

What RE2 lacks is spelled out: blocks such as ``\p{IsBasicLatin}``, subtraction such as ``[a-z-[aeiou]]``, the
classes ``\w \i \c``. What XPath lacks is refused: look-around, named groups, ``\b``. Back-references are
refused too: no pattern with them can be matched in bounded time.
"""

import re

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
            return f"[{sets.written(self.escape())}]"
        if character == "[":
            return f"[{sets.written(self.class_(1))}]"
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

    def escape(self) -> Ranges:
        """Read an escape and give the characters it stands for."""
        match = PROPERTY.match(self.pattern, self.index)
        if match is not None:
            self.index = match.end()
            found = _property(match[2].replace(" ", ""))
            return sets.complement(found) if match[1] == "P" else found
        letter = self.pattern[self.index + 1 : self.index + 2]
        self.index += 2
        if letter and letter in LITERAL_ESCAPES:
            code = ord(CONTROL.get(letter, letter))
            return ((code, code),)
        if not letter or letter.lower() not in "dswic":
            raise PatternError("\\" + letter)
        found = _shorthand(letter.lower())
        return sets.complement(found) if letter.isupper() else found

    def class_(self, depth: int) -> Ranges:
        """Read a class in brackets, with what is subtracted from it."""
        if depth > MAX_CLASSES:
            raise PatternError("[[")
        self.index += 1
        negated = self.accept("^")
        found: Ranges = ()
        removed: Ranges = ()
        first = True
        while not self.accept("]"):
            if self.pattern.startswith("-[", self.index) and not first:
                self.index += 1
                removed = self.class_(depth + 1)
                if not self.accept("]"):
                    raise PatternError("-[")
                break
            found = sets.union(found, self.item())
            first = False
        if first:
            raise PatternError("[]")
        if self.folded:
            found = sets.folded(found)
        return sets.difference(sets.complement(found) if negated else found, removed)

    def accept(self, text: str) -> bool:
        """Take a character when it comes next."""
        if self.index >= len(self.pattern):
            raise PatternError("[")
        if self.pattern[self.index] != text:
            return False
        self.index += 1
        return True

    def item(self) -> Ranges:
        """Read one character, range or escape of a class."""
        low = self.single()
        ahead = self.pattern[self.index : self.index + 2]
        if len(low) != 1 or low[0][0] != low[0][1] or not ahead.startswith("-") or ahead in {"-]", "-["}:
            return low
        self.index += 1
        high = self.single()
        if len(high) != 1 or high[0][0] != high[0][1] or high[0][0] < low[0][0]:
            raise PatternError("-")
        return ((low[0][0], high[0][0]),)

    def single(self) -> Ranges:
        """Read one character or escape of a class."""
        character = self.pattern[self.index : self.index + 1]
        if character == "\\":
            return self.escape()
        if not character or character in "[]":
            raise PatternError(character)
        self.index += 1
        return ((ord(character), ord(character)),)


def _property(name: str) -> Ranges:
    if name.startswith("Is") and name[2:] in BLOCKS:
        return (BLOCKS[name[2:]],)
    if GENERAL.fullmatch(name):
        found = sets.category(name)
        if found:
            return found
    raise PatternError(name)


def _shorthand(letter: str) -> Ranges:
    if letter == "d":
        return sets.category("Nd")
    if letter == "s":
        return SPACE
    if letter == "w":
        return sets.complement(sets.union(sets.category("P"), sets.category("Z"), sets.category("C")))
    start = sets.union(sets.category("L"), ((58, 58), (95, 95)))
    return start if letter == "i" else sets.union(start, sets.category("N"), sets.category("M"), ((45, 46), (183, 183)))


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
