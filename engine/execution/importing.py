"""What the commands of an import have in common: who may, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import forms
from engine.errors import ConflictError, ForbiddenError, NotFoundError, mark
from engine.forms import Form
from engine.model import Content, Register, RegisterImport, RegisterImportRow
from engine.organisation import organisation
from engine.registers.cells import Cell
from engine.registers.sheets import CellProblem, Heads

KEPT = 500
"""Problems of one import that are kept and shown; all are counted."""

Row = tuple[int, Sequence[Cell]]
"""The number of a row in its sheet, and its cells."""


@dataclass(kw_only=True)
class Sheet:
    """One reading of one sheet: its columns, and the numbers that were seen so far."""

    heads: Heads
    seen: dict[str, int] = field(default_factory=dict)
    """Number of an entry → the row it stood in."""


EVERYBODY = "*"


def require_importer(session: Session, register: Register, username: str) -> None:
    """Refuse whoever is in none of the groups that the register's form names. Raises ForbiddenError."""
    if not may_import(session, register, username):
        raise ForbiddenError(
            mark("您不能向“{title}”导入。可以导入的小组写在台账表单的 importGroups 里，请联系流程负责人。"),
            title=register.title,
        )


def may_import(session: Session, register: Register, username: str) -> bool:
    """Tell whether somebody may import into a register: nobody, unless its form names a group of theirs."""
    known = organisation(session)
    groups = known.groups_of(username) if username in known.people else frozenset()
    return bool(groups & set(register.importers)) or (EVERYBODY in register.importers and bool(groups))


def running_import(session: Session, import_id: int, username: str, *states: str) -> tuple[RegisterImport, Register]:
    """Give an import that is in one of some states, and its register.

    Raises NotFoundError, ForbiddenError, and ConflictError for any other state.
    """
    found = session.get(RegisterImport, import_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFoundError(mark("没有编号为 {id} 的导入。"), id=import_id)
    register = session.get_one(Register, found.register)
    require_importer(session, register, username)
    if found.state not in states:
        raise ConflictError(mark("导入 #{id} 已经结束或被停止，不能再继续。请重新上传。"), where="state", id=import_id)
    return found, register


def forget_rows(session: Session, import_id: int) -> None:
    """Remove the rows that waited for a confirmation."""
    session.execute(delete(RegisterImportRow).where(RegisterImportRow.import_id == import_id))


def register_form(session: Session, register: Register) -> Form:
    """Give the form that declares a register."""
    body = session.scalars(select(Content.body).where(Content.sha256 == register.sha256)).one()
    return _form(register.sha256, body)


@lru_cache(maxsize=64)
def _form(_sha256: str, body: bytes) -> Form:
    return forms.load(body, "register")


def note_problems(found: RegisterImport, problems: Sequence[CellProblem]) -> None:
    """Keep what is wrong with rows, up to what a page can show, and count it all."""
    room = max(KEPT - len(found.problems), 0)
    kept = [
        {
            "cell": one.cell,
            "label": one.label,
            "message": one.problem.message,
            "facts": {name: str(fact) for name, fact in one.problem.facts.items()},
        }
        for one in problems[:room]
    ]
    found.problems = [*found.problems, *kept]
    found.problem_count += len(problems)
