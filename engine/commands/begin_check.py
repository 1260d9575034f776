"""Begin to check a sheet: recognise its columns."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from engine.execution.importing import Sheet, forget_rows, register_form, running_import
from engine.registers.cells import Cell
from engine.registers.sheets import CellProblem, read_heads


def begin_check(session: Session, import_id: int, cells: Sequence[Cell], actor: str) -> tuple[Sheet, list[CellProblem]]:
    """Recognise the columns of a sheet by its heading, and forget what an interrupted check had found.

    Raises NotFoundError, ForbiddenError, ConflictError.
    """
    found, register = running_import(session, import_id, actor, "CHECKING")
    forget_rows(session, import_id)
    found.checked_count = found.new_count = found.changed_count = found.unchanged_count = found.problem_count = 0
    found.problems = []
    session.flush()
    heads, problems = read_heads(register_form(session, register), cells)
    return Sheet(heads=heads), problems
