"""Booleans, and values that may be missing."""

from engine.feel.functions import builtin
from engine.feel.state import State


@builtin("not", "negand: any")
def not_(_: State, negand: object) -> bool | None:
    """The opposite; null for what is no boolean."""
    return not negand if isinstance(negand, bool) else None


@builtin("is defined", "value: any")
def is_defined(_: State, value: object) -> bool:
    """Whether a value is not null."""
    return value is not None


@builtin("get or else", "value: any, default: any")
def get_or_else(_: State, value: object, default: object) -> object:
    """The value, or the default where it is null."""
    return default if value is None else value
