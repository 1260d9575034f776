"""Variables that an administrator types as JSON, one field for each, and what is wrong beside its field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.errors import FieldProblem, mark
from web.api.exact_json import read_text

PREFIX = "value:"
"""Begins the name of the field of an existing variable."""
NEW_NAME, NEW_VALUE = "new_name", "new_value"
NOT_JSON = FieldProblem(
    mark('这不是合法的 JSON：文字加英文双引号，如 "华东"；数字直接写；是写 true，否写 false，没有写 null。')
)
NO_NAME = FieldProblem(mark("请填写变量名：字母、汉字、数字和下划线，不以数字开头。"))


@dataclass(frozen=True, kw_only=True)
class TypedVariables:
    """What was typed."""

    values: dict[str, object]
    """Only what differs from what is there."""
    problems: dict[str, FieldProblem]
    """By the name of the field."""


def typed_variables(form: Mapping[str, str], present: Iterable[tuple[str, str]] = ()) -> TypedVariables:
    """Read the fields of variables; ``present`` are names and JSON texts as the page showed them."""
    values: dict[str, object] = {}
    problems: dict[str, FieldProblem] = {}
    for name, shown in present:
        text = form.get(PREFIX + name)
        if text is not None and text.strip() != shown:
            _read(text, name, PREFIX + name, values, problems)
    name, text = form.get(NEW_NAME, "").strip(), form.get(NEW_VALUE, "").strip()
    if name and not name.isidentifier():
        problems[NEW_NAME] = NO_NAME
    elif name:
        _read(text, name, NEW_VALUE, values, problems)
    elif text:
        problems[NEW_NAME] = NO_NAME
    return TypedVariables(values=values, problems=problems)


def _read(text: str, name: str, field: str, values: dict[str, object], problems: dict[str, FieldProblem]) -> None:
    try:
        values[name] = read_text(text)
    except ValueError:
        problems[field] = NOT_JSON
