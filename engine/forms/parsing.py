"""From what was entered to a typed value, one function for each component type.

Each gives the value and, if what was entered can't be read, what is wrong with it. A browser sends texts, the
REST interface sends JSON; both are read here.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from engine.errors import FieldProblem, mark
from engine.forms import formats, moments
from engine.forms.options import Option, find, same
from engine.forms.schema import Component

Parsed = tuple[object, FieldProblem | None]

MAX_DIGITS = 34
"""Digits of a FEEL number (DMN 1.5, 10.3.2.3.1)."""
MAX_LIST = 500

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

NOT_TEXT = FieldProblem(mark("这里只能填文字。"))
NOT_NUMBER = FieldProblem(mark("请填数字，例如 1200 或 1200.50。"))
TOO_PRECISE = FieldProblem(mark("数字不能超过 {limit} 位。"), {"limit": MAX_DIGITS})
NOT_STORABLE = FieldProblem(mark("文字里有不能保存的控制字符，请删除后重新输入。"))
NOT_OFFERED = FieldProblem(mark("请从列出的选项中选择。"))
NOT_TICK = FieldProblem(mark("请勾选或取消勾选。"))
TOO_MANY = FieldProblem(mark("最多 {limit} 项。"), {"limit": MAX_LIST})
NOT_FILE = FieldProblem(mark("附件无法识别，请重新上传。"))


def parse(component: Component, raw: object, offered: tuple[Option, ...] = ()) -> Parsed:
    """Read what was entered for one component; None gives the type's empty value."""
    return _PARSERS[component.type](component, raw, offered)


def _text(component: Component, raw: object, _: tuple[Option, ...]) -> Parsed:
    if raw is None:
        return "", None
    if isinstance(raw, bool):
        return "true" if raw else "false", None
    if isinstance(raw, int | float | Decimal):
        written = _digits(raw)
        return (written, None) if written else ("", NOT_TEXT)
    if not isinstance(raw, str):
        return "", NOT_TEXT
    # Browsers send line breaks as CR LF; lengths are counted, and values compared, with LF.
    written = raw.replace("\r\n", "\n").replace("\r", "\n")
    if component.type == "textfield":
        written = written.replace("\n", " ").replace("\t", " ")
    written = formats.clean(component, written)
    return written, NOT_STORABLE if _CONTROL.search(written) else None


def _number(component: Component, raw: object, _: tuple[Option, ...]) -> Parsed:
    if raw is None or raw == "":
        return None, None
    written = unicodedata.normalize("NFKC", formats.clean(component, raw)).strip() if isinstance(raw, str) else raw
    if written == "":
        return None, None
    value = _decimal(written)
    if value is None:
        return None, NOT_NUMBER
    if len(value.as_tuple().digits) > MAX_DIGITS or abs(value.adjusted()) > MAX_DIGITS:
        return None, TOO_PRECISE
    if component.get("serializeToString") is True:
        return format(value, "f"), None
    return value, None


def _decimal(written: object) -> Decimal | None:
    if isinstance(written, bool) or not isinstance(written, str | int | float | Decimal):
        return None
    text = written if isinstance(written, str) else _digits(written)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _digits(number: float | Decimal) -> str:
    """Write a number; nothing if it is an integer of more digits than Python writes (4,300)."""
    try:
        return str(number)
    except ValueError:
        return ""


def _tick(_: Component, raw: object, __: tuple[Option, ...]) -> Parsed:
    if raw is True or raw in ("true", "on"):
        return True, None
    if raw is None or raw is False or raw in ("false", "off", ""):
        return False, None
    return False, NOT_TICK


def _one(_: Component, raw: object, offered: tuple[Option, ...]) -> Parsed:
    if raw is None or raw == "":
        return None, None
    chosen = find(offered, raw)
    return (chosen.value, chosen.refusal) if chosen else (None, NOT_OFFERED)


def _several(_: Component, raw: object, offered: tuple[Option, ...]) -> Parsed:
    if raw is None or raw == "":
        return [], None
    if not isinstance(raw, list | tuple):
        return [], NOT_OFFERED
    if len(raw) > MAX_LIST:
        return [], TOO_MANY
    values: list[object] = []
    problem: FieldProblem | None = None
    for one in raw:
        chosen = find(offered, one)
        problem = problem or (chosen.refusal if chosen else NOT_OFFERED)
        if chosen and not any(same(chosen.value, value) for value in values):
            values.append(chosen.value)
    return values, problem


def _files(_: Component, raw: object, __: tuple[Option, ...]) -> Parsed:
    if raw is None or raw == "":
        return [], None
    listed = list(raw) if isinstance(raw, list | tuple) else [raw]
    if len(listed) > MAX_LIST:
        return [], TOO_MANY
    known = [one for one in listed if is_document(one)]
    return known, None if len(known) == len(listed) else NOT_FILE


def is_document(value: object) -> bool:
    """Say whether a value has the shape of a Camunda document reference with a file name."""
    if not isinstance(value, Mapping) or not isinstance(value.get("documentId"), str):
        return False
    metadata = value.get("metadata")
    return isinstance(metadata, Mapping) and isinstance(metadata.get("fileName"), str)


def _moment(component: Component, raw: object, _: tuple[Option, ...]) -> Parsed:
    if raw is None or raw == "":
        return None, None
    return moments.parse(component, raw)


_PARSERS: dict[str, Callable[[Component, object, tuple[Option, ...]], Parsed]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "datetime": _moment,
    "checkbox": _tick,
    "radio": _one,
    "select": _one,
    "checklist": _several,
    "taglist": _several,
    "filepicker": _files,
    "expression": lambda _, raw, __: (raw, None),
}
