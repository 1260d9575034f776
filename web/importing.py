"""The two long parts of an import, for the page and for the terminal: checking a sheet, and writing what is in it."""

from collections.abc import Generator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from engine.commands.begin_check import begin_check
from engine.commands.begin_import import begin_import
from engine.commands.check_import import CellProblem, check_import
from engine.commands.confirm_import import confirm_import
from engine.commands.end_check import end_check
from engine.commands.upload_attachment import upload_attachment
from engine.config import Settings
from engine.database import Database, Session
from web.sheets import read_rows

AT_ONCE = 500
"""Rows that are checked in one transaction: others write between them."""
Step = tuple[int, int | None]
"""How many rows are done, and of how many, if that is known."""


def keep_sheet(
    session: Session, settings: Settings, register: str, sheet: tuple[BinaryIO, str], actor: str
) -> tuple[int, str]:
    """Keep a sheet, given with its name, and begin its import; give the import's number and the sheet's hash.

    Raises InvalidError for what is no sheet, or too big.
    """
    stream, name = sheet
    stored = upload_attachment(
        session,
        settings.attachments_folder,
        stream,
        name,
        actor,
        accept=[".xlsx"],
        max_bytes=settings.upload_limit,
    )
    digest = str(stored["contentHash"])
    return begin_import(session, register, name, digest, actor), digest


def check_sheet(
    database: Database, import_id: int, path: Path, file_name: str, actor: str
) -> Generator[Step, None, None]:
    """Check a sheet, some rows in each transaction, and tell again and again how far it is. Raises EngineError."""
    problems: list[CellProblem] = []
    expected: list[int] = []
    rows = read_rows(path, file_name, expected.append)
    _number, heading = next(rows, (1, []))
    with database.transaction() as session:
        sheet, problems = begin_check(session, import_id, heading, actor)
    if not problems:
        while some := list(islice(rows, AT_ONCE)):
            with database.transaction() as session:
                done = check_import(session, import_id, sheet, some, actor)
            yield done, next(iter(expected), None)
    with database.transaction() as session:
        end_check(session, import_id, actor, problems)


def write_rows(database: Database, import_id: int, actor: str, total: int) -> Generator[Step, None, None]:
    """Write a checked import in one transaction, and tell how far it is; whoever stops asking gives it up."""
    with database.transaction() as session:
        for done in confirm_import(session, import_id, actor):
            yield done, total
