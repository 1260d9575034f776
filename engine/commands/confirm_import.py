"""Confirm an import: all its rows are written in one transaction, or none is."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import ConflictError, InvalidError, mark
from engine.execution.importing import forget_rows, running_import
from engine.model import Register, RegisterEntry, RegisterEntryVersion, RegisterImport, RegisterImportRow
from engine.registers import draw_numbers, listed

AT_ONCE = 1_000
"""Rows that are written in one statement."""


def confirm_import(session: Session, import_id: int, actor: str) -> Iterator[int]:
    """Write the rows of a checked import, and give again and again how many are written.

    Whoever stops asking gives it up, as long as they roll back the transaction. Raises NotFoundError, ForbiddenError,
    InvalidError where rows are wrong, and ConflictError where an entry has changed or is held since it was checked.
    """
    found, register = running_import(session, import_id, actor, "CHECKED")
    if found.problem_count:
        raise InvalidError(mark("表里还有 {count} 处错误，请改好后重新上传。"), where="rows", count=found.problem_count)
    done = 0
    for rows in _rows(session, import_id):
        new = [one for one in rows if one.entry_id is None]
        _revise(session, register, found, [one for one in rows if one.entry_id is not None], actor)
        _add(session, register, found, new, actor)
        done += len(rows)
        yield done
    found.state, found.ended_at = "CONFIRMED", clock.now()
    forget_rows(session, import_id)
    session.flush()


def _rows(session: Session, import_id: int) -> Iterator[Sequence[RegisterImportRow]]:
    last = 0
    while True:
        rows = session.scalars(
            select(RegisterImportRow)
            .where(RegisterImportRow.import_id == import_id, RegisterImportRow.row > last)
            .order_by(RegisterImportRow.row)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        last = rows[-1].row
        yield rows
        for row in rows:
            session.expunge(row)


def _add(
    session: Session, register: Register, found: RegisterImport, rows: Sequence[RegisterImportRow], actor: str
) -> None:
    if not rows:
        return
    now = clock.now()
    numbers = draw_numbers(session, register, now, len(rows))
    entries = [
        {
            "register": register.name,
            "number": number,
            "status": one.status,
            "fields": one.fields,
            **listed(register, number, one.fields),
            "version": 1,
            "created_at": now,
            "updated_at": now,
            "updated_by": actor,
        }
        for one, number in zip(rows, numbers, strict=True)
    ]
    statement = insert(RegisterEntry).returning(RegisterEntry.id, sort_by_parameter_order=True)
    ids = session.scalars(statement, entries).all()
    _versions(session, found, [(key, 1, one) for key, one in zip(ids, rows, strict=True)], actor)


def _revise(
    session: Session, register: Register, found: RegisterImport, rows: Sequence[RegisterImportRow], actor: str
) -> None:
    if not rows:
        return
    now, ids = clock.now(), [one.entry_id for one in rows]
    columns = (RegisterEntry.id, RegisterEntry.number, RegisterEntry.version, RegisterEntry.held_by)
    locked = session.execute(select(*columns).where(RegisterEntry.id.in_(ids)).with_for_update())
    present = {row.id: row for row in locked}
    changes: list[dict[str, Any]] = []
    for one in rows:
        entry = present[one.entry_id]
        if entry.version != one.version or entry.held_by is not None:
            raise ConflictError(
                mark("第 {row} 行的记录 {number} 在检查之后被改过，或正由事项办理。什么也没有写入，请重新上传。"),
                where="version",
                row=one.row,
                number=entry.number,
            )
        changes.append(
            {
                "id": entry.id,
                "status": one.status,
                "fields": one.fields,
                **listed(register, entry.number, one.fields),
                "version": entry.version + 1,
                "instance_id": None,
                "updated_at": now,
                "updated_by": actor,
            }
        )
    session.execute(update(RegisterEntry), changes)
    _versions(session, found, [(present[one.entry_id].id, (one.version or 0) + 1, one) for one in rows], actor)


def _versions(
    session: Session, found: RegisterImport, written: Sequence[tuple[int, int, RegisterImportRow]], actor: str
) -> None:
    now = clock.now()
    session.execute(
        insert(RegisterEntryVersion),
        [
            {
                "entry_id": entry_id,
                "version": version,
                "status": one.status,
                "fields": one.fields,
                "instance_id": None,
                "import_id": found.id,
                "written_at": now,
                "written_by": actor,
            }
            for entry_id, version, one in written
        ],
    )
