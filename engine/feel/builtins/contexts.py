"""Contexts."""

from engine.feel import messages
from engine.feel.functions import RejectedError, builtin
from engine.feel.state import State

Context = dict[str, object]


@builtin("get value", "m: context, key: string", "context: context, key: string", summary="某个键的值;没有得空值")
def get_value(_: State, context: Context, key: str) -> object:
    """Give the value of a key."""
    return context.get(key)


@builtin("get value", "context: context, keys: list")
def get_value_at(_: State, context: Context, keys: list[object]) -> object:
    """Give the value at the end of a path of keys."""
    value: object = context
    for key in keys:
        if not isinstance(value, dict) or not isinstance(key, str):
            return None
        value = value.get(key)
    return value if keys else None


@builtin("get entries", "m: context", "context: context", summary="由 key 和 value 组成的列表")
def get_entries(state: State, context: Context) -> list[object]:
    """Give a list of contexts with ``key`` and ``value``."""
    state.spend(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context", "entries: list", summary="由 key 和 value 的列表得到上下文")
def context_(state: State, entries: list[object]) -> Context:
    """Make a context of entries as ``get entries`` gives them."""
    state.spend(len(entries))
    made: Context = {}
    for entry in entries:
        if not isinstance(entry, dict) or not {"key", "value"} <= entry.keys():
            raise RejectedError(messages.NO_ENTRY)
        key = entry["key"]
        if not isinstance(key, str) or key in made:
            raise RejectedError(messages.NO_ENTRY)
        made[key] = entry["value"]
    return made


@builtin("context put", "context: context, key: string, value: any", summary="加上或替换一个键;keys 是一条路径")
def context_put(state: State, context: Context, key: str, value: object) -> Context:
    """Set one entry."""
    state.spend(len(context))
    return {**context, key: value}


@builtin("context put", "context: context, keys: list, value: any")
def context_put_at(state: State, context: Context, keys: list[object], value: object) -> Context:
    """Set an entry at the end of a path of keys."""
    if not keys or not isinstance(keys[0], str):
        raise RejectedError(messages.NO_KEYS)
    state.spend(len(context) + len(keys))
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0])
    if not isinstance(inner, dict):
        raise RejectedError(messages.NO_KEYS)
    return {**context, keys[0]: context_put_at(state, inner, keys[1:], value)}


@builtin("context merge", "contexts: list", "contexts...: any", summary="合并几个上下文,后面的优先")
def context_merge(state: State, contexts: list[object]) -> Context:
    """Put contexts together, later ones first."""
    merged: Context = {}
    for part in contexts:
        if not isinstance(part, dict):
            raise RejectedError(messages.ONLY_CONTEXTS)
        state.spend(len(part) + 1)
        merged.update(part)
    return merged
