"""Camunda 7's expressions: a bare name means in FEEL what it means in JUEL, anything else has to be written anew."""

import re

_JUEL = re.compile(r"\s*[$#]\{(?P<inner>.*)\}\s*", re.DOTALL)
_NAME = re.compile(r"\s*[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\s*")


def is_juel(text: str) -> bool:
    """Tell whether a text holds an expression of Camunda 7."""
    return not text.lstrip().startswith("=") and ("${" in text or "#{" in text)


def as_feel(text: str) -> str | None:
    """Give the FEEL for a text of a Camunda 7 attribute; None where somebody has to write it anew.

    ``${name}`` and ``${order.amount}`` become ``=name`` and ``=order.amount``; a text without an expression stays.
    """
    if not is_juel(text):
        return text
    found = _JUEL.fullmatch(text)
    inner = found["inner"] if found is not None else ""
    return f"={inner.strip()}" if _NAME.fullmatch(inner) else None
