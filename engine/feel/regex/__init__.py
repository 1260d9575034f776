"""Regular expressions of XPath (DMN 1.5 refers to it) run by RE2, which never takes exponential time."""

import functools
from collections.abc import Iterator

import re2

from engine.feel import limits, messages
from engine.feel.functions import RejectedError
from engine.feel.regex.translation import PatternError, translate
from engine.feel.state import State

FLAGS = frozenset("smixq")
MEMORY = 4 << 20
"""Bytes that one pattern may take."""
MATCH_STEPS = 5
SPEED = 1_000
"""Instructions of a compiled pattern times characters that count as one step."""


class Pattern:
    """A compiled pattern; searching spends the steps that the worst pattern of its size would take."""

    def __init__(self, pattern: str, flags: str) -> None:
        options = re2.Options()
        options.max_mem = MEMORY
        options.log_errors = False
        letters = "".join(letter for letter in "smi" if letter in flags)
        body = re2.escape(pattern) if "q" in flags else translate(pattern, spaced="x" in flags, folded="i" in flags)
        self._compiled = re2.compile(f"(?{letters}){body}" if letters else body, options)
        self.groups: int = self._compiled.groups
        self._size: int = self._compiled.programsize

    def matches(self, text: str, state: State) -> "Iterator[re2._Match]":
        """Find all matches, one after the other."""
        self._spend(len(text), state)
        for match in self._compiled.finditer(text):
            self._spend(len(text) - match.end(), state)
            yield match

    def found(self, text: str, state: State) -> bool:
        """Tell whether there is a match."""
        self._spend(len(text), state)
        return self._compiled.search(text) is not None

    def _spend(self, characters: int, state: State) -> None:
        state.spend(MATCH_STEPS + characters * self._size // SPEED)


def compiled(pattern: str, flags: str) -> Pattern:
    """Compile a pattern, or take it from the cache; raise RejectedError for one that can't be used."""
    if not set(flags) <= FLAGS:
        raise RejectedError(messages.NO_FLAGS)
    if len(pattern) > limits.MAX_PATTERN:
        raise RejectedError(messages.NO_PATTERN)
    found = _cached(pattern, "".join(sorted(set(flags))))
    if found is None:
        raise RejectedError(messages.NO_PATTERN)
    return found


@functools.lru_cache(maxsize=256)
def _cached(pattern: str, flags: str) -> Pattern | None:
    try:
        return Pattern(pattern, flags)
    except (PatternError, re2.error, UnicodeError):
        return None


def replacement_parts(text: str, groups: int) -> list[str | int]:
    r"""Cut a replacement into strings and group numbers: ``$1``, ``\$`` for a dollar, ``\\`` for a backslash."""
    parts: list[str | int] = []
    index = 0
    while index < len(text):
        character, after = text[index], text[index + 1 : index + 2]
        if character == "\\" and after in {"\\", "$"} and after:
            parts.append(after)
            index += 2
        elif character == "$" and after.isascii() and after.isdigit():
            number, index = _group(text, index + 1, groups)
            parts.append(number if number <= groups else "")
        elif character in {"\\", "$"}:
            raise RejectedError(messages.NO_REPLACEMENT)
        else:
            parts.append(character)
            index += 1
    return parts


def _group(text: str, index: int, groups: int) -> tuple[int, int]:
    """Read a group number: as many digits as there are groups for."""
    number = int(text[index])
    index += 1
    while text[index : index + 1].isascii() and text[index : index + 1].isdigit():
        if number * 10 + int(text[index]) > groups:
            break
        number = number * 10 + int(text[index])
        index += 1
    return number, index
