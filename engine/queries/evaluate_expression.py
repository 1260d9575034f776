"""Try an expression: bounded, with nothing of the company around it."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine import clock, feel
from engine.errors import InvalidError, mark

LONGEST = 10_000
"""Characters of an expression."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What an expression gave."""

    value: object
    """As ``feel.to_json`` gives it; null for what JSON has no form for, such as a function."""
    warnings: tuple[str, ...]
    """Why parts became null."""


def evaluate_expression(expression: str, variables: Mapping[str, object]) -> Tried:
    """Evaluate FEEL with variables. Raises InvalidError for a wrong expression or one that is too much work."""
    try:
        value, warnings = feel.compile(feel.strip_equals(expression), variables).evaluate_with_warnings(
            variables, clock.now
        )
    except feel.FeelError as error:
        raise InvalidError(
            mark("表达式“{expression}”出错：{detail}"), expression=expression[:200], detail=str(error)
        ) from error
    try:
        return Tried(value=feel.to_json(value), warnings=tuple(str(one) for one in warnings))
    except feel.FeelError as error:
        return Tried(value=None, warnings=(*(str(one) for one in warnings), str(error)))
