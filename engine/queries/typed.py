"""Finding what somebody typed into the search of a list of cases or tasks."""

from typing import Any

from sqlalchemy import func, or_

from engine.execution.search_text import like_pattern
from engine.model import ProcessInstance


def holds_typed(typed: str, *texts: Any) -> Any:  # noqa: ANN401 - columns and a condition, see searching
    """Give the condition that one of the texts holds what was typed, or that it is the number of the case."""
    pattern, number = like_pattern(typed), typed.strip().lstrip("#")
    found: list[Any] = [func.lower(text).like(pattern, escape="\\") for text in texts]
    # A number longer than a key can be is part of a text at most; the database would refuse it.
    if number.isdecimal() and len(number) < 10:
        found.append(ProcessInstance.id == int(number))
    return or_(*found)
