"""Published forms as they were handed in."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFoundError, mark
from engine.model import Content, FormDefinition, ProcessDefinition


@dataclass(frozen=True, kw_only=True)
class FormRecord:
    """One version of a form."""

    id: int
    form_id: str
    version: int
    schema: str
    """The file's text, JSON."""


def find_form(session: Session, form_definition_id: int) -> FormRecord:
    """Give one version of a form. Raises NotFoundError."""
    row = session.execute(
        select(FormDefinition.id, FormDefinition.form_id, FormDefinition.version, Content.body)
        .join(Content, Content.sha256 == FormDefinition.sha256)
        .where(FormDefinition.id == form_definition_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(mark("没有编号为 {id} 的表单版本。"), id=form_definition_id)
    return FormRecord(id=row.id, form_id=row.form_id, version=row.version, schema=row.body.decode("utf-8-sig"))


def start_form_of(session: Session, definition_id: int) -> FormRecord | None:
    """Give the form that starts a version of a process; None where it has none. Raises NotFoundError."""
    row = session.execute(
        select(ProcessDefinition.start_form_id, ProcessDefinition.forms).where(ProcessDefinition.id == definition_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(mark("没有编号为 {id} 的流程版本。"), id=definition_id)
    key = row.forms.get(row.start_form_id) if row.start_form_id else None
    return find_form(session, int(key)) if key is not None else None
