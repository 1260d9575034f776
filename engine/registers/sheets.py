"""A sheet for a register, row by row: what each row says, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any

from engine import clock, forms
from engine.errors import FieldProblem, FormInvalidError, mark
from engine.forms import Component, Finder, Form, Veil
from engine.registers.cells import Cell, Unreadable, plain, value_of

NUMBER, STATUS, VERSION = ("编号", "Number", "number"), ("状态", "Status", "status"), ("版本", "Version", "version")
IGNORED = ("更新时间", "Updated", "updated", "事项编号", "Case number", "case")
"""Headings of columns that an export adds: what the program itself keeps."""
FORMULA = "\x00formula"
"""What stands for a cell with a formula: its result is nowhere in the file that we would trust."""

IS_FORMULA = FieldProblem(mark("这里是公式。请复制后用“选择性粘贴”换成它的值。"))
NO_COLUMN = FieldProblem(mark("台账没有这个字段。请用下载的模板，或删去这一列。"))
COLUMN_TWICE = FieldProblem(mark("这一列出现了两次。"))
NO_STATUS = FieldProblem(mark("请填状态。"))
GONE_ON = mark("这条记录现在是第 {version} 版，表里是第 {expected} 版。请重新导出再改。")
UNKNOWN_NUMBER = mark("台账里没有编号 {number}。新记录请把编号留空，由系统编号。")
WRONG_STATUS = mark("没有状态 {status}，可用的有：{statuses}。")
NUMBER_TWICE = mark("编号 {number} 在第 {row} 行已经有了。")
HELD = mark("正由在办事项 #{case} 办理，请等它结束。")


@dataclass(frozen=True, kw_only=True)
class Heads:
    """Which column of a sheet is what, by position from 0."""

    number: int | None = None
    status: int | None = None
    version: int | None = None
    fields: Mapping[int, Component] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CellProblem:
    """Something wrong with one cell."""

    cell: str
    """Its address, such as ``C5``."""
    label: str
    """The heading of its column."""
    problem: FieldProblem


@dataclass(frozen=True, kw_only=True)
class Existing:
    """An entry that a row is about."""

    id: int
    version: int
    status: str
    fields: Mapping[str, Any]
    held_by: int | None
    said: Mapping[str, str]
    """What an export says in each column, by key: a cell that says the same leaves the field as it is."""


@dataclass(frozen=True, kw_only=True)
class ReadRow:
    """A row that is right."""

    row: int
    entry_id: int | None
    version: int | None
    status: str
    fields: dict[str, Any]
    changes: bool
    """False where the entry stays as it is."""


def address(column: int, row: int) -> str:
    """Write the address of a cell as sheets do; ``column`` counts from 0, ``row`` from 1."""
    name, rest = "", column + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        name = ascii_uppercase[last] + name
    return f"{name}{row}"


def importable(form: Form) -> list[Component]:
    """Give the fields that have a column: those outside of lists."""
    found: list[Component] = []
    waiting = list(form.components)
    while waiting:
        one = waiting.pop(0)
        if one.kind.keyed:
            found.append(one)
        elif one.kind.container and not one.kind.repeats:
            waiting = [*one.components, *waiting]
    return found


def read_heads(form: Form, cells: Sequence[Cell]) -> tuple[Heads, list[CellProblem]]:
    """Recognise the columns by their headings: a label, a key, or what an export writes."""
    by_name = {name: one for one in reversed(importable(form)) for name in (one.label or one.key, one.key)}
    own: dict[str, int] = {}
    fields: dict[int, Component] = {}
    problems: list[CellProblem] = []
    for column, cell in enumerate(cells):
        name = plain(cell).strip()
        kind = next((what for what, names in _OWN.items() if name in names), None)
        known = by_name.get(name)
        if not name or name in IGNORED:
            continue
        if (kind in own) if kind else (known in fields.values() if known else False):
            problems.append(CellProblem(cell=address(column, 1), label=name, problem=COLUMN_TWICE))
        elif kind:
            own[kind] = column
        elif known:
            fields[column] = known
        else:
            problems.append(CellProblem(cell=address(column, 1), label=name, problem=NO_COLUMN))
    heads = Heads(number=own.get("number"), status=own.get("status"), version=own.get("version"), fields=fields)
    return heads, problems


_OWN = {"number": NUMBER, "status": STATUS, "version": VERSION}


@dataclass(frozen=True, kw_only=True)
class RowReader:
    """Reads the rows of one sheet by the rules of a register's own form."""

    form: Form
    statuses: Sequence[str]
    heads: Heads
    veil: Veil
    finder: Finder | None = None

    def number(self, cells: Sequence[Cell]) -> str:
        """Give the number of the entry that a row is about; empty for a new one."""
        return plain(self._at(cells, self.heads.number)).strip()

    def read(self, row: int, cells: Sequence[Cell], existing: Existing | None) -> ReadRow | list[CellProblem]:
        """Read a row, or say everything that is wrong with it."""
        status = plain(self._at(cells, self.heads.status)).strip() or (existing.status if existing else "")
        values, problems = self._values(row, cells, existing)
        stored = dict(existing.fields) if existing else {}
        if existing is not None and not problems and status == existing.status and values == stored:
            # Nothing was touched: however the form has changed since, the entry stays as it is.
            return self._right(row, existing, status, stored, changes=False)
        problems += [
            *self._formulas(row, cells),
            *self._entry(row, cells, existing),
            *self._status(row, status),
        ]
        accepted: dict[str, object] = {}
        if not problems:
            try:
                accepted = forms.check(self.form, values, stored, clock=clock.now, finder=self.finder)
            except FormInvalidError as error:
                problems = [self._at_field(row, name, one) for name, one in error.problems.items()]
        if problems:
            return problems
        fields = {**stored, **accepted}
        changes = existing is None or status != existing.status or _said(fields) != _said(stored)
        return self._right(row, existing, status, fields, changes=changes)

    @staticmethod
    def _right(row: int, existing: Existing | None, status: str, fields: dict[str, Any], *, changes: bool) -> ReadRow:
        return ReadRow(
            row=row,
            entry_id=existing.id if existing else None,
            version=existing.version if existing else None,
            status=status,
            fields=fields,
            changes=changes,
        )

    def _values(
        self, row: int, cells: Sequence[Cell], existing: Existing | None
    ) -> tuple[dict[str, object], list[CellProblem]]:
        values: dict[str, object] = dict(existing.fields) if existing else {}
        problems: list[CellProblem] = []
        for column, component in self.heads.fields.items():
            cell = self._at(cells, column)
            if existing is not None and plain(cell).strip() == existing.said.get(component.key, "").strip():
                continue
            if existing is None and value_is_empty(cell):
                continue
            try:
                values[component.key] = value_of(component, cell)
            except Unreadable as found:
                problems.append(self._problem(row, column, found.problem))
        return values, problems

    def _formulas(self, row: int, cells: Sequence[Cell]) -> list[CellProblem]:
        return [self._problem(row, column, IS_FORMULA) for column, cell in enumerate(cells) if cell == FORMULA]

    def _entry(self, row: int, cells: Sequence[Cell], existing: Existing | None) -> list[CellProblem]:
        number, at = self.number(cells), self.heads.number or 0
        if number and existing is None:
            return [self._problem(row, at, FieldProblem(UNKNOWN_NUMBER, {"number": number}))]
        if existing is None:
            return []
        if existing.held_by is not None:
            return [self._problem(row, at, FieldProblem(HELD, {"case": existing.held_by}))]
        expected = plain(self._at(cells, self.heads.version)).strip()
        if expected and expected != str(existing.version):
            facts = {"version": existing.version, "expected": expected}
            return [self._problem(row, self.heads.version or 0, FieldProblem(GONE_ON, facts))]
        return []

    def _status(self, row: int, status: str) -> list[CellProblem]:
        at = self.heads.status or 0
        if not status:
            return [self._problem(row, at, NO_STATUS)]
        if status not in self.statuses:
            facts: dict[str, object] = {"status": status, "statuses": "、".join(self.statuses)}
            return [self._problem(row, at, FieldProblem(WRONG_STATUS, facts))]
        return []

    def _at_field(self, row: int, name: str, problem: FieldProblem) -> CellProblem:
        for column, component in self.heads.fields.items():
            if component.key == name:
                return self._problem(row, column, problem)
        return CellProblem(cell=str(row), label=self.form.labels.get(name, name), problem=problem)

    def _problem(self, row: int, column: int, problem: FieldProblem) -> CellProblem:
        return CellProblem(cell=address(column, row), label=self._label(column), problem=problem)

    def _label(self, column: int) -> str:
        own = {self.heads.number: NUMBER[0], self.heads.status: STATUS[0], self.heads.version: VERSION[0]}
        component = self.heads.fields.get(column)
        return (component.label or component.key) if component else own.get(column, "")

    @staticmethod
    def _at(cells: Sequence[Cell], column: int | None) -> Cell:
        return cells[column] if column is not None and column < len(cells) else None


def value_is_empty(cell: Cell) -> bool:
    """Tell whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields that say something: an empty text is as good as none."""
    return {name: one for name, one in fields.items() if one not in (None, "", [], {}, False)}
