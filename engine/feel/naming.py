"""Names with spaces and signs: which runs of tokens may be one name (DMN 1.5 section 10.3.1.2)."""

import re
from collections.abc import Iterable, Mapping

from engine.feel.lexer import MARKS, Token

RESERVED = frozenset({"and", "or", "in", "between", "instance", "then", "else", "return", "satisfies"})
"""Words that end a name, unless a name that has them inside is known."""
FORMS = frozenset({"if", "for", "some", "every", "function", "true", "false", "null", "not"})
KEYWORD_NAMES = (
    "date and time",
    "years and months duration",
    "days and time duration",
    "get or else",
)
"""Built-in names that hold a reserved word."""
SIGNS = frozenset("+-*/.")
MAX_NAME_TOKENS = 16

_SPACE = re.compile(r"\s+")
_AROUND_SIGNS = re.compile(rf" ?([-+*/.'{MARKS}]) ?")
_PLAIN = re.compile(r"\w+", re.ASCII)


def normalize(name: str) -> str:
    """Give the one spelling of a name: single spaces, none around signs, as the standard ignores them."""
    if _PLAIN.fullmatch(name):
        return name
    return _AROUND_SIGNS.sub(r"\1", _SPACE.sub(" ", name.strip()))


def is_special(name: str) -> bool:
    """Tell whether a name can only be recognised by knowing it."""
    words = normalize(name).split(" ")
    return (len(words) > 1 and words[0] in FORMS) or any(
        word in RESERVED or _AROUND_SIGNS.search(word) for word in words
    )


class KnownNames:
    """The names known to be in scope that need knowing, found by their first word."""

    def __init__(self, names: Iterable[str], base: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._by_word = dict(base or {})
        for name in names:
            if is_special(name):
                word = re.split(rf"[-\s+*/.{MARKS}]", normalize(name), maxsplit=1)[0]
                self._by_word[word] = (*self._by_word.get(word, ()), name)

    def plus(self, names: Iterable[str]) -> "KnownNames":
        """Give these names and some more."""
        more = [name for name in names if is_special(name)]
        return KnownNames(more, self._by_word) if more else self

    def match(self, source: str, tokens: tuple[Token, ...], index: int) -> tuple[str, int] | None:
        """Give the longest known name that begins at a token, and the index of the token after it."""
        spelled = {normalize(name): name for name in self._by_word.get(tokens[index].text, ())}
        if not spelled:
            return None
        for last in reversed(range(index, run_end(tokens, index, MAX_NAME_TOKENS))):
            name = spelled.get(normalize(source[tokens[index].start : tokens[last].end]))
            if name is not None:
                return name, last + 1
        return None


def run_end(tokens: tuple[Token, ...], index: int, limit: int) -> int:
    """Give the index after the longest run of tokens that one name could have, at most so many."""
    last = index + limit
    while index < last and (tokens[index].kind in {"name", "number", "mark"} or tokens[index].text in SIGNS):
        index += 1
    return index


def joined_end(tokens: tuple[Token, ...], index: int) -> int:
    """Give the index after a name of plain words: two words side by side are never anything else."""
    index += 1
    while tokens[index].kind == "name" and tokens[index].text not in RESERVED and tokens[index].text != "?":
        index += 1
    if tokens[index].kind == "number" and tokens[index].text.isdigit():
        return joined_end(tokens, index)
    return index
