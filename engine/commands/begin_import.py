"""Begin an import into a register: the sheet is kept, and its rows will be checked one after the other."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine import clock
from engine.execution.importing import require_importer
from engine.model import RegisterImport
from engine.registers import require_register


def begin_import(session: Session, register_name: str, file_name: str, sha256: str, actor: str) -> int:
    """Note who brings which file, and give the number of the import. Raises NotFoundError, ForbiddenError."""
    register = require_register(session, register_name)
    require_importer(session, register, actor)
    row = {
        "register": register.name,
        "file_name": file_name[-255:],
        "sha256": sha256,
        "state": "CHECKING",
        "uploaded_by": actor,
        "uploaded_at": clock.now(),
        "problems": [],
    }
    return session.scalars(insert(RegisterImport).returning(RegisterImport.id), [row]).one()
