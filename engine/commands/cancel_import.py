"""Give up an import that is not confirmed: nothing of it was written."""

from sqlalchemy.orm import Session

from engine import clock
from engine.execution.importing import forget_rows, running_import


def cancel_import(session: Session, import_id: int, actor: str) -> str:
    """Stop an import and give the name of its register. Raises NotFoundError, ForbiddenError, ConflictError."""
    found, register = running_import(session, import_id, actor, "CHECKING", "CHECKED")
    found.state, found.ended_at = "CANCELED", clock.now()
    forget_rows(session, import_id)
    session.flush()
    return register.name
