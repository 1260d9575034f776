"""Strings and regular expressions."""

from engine.feel import messages, regex
from engine.feel.functions import RejectedError, builtin
from engine.feel.state import State

PATTERN = "input: string, pattern: string"


@builtin("matches", f"{PATTERN}, flags?: string|null", summary="文字中是否有一处符合正则表达式")
def matches(state: State, text: str, pattern: str, flags: str | None = None) -> bool:
    """Tell whether a pattern is found in a string."""
    return regex.compiled(pattern, flags or "").found(text, state)


@builtin("replace", f"{PATTERN}, replacement: string, flags?: string|null", summary="替换所有符合正则表达式的文字")
def replace(state: State, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    """Replace all matches; ``$1`` stands for a group."""
    found = regex.compiled(pattern, flags or "")
    demand_content(found, state)
    parts = [replacement] if "q" in (flags or "") else regex.replacement_parts(replacement, found.groups)
    pieces, end = [], 0
    for match in found.matches(text, state):
        filled = "".join((match.group(part) or "") if isinstance(part, int) else part for part in parts)
        pieces += [text[end : match.start()], filled]
        end = match.end()
        state.spend_text(len(filled))
    state.spend_text(len(text))
    return "".join(pieces) + text[end:]


@builtin("split", "string: string, delimiter: string", summary="按正则表达式切开文字")
def split(state: State, text: str, delimiter: str) -> list[str]:
    """Cut a string at each match."""
    pieces, end = [], 0
    found = regex.compiled(delimiter, "")
    demand_content(found, state)
    state.spend_text(len(text))
    for match in found.matches(text, state):
        pieces.append(text[end : match.start()])
        end = match.end()
    return [*pieces, text[end:]]


@builtin("extract", "string: string, pattern: string", summary="所有符合正则表达式的文字", standard=False)
def extract(state: State, text: str, pattern: str) -> list[str]:
    """Give all matches."""
    state.spend_text(len(text))
    return [match.group() for match in regex.compiled(pattern, "").matches(text, state)]


def demand_content(pattern: regex.Pattern, state: State) -> None:
    """Refuse a pattern that matches the empty string: it would match between any two characters."""
    if pattern.found("", state):
        raise RejectedError(messages.EMPTY_MATCH)
