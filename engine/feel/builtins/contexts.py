"""Contexts."""

from engine.feel.functions import builtin
from engine.feel.state import State


@builtin("get value", "context: context, key: string")
def get_value(_: State, context: dict[str, object], key: str) -> object:
    """The value of a key; null without it."""
    return context.get(key)


@builtin("get entries", "m: context", "context: context")
def get_entries(state: State, context: dict[str, object]) -> list[object]:
    """A list of contexts with ``key`` and ``value``."""
    state.spend(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]
