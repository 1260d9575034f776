"""End the check of a sheet."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from engine.execution.importing import note_problems, running_import
from engine.registers.sheets import CellProblem


def end_check(session: Session, import_id: int, actor: str, problems: Sequence[CellProblem] = ()) -> None:
    """Say that every row is checked, with what is wrong with the sheet as a whole.

    Raises NotFoundError, ForbiddenError, ConflictError.
    """
    found, _register = running_import(session, import_id, actor, "CHECKING")
    note_problems(found, problems)
    found.state = "CHECKED"
    session.flush()
