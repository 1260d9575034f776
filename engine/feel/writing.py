"""Write a value as text, as the function ``string`` does (DMN 1.5 section 10.3.4.1)."""

from decimal import Decimal

from engine.feel import numbers, temporal_text
from engine.feel.adoption import adopt
from engine.feel.naming import _PLAIN
from engine.feel.state import State
from engine.feel.values import Range


def write(value: object, state: State, *, nested: bool = False) -> str:
    """Write any value; strings inside lists and contexts are quoted."""
    state.spend(1)
    if isinstance(value, str):
        text = quote(value) if nested else value
    elif isinstance(value, bool) or value is None:
        text = "null" if value is None else str(value).lower()
    elif isinstance(value, Decimal):
        text = numbers.to_text(value)
    elif isinstance(value, list):
        text = "[" + ", ".join(write(item, state, nested=True) for item in value) + "]"
    elif isinstance(value, dict):
        entries = (f"{_key(key)}: {write(item, state, nested=True)}" for key, item in value.items())
        text = "{" + ", ".join(entries) + "}"
    elif isinstance(value, Range):
        text = _range(value, state)
    else:
        text = _temporal(value, nested=nested)
    state.spend_text(len(text))
    return text


def format_value(value: object) -> str:
    """Write any FEEL or Python value as FEEL's ``string`` does; raise FeelLimitError when it is too large."""
    state = State(None)
    return write(adopt(value, state), state)


def quote(text: str) -> str:
    """Write a string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def _key(key: str) -> str:
    return key if _PLAIN.fullmatch(key) else quote(key)


def _range(value: Range, state: State) -> str:
    start, end = write(value.start, state, nested=True), write(value.end, state, nested=True)
    if value.test:
        return f"({value.test} {start if value.end is None else end})"
    return f"{'[' if value.start_included else '('}{start}..{end}{']' if value.end_included else ')'}"


def _temporal(value: object, *, nested: bool) -> str:
    text = temporal_text.to_text(value)
    if text is None:
        return "function"
    return f'@"{text}"' if nested else text
