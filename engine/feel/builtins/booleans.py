"""Booleans, and values that may be missing."""

from engine.feel import messages
from engine.feel.access import identical
from engine.feel.calls import name_of
from engine.feel.errors import FeelError
from engine.feel.functions import builtin
from engine.feel.state import State


@builtin("not", "negand: any", summary="真变假、假变真;其他值得空值")
def not_(_: State, negand: object) -> bool | None:
    """Give the opposite."""
    return not negand if isinstance(negand, bool) else None


@builtin("is", "value1?: any, value2?: any", summary="两个值是否完全相同(时间还要求时区写法相同)")
def is_(state: State, value1: object = None, value2: object = None) -> bool:
    """Tell whether two values are the same element of the value domain (section 10.3.4.9)."""
    return identical(value1, value2, state)


def _booleans(items: list[object], *, decides: bool) -> bool | None:
    if decides in [item for item in items if isinstance(item, bool)]:
        return decides
    return None if any(not isinstance(item, bool) for item in items) else not decides


@builtin("all", "list: list", "list...: any", summary="是否全部为真;空列表为真")
def all_(state: State, items: list[object]) -> bool | None:
    """Tell whether all are true; null where that is uncertain."""
    state.spend(len(items))
    return _booleans(items, decides=False)


@builtin("any", "list: list", "list...: any", summary="是否至少一个为真;空列表为假")
def any_(state: State, items: list[object]) -> bool | None:
    """Tell whether one is true; null where that is uncertain."""
    state.spend(len(items))
    return _booleans(items, decides=True)


@builtin("is defined", "value: any", summary="值是否存在(不是空值)", standard=False)
def is_defined(_: State, value: object) -> bool:
    """Tell whether a value is not null."""
    return value is not None


@builtin("get or else", "value: any, default: any", summary="值;空值时取默认值", standard=False)
def get_or_else(_: State, value: object, default: object) -> object:
    """Give the value, or the default where it is null."""
    return default if value is None else value


@builtin(
    "assert",
    "value: any, condition: any, cause?: string|null",
    summary="条件为真时给出值,否则整个表达式报错",
    standard=False,
)
def assert_(_: State, value: object, condition: object, cause: str | None = None) -> object:
    """Give the value if the condition is true; else raise FeelError with the cause."""
    if condition is True:
        return value
    raise FeelError(messages.ASSERTION, reason=cause or name_of(condition))


@builtin(
    "fromAi",
    "value: any, description?: any, type?: any, schema?: any, options?: any",
    summary="原样给出值;说明只供智能代理读取",
    standard=False,
)
def from_ai(_: State, value: object, *_descriptions: object) -> object:
    """Give the value; the descriptions are for Camunda's agents."""
    return value
