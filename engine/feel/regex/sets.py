"""Sets of characters as sorted ranges of code points: for what a character class of RE2 can't say."""

import functools
import sys
import unicodedata

Ranges = tuple[tuple[int, int], ...]
ALL: Ranges = ((0, sys.maxunicode),)
FOLDABLE = 20_000
"""Larger ranges are taken to have both cases already."""


def union(*sets: Ranges) -> Ranges:
    """Give what is in one of the sets."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(part for found in sets for part in found):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(found: Ranges) -> Ranges:
    """Give what is not in the set."""
    gaps, start = [], 0
    for low, high in found:
        if low > start:
            gaps.append((start, low - 1))
        start = high + 1
    if start <= sys.maxunicode:
        gaps.append((start, sys.maxunicode))
    return tuple(gaps)


def difference(left: Ranges, right: Ranges) -> Ranges:
    """Give what is in the first set but not in the second."""
    return complement(union(complement(left), right))


def folded(found: Ranges) -> Ranges:
    """Add the other case of every letter."""
    extra = []
    for low, high in found:
        for code in range(low, high + 1) if high - low < FOLDABLE else ():
            character = chr(code)
            extra += [(ord(c), ord(c)) for c in (character.lower(), character.upper()) if len(c) == 1]
    return union(found, tuple(extra))


@functools.cache
def _categories() -> dict[str, Ranges]:
    """Sort all characters by their category: a quarter of a second, once and only when a class needs it."""
    found: dict[str, list[tuple[int, int]]] = {}
    start, current = 0, unicodedata.category("\0")
    for code in range(1, sys.maxunicode + 2):
        name = unicodedata.category(chr(code)) if code <= sys.maxunicode else ""
        if name != current:
            found.setdefault(current, []).append((start, code - 1))
            start, current = code, name
    return {name: tuple(ranges) for name, ranges in found.items()}


def category(name: str) -> Ranges:
    """Give the characters of a general category such as ``Lu`` or ``L``."""
    return union(*(ranges for found, ranges in _categories().items() if found.startswith(name)))


def written(found: Ranges) -> str:
    """Write a set as the inside of a class of RE2."""
    return "".join(f"\\x{{{low:x}}}-\\x{{{high:x}}}" for low, high in found)
