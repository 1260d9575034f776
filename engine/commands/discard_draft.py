"""Throw a draft away."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine.errors import NotFoundError, mark
from engine.execution.rows import changed
from engine.model import Draft


def discard_draft(session: Session, process_id: str, name: str) -> None:
    """Delete a draft; the published version is then what people see again. Raises NotFoundError."""
    done = changed(session, delete(Draft).where(Draft.process_id == process_id, Draft.name == name))
    if done != 1:
        raise NotFoundError(mark("没有 {name} 的草稿。"), name=name)
