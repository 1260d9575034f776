"""Versions of processes, as programs search them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from engine.errors import NotFoundError, mark
from engine.model import Content, ProcessDefinition
from engine.queries.searching import Criterion, Found, Search, condition, fetch


@dataclass(frozen=True, kw_only=True)
class DefinitionRecord:
    """One version of a process."""

    id: int
    process_id: str
    name: str
    version: int
    version_tag: str | None
    resource_name: str
    start_form_id: str | None


_COLUMNS: dict[str, Any] = {
    "process_definition_key": ProcessDefinition.id,
    "process_definition_id": ProcessDefinition.process_id,
    "name": ProcessDefinition.name,
    "version": ProcessDefinition.version,
    "version_tag": ProcessDefinition.version_tag,
    "resource_name": ProcessDefinition.resource_name,
}


def search_definitions(session: Session, search: Search) -> Found[DefinitionRecord]:
    """Find versions of processes; everybody may know them."""
    statement = _select().where(*(_condition(criterion) for criterion in search.criteria))
    return fetch(session, statement, _COLUMNS, ProcessDefinition.id, search, _record)


def find_definition(session: Session, definition_id: int) -> DefinitionRecord:
    """Give one version of a process. Raises NotFoundError."""
    row = session.execute(_select().where(ProcessDefinition.id == definition_id)).one_or_none()
    if row is None:
        raise NotFoundError(mark("没有编号为 {id} 的流程版本。"), id=definition_id)
    return _record(row)


def definition_diagram(session: Session, definition_id: int) -> bytes:
    """Give the diagram of a version, byte for byte as it was published. Raises NotFoundError."""
    body = session.scalar(
        select(Content.body)
        .join(ProcessDefinition, ProcessDefinition.sha256 == Content.sha256)
        .where(ProcessDefinition.id == definition_id)
    )
    if body is None:
        raise NotFoundError(mark("没有编号为 {id} 的流程版本。"), id=definition_id)
    return body


def _select() -> Select[*tuple[Any, ...]]:
    return select(
        ProcessDefinition.id,
        ProcessDefinition.process_id,
        ProcessDefinition.name,
        ProcessDefinition.version,
        ProcessDefinition.version_tag,
        ProcessDefinition.resource_name,
        ProcessDefinition.start_form_id,
    )


def _condition(criterion: Criterion) -> ColumnElement[bool]:
    if criterion.field == "is_latest_version":
        newest = select(func.max(ProcessDefinition.id)).group_by(ProcessDefinition.process_id)
        return ProcessDefinition.id.in_(newest) if criterion.value else ProcessDefinition.id.not_in(newest)
    if criterion.field == "has_start_form":
        form = ProcessDefinition.start_form_id
        return form.is_not(None) if criterion.value else form.is_(None)
    found: ColumnElement[bool] = condition(_COLUMNS[criterion.field], criterion)
    return found


def _record(row: Row[*tuple[Any, ...]]) -> DefinitionRecord:
    return DefinitionRecord(
        id=row.id,
        process_id=row.process_id,
        name=row.name,
        version=row.version,
        version_tag=row.version_tag,
        resource_name=row.resource_name,
        start_form_id=row.start_form_id,
    )
