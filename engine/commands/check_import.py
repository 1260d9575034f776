"""Check rows of a sheet by the rules of the register's own form, and keep the right ones for the confirmation."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine.errors import FieldProblem
from engine.execution.importing import Row, Sheet, note_problems, register_form, running_import
from engine.execution.picking import RegisterFinder
from engine.forms import Veil
from engine.model import Register, RegisterEntry, RegisterImport, RegisterImportRow
from engine.registers.cells import Cell
from engine.registers.saying import said
from engine.registers.sheets import (
    FORMULA,
    NUMBER,
    NUMBER_TWICE,
    CellProblem,
    Existing,
    ReadRow,
    RowReader,
    address,
)

__all__ = ["FORMULA", "Cell", "CellProblem", "Row", "Sheet", "check_import"]


def check_import(session: Session, import_id: int, sheet: Sheet, rows: Sequence[Row], actor: str) -> int:
    """Check some more rows of a sheet and give how many are checked in all.

    Raises NotFoundError, ForbiddenError, and ConflictError where somebody has stopped the import meanwhile.
    """
    found, register = running_import(session, import_id, actor, "CHECKING")
    form = register_form(session, register)
    veil = Veil(places=frozenset(map(tuple, register.personal)))
    finder = RegisterFinder(session)
    reader = RowReader(form=form, statuses=register.statuses, heads=sheet.heads, veil=veil, finder=finder)
    known = _existing(session, register, [reader.number(cells) for _, cells in rows])
    right: list[ReadRow] = []
    for row, cells in rows:
        number = reader.number(cells)
        entry = known.get(number)
        existing = _as_said(entry, said(form, veil, entry.fields)) if entry is not None else None
        read = _twice(sheet, number, row) or reader.read(row, cells, existing)
        if isinstance(read, ReadRow):
            right.append(read)
        else:
            note_problems(found, read)
    _keep(session, found, right)
    found.checked_count += len(rows)
    session.flush()
    return found.checked_count


def _existing(session: Session, register: Register, numbers: Sequence[str]) -> dict[str, RegisterEntry]:
    wanted = [number for number in numbers if number]
    if not wanted:
        return {}
    statement = select(RegisterEntry).where(RegisterEntry.register == register.name, RegisterEntry.number.in_(wanted))
    return {row.number: row for row in session.scalars(statement)}


def _as_said(entry: RegisterEntry, texts: Mapping[str, str]) -> Existing:
    return Existing(
        id=entry.id,
        version=entry.version,
        status=entry.status,
        fields=entry.fields,
        held_by=entry.held_by,
        said=texts,
    )


def _twice(sheet: Sheet, number: str, row: int) -> list[CellProblem]:
    before = sheet.seen.setdefault(number, row) if number else row
    if before == row:
        return []
    problem = FieldProblem(NUMBER_TWICE, {"number": number, "row": before})
    return [CellProblem(cell=address(sheet.heads.number or 0, row), label=NUMBER[0], problem=problem)]


def _keep(session: Session, found: RegisterImport, rows: Sequence[ReadRow]) -> None:
    changing = [one for one in rows if one.changes]
    found.new_count += sum(1 for one in changing if one.entry_id is None)
    found.changed_count += sum(1 for one in changing if one.entry_id is not None)
    found.unchanged_count += len(rows) - len(changing)
    stored: list[dict[str, Any]] = [
        {
            "import_id": found.id,
            "row": one.row,
            "entry_id": one.entry_id,
            "version": one.version,
            "status": one.status,
            "fields": one.fields,
        }
        for one in changing
    ]
    if stored:
        session.execute(insert(RegisterImportRow), stored)
