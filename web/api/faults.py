"""What is wrong with a body or parameter, field by field, in the caller's language."""

from collections.abc import Iterable, Mapping, Sequence

from pydantic_core import ErrorDetails

from engine.errors import InvalidError, mark
from web.api.exact_json import UnreadableError

_SENTENCES: Mapping[str, str] = {
    "bool_type": mark("应为 true 或 false。"),
    "dict_type": mark("应为对象，即 {{ }} 里的名称和值。"),
    "extra_forbidden": mark("不支持这个字段。"),
    "greater_than_equal": mark("不能小于 {ge}。"),
    "int_type": mark("应为整数。"),
    "less_than_equal": mark("不能大于 {le}。"),
    "list_type": mark("应为列表，即 [ ] 里的值。"),
    "literal_error": mark("只能是这些值：{expected}。"),
    "missing": mark("缺少这个字段。"),
    "none_required": mark("应为 null。"),
    "string_pattern_mismatch": mark("应符合格式 {pattern}。"),
    "string_too_long": mark("至多 {max_length} 个字。"),
    "string_too_short": mark("至少 {min_length} 个字。"),
    "string_type": mark("应为文本，写在英文双引号里。"),
    "too_long": mark("至多 {max_length} 项。"),
    "too_short": mark("至少 {min_length} 项。"),
    # Our own say more; this is what is said of an UploadFile.
    "value_error": mark("应为文件，用 multipart/form-data 发送。"),
}
"""By the kind that pydantic gives a fault; its facts have the names that it gives them."""
UNKNOWN = mark("值不对（{reason}）。")
"""Of any other kind, in the words of pydantic."""
_SAME = {"datetime_type": "string_type", "model_type": "dict_type", "model_attributes_type": "dict_type"}


class MalformedError(InvalidError):
    """A body or parameter does not have the shape it should; ``faults`` has a sentence for each field."""

    def __init__(self, details: Sequence[ErrorDetails]) -> None:
        self.faults = [(_place(detail["loc"]), _sentence(detail)) for detail in details]
        where, first = self.faults[0]
        super().__init__(
            mark("请求有 {count} 处不对，第一处是 {where}：{reason}"), count=len(details), reason=first, where=where
        )
        # The base class keeps it for the page that marks the field; here the sentence names it too.
        self.facts["where"] = where


def _sentence(fault: ErrorDetails) -> InvalidError:
    context = fault.get("ctx", {})
    told = context.get("error")
    if isinstance(told, UnreadableError):
        return told.sentence
    kind = _SAME.get(fault["type"], fault["type"])
    if kind == "literal_error":
        context = {"expected": str(context["expected"]).replace(" or ", ", ")}
    if kind in _SENTENCES:
        return InvalidError(_SENTENCES[kind], where=None, **{name: str(fact) for name, fact in context.items()})
    return InvalidError(UNKNOWN, reason=fault["msg"])


def _place(path: Iterable[int | str]) -> str:
    """Name the field that a fault is in, such as ``filter.assignee.$eq``. Tags of alternatives begin with ``=``."""
    return ".".join(str(part) for part in path if not str(part).startswith("=")) or "body"
