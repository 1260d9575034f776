"""Which names in a text depend on the context: ``net-amount`` is one name only where such a key exists.

Asked at every evaluation, so it looks no further than it must: a run of words at the top is looked up among the
context's keys, one after a path there, and only where a text has filters or loops is the whole context searched.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.feel.lexer import Token
from engine.feel.naming import FORMS, MAX_NAME_TOKENS, RESERVED, SIGNS, is_special, joined_end, normalize, run_end

MAX_CANDIDATES = 200
MAX_PATH = 8
MAX_NODES = 2_000
NOTHING: Mapping[str, object] = {}
MAX_ITEMS = 3
"""Items of a list whose keys are looked at: rows of one table have the same."""
SPACE = re.compile(r"\s+")
LOOPS = frozenset({"for", "some", "every", "function"})


@dataclass(frozen=True)
class Candidate:
    """A run of tokens that may be one name."""

    spellings: tuple[str, ...]
    """As written and as normalized."""


class Candidates:
    """The possible names of one text."""

    def __init__(self, source: str, tokens: tuple[Token, ...]) -> None:
        found = list(itertools.islice(_candidates(source, tokens), MAX_CANDIDATES))
        searched = any(_opens_scope(tokens, index) for index in range(len(tokens)))
        placed: dict[tuple[str, ...], set[str]] = {}
        for candidate, path in found:
            if path is not None:
                placed.setdefault(path, set()).update(candidate.spellings)
        self._placed = tuple((path, tuple(names)) for path, names in placed.items())
        anywhere = [candidate for candidate, path in found if path is None or (searched and not _is_path(candidate))]
        self._anywhere = frozenset(name for candidate in anywhere for name in candidate.spellings)

    def __bool__(self) -> bool:
        return bool(self._placed or self._anywhere)

    def known_in(self, context: Mapping[str, object], variables: frozenset[str]) -> frozenset[str]:
        """Give the possible names that the context, or what is in one of the variables, has as keys."""
        found: set[str] = set()
        for path, names in self._placed:
            at = context
            for key in path:
                at = _inside(at.get(key))
            if at:
                for name in names:
                    if name in at:
                        found.add(name)
        if self._anywhere:
            found.update(name for name in self._anywhere if name in context)
            found |= self._anywhere & _keys(context.get(name) for name in (*variables, *found))
        return frozenset(found)


def _opens_scope(tokens: tuple[Token, ...], index: int) -> bool:
    """Tell whether names after a token may be keys of items: in a loop, or in a filter."""
    token = tokens[index]
    if token.text != "[" or token.kind != "op" or index == 0:
        return token.kind == "name" and token.text in LOOPS
    before = tokens[index - 1]
    if before.kind == "name":
        return before.text not in RESERVED
    return before.kind in {"string", "quoted"} or before.text in {")", "]", "}"}


def _is_path(candidate: Candidate) -> bool:
    """Tell whether a name has no sign but dots: such keys are looked for at the top only."""
    return not any(is_special(name) for name in candidate.spellings[0].split("."))


def _candidates(source: str, tokens: tuple[Token, ...]) -> Iterator[tuple[Candidate, tuple[str, ...] | None]]:
    """Give the possible names, each with the names before it from the context's own keys on, if it is only names."""
    for first, token in enumerate(tokens):
        if token.kind != "name" or token.text in RESERVED:
            continue
        path = _path(source, tokens, first)
        special = token.text in FORMS
        for last in range(first + 1, run_end(tokens, first, MAX_NAME_TOKENS)):
            special = special or tokens[last].text in RESERVED or tokens[last].kind in {"op", "mark"}
            spelled = SPACE.sub(" ", source[token.start : tokens[last].end]) if special else ""
            if tokens[last].text not in SIGNS and spelled and is_special(spelled):
                yield Candidate(tuple({spelled, normalize(spelled)})), path


def _path(source: str, tokens: tuple[Token, ...], index: int) -> tuple[str, ...] | None:
    """Give the names before a token; None when something else than names stands there."""
    names: list[str] = []
    while index > 0 and tokens[index - 1].text == "." and tokens[index - 1].kind == "op":
        end = first = index - 2
        if len(names) == MAX_PATH:
            return None
        while first > 0 and _is_word(tokens[first - 1]) and joined_end(tokens, first - 1) > end:
            first -= 1
        if end < 0 or not _is_word(tokens[end]):
            return None
        names.insert(0, normalize(source[tokens[first].start : tokens[end].end]))
        index = first
    return tuple(names)


def _is_word(token: Token) -> bool:
    return token.kind == "name" and token.text not in RESERVED | FORMS


def _inside(value: object) -> Mapping[str, object]:
    """Give the context that a value is or has first in its list."""
    if type(value) is list and value:
        value = value[0]
    return value if type(value) is dict or isinstance(value, Mapping) else NOTHING


def _keys(values: Iterable[object]) -> set[str]:
    """Give the keys at all depths, as far as a bounded look goes."""
    found: set[str] = set()
    pending = list(values)
    seen = 0
    while pending and seen < MAX_NODES:
        value = pending.pop()
        seen += 1
        if type(value) is list:
            pending.extend(value[:MAX_ITEMS])
        elif type(value) is dict or isinstance(value, Mapping):
            found.update(map(str, value))
            pending.extend(value.values())
    return found
