"""From the cells of a sheet to the values of a register's form."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.clock import SHANGHAI
from engine.errors import FieldProblem, mark
from engine.forms import Component

Cell = str | Decimal | bool | dt.date | dt.time | None
"""What stands in a cell; a date may have a time."""

YES = frozenset({"是", "yes", "true", "1", "√", "y"})
NO = frozenset({"否", "no", "false", "0", "×", "n"})
NOT_HERE = FieldProblem(mark("这一列不能从表格导入。请保持导出时的样子，新记录请留空。"))
NOT_YES_OR_NO = FieldProblem(mark("请填“是”或“否”。"))

_DAY = re.compile(r"(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*日?")


@dataclass(frozen=True)
class Unreadable(Exception):  # noqa: N818 - it is no error of the program, but what a cell says
    """A cell can't be read as the kind of its column."""

    problem: FieldProblem


def value_of(component: Component, cell: Cell) -> object:
    """Give what a cell says, as ``engine.forms.check`` takes it. Raises Unreadable."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    read = _READERS.get(component.type)
    return read(component, cell) if read else plain(cell)


def plain(cell: Cell) -> str:
    """Write a cell as text."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case Decimal():
            return format(cell, "f")
        case dt.datetime():
            return cell.isoformat(sep=" ", timespec="minutes")
        case dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return cell


def _number(component: Component, cell: Cell) -> object:
    text = plain(cell).strip()
    for side in ("prefix", "suffix"):
        adorner = component.get(f"appearance.{side}Adorner")
        if isinstance(adorner, str) and adorner and not isinstance(cell, Decimal):
            text = (text.removeprefix(adorner) if side == "prefix" else text.removesuffix(adorner)).strip()
    return text


def _tick(_: Component, cell: Cell) -> object:
    text = plain(cell).strip().lower()
    if text in YES or text in NO:
        return text in YES
    raise Unreadable(NOT_YES_OR_NO)


def _moment(component: Component, cell: Cell) -> object:
    kind = component.get("subtype") or "date"
    if isinstance(cell, dt.datetime):
        if kind == "date":
            return cell.date().isoformat()
        return cell.replace(tzinfo=cell.tzinfo or SHANGHAI).isoformat(timespec="minutes")
    text = plain(cell).strip()
    found = _DAY.match(text)
    if found is None:
        return text
    day = f"{int(found[1]):04d}-{int(found[2]):02d}-{int(found[3]):02d}"
    rest = text[found.end() :].strip()
    return day if kind == "date" and not rest else f"{day}T{rest}" if rest else day


def _one(component: Component, cell: Cell) -> object:
    return _choice(component, plain(cell).strip())


def _several(component: Component, cell: Cell) -> object:
    parts = (one.strip() for one in re.split(r"[、,，;；\n]", plain(cell)))
    return [_choice(component, one) for one in parts if one]


def _choice(component: Component, text: str) -> object:
    """Give the value of an option that is written by its label; of something picked, its number or name."""
    listed = component.get("values")
    for one in listed if isinstance(listed, list | tuple) else ():
        if isinstance(one, Mapping) and text == str(one.get("label")):
            return one.get("value")
    found = re.fullmatch(r".*（([^（）]+)）", text)
    return found[1] if found and component.get("properties.picker") else text


def _nothing(_: Component, __: Cell) -> object:
    raise Unreadable(NOT_HERE)


_READERS: dict[str, Callable[[Component, Cell], object]] = {
    "number": _number,
    "checkbox": _tick,
    "datetime": _moment,
    "radio": _one,
    "select": _one,
    "checklist": _several,
    "taglist": _several,
    "filepicker": _nothing,
    "expression": _nothing,
}
