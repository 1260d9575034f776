"""Imports into a register: what was handed in, what is wrong with it, what it would change, and by whom."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import FieldProblem, ForbiddenError, NotFoundError, mark
from engine.execution.importing import may_import
from engine.model import Register, RegisterEntry, RegisterImport, RegisterImportRow
from engine.organisation import organisation
from engine.queries.people import Person
from engine.queries.registers import RegisterView
from engine.registers.saying import said

SHOWN = 50
"""Rows of a preview; the figures tell of all."""
LISTED = 20
"""Imports on the page of a register."""


@dataclass(frozen=True, kw_only=True)
class Import:
    """One import."""

    id: int
    file_name: str
    state: str
    uploaded_by: str
    """A display name."""
    uploaded_at: dt.datetime
    ended_at: dt.datetime | None
    checked_count: int
    new_count: int
    changed_count: int
    unchanged_count: int
    problem_count: int
    problems: tuple[tuple[str, str, FieldProblem], ...]
    """The first of them: the address of a cell, the heading of its column, and what is wrong."""
    sha256: str
    is_mine: bool


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What a row would write."""

    row: int
    number: str | None
    """None for a new entry."""
    status: tuple[str | None, str]
    changes: tuple[tuple[str, str, str], ...]
    """Label, what it says now, and what it will say."""


def require_import_reader(session: Session, person: Person, register_name: str) -> bool:
    """Refuse whoever may neither import into a register nor audit it; tell whether they may import."""
    register = session.get(Register, register_name)
    if register is None:
        raise NotFoundError(mark("没有名为 {name} 的台账。"), name=register_name)
    importer = may_import(session, register, person.username)
    if not importer and "auditor" not in person.roles:
        raise ForbiddenError(
            mark("您不能向“{title}”导入。可以导入的小组写在台账表单的 importGroups 里，请联系流程负责人。"),
            title=register.title,
        )
    return importer


def list_imports(session: Session, person: Person, register: RegisterView) -> list[Import]:
    """Give the newest imports into a register."""
    rows = session.scalars(
        select(RegisterImport)
        .where(RegisterImport.register == register.name)
        .order_by(RegisterImport.id.desc())
        .limit(LISTED)
    )
    return [_import(session, person, row) for row in rows]


def view_import(session: Session, person: Person, register: RegisterView, import_id: int) -> Import:
    """Give one import into a register. Raises NotFoundError."""
    row = session.get(RegisterImport, import_id)
    if row is None or row.register != register.name:
        raise NotFoundError(mark("没有编号为 {id} 的导入。"), id=import_id)
    return _import(session, person, row)


def planned_rows(session: Session, register: RegisterView, import_id: int) -> Iterator[Planned]:
    """Give what the first rows of an import would write; personal data are masked, before and after."""
    rows = session.execute(
        select(RegisterImportRow, RegisterEntry)
        .outerjoin(RegisterEntry, RegisterEntry.id == RegisterImportRow.entry_id)
        .where(RegisterImportRow.import_id == import_id)
        .order_by(RegisterImportRow.row)
        .limit(SHOWN)
    )
    labels = register.form.labels
    for row, found in rows:
        entry: RegisterEntry | None = found
        before = said(register.form, register.veil, entry.fields) if entry is not None else {}
        after = said(register.form, register.veil, row.fields)
        yield Planned(
            row=row.row,
            number=entry.number if entry is not None else None,
            status=(entry.status if entry is not None else None, row.status),
            changes=tuple(
                (labels.get(key, key), before.get(key, ""), text)
                for key, text in after.items()
                if text != before.get(key, "")
            ),
        )


def _import(session: Session, person: Person, row: RegisterImport) -> Import:
    return Import(
        id=row.id,
        file_name=row.file_name,
        state=row.state,
        uploaded_by=organisation(session).display_name(row.uploaded_by),
        uploaded_at=row.uploaded_at,
        ended_at=row.ended_at,
        checked_count=row.checked_count,
        new_count=row.new_count,
        changed_count=row.changed_count,
        unchanged_count=row.unchanged_count,
        problem_count=row.problem_count,
        problems=tuple((one["cell"], one["label"], FieldProblem(one["message"], one["facts"])) for one in row.problems),
        sha256=row.sha256,
        is_mine=row.uploaded_by == person.username,
    )
