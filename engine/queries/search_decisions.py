"""Versions of decisions and of the files they stand in, as programs search them; everybody may know them.

The published interface versions a file by itself. Here its decisions have the versions: the key and version of a file
are those of its first decision, and its name is that of the resource.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from engine.errors import NotFoundError, mark
from engine.model import Content, DecisionDefinition
from engine.queries.people import Person
from engine.queries.searching import Criterion, Found, Search, condition, fetch


@dataclass(frozen=True, kw_only=True)
class DecisionRecord:
    """One version of a decision."""

    id: int
    decision_id: str
    name: str
    version: int
    resource_name: str
    file_id: int
    """The key of the file it stands in."""
    file_version: int


_First = aliased(DecisionDefinition)
_SAME_FILE = and_(
    _First.deployment_id == DecisionDefinition.deployment_id, _First.resource_name == DecisionDefinition.resource_name
)
FILE_ID = select(func.min(_First.id)).where(_SAME_FILE).correlate(DecisionDefinition).scalar_subquery()
_FILE_VERSION = (
    select(_First.version)
    .where(_SAME_FILE)
    .order_by(_First.id)
    .limit(1)
    .correlate(DecisionDefinition)
    .scalar_subquery()
)
_OF_FILE: dict[str, Any] = {
    "decision_requirements_key": FILE_ID,
    "decision_requirements_id": DecisionDefinition.resource_name,
    "decision_requirements_name": DecisionDefinition.resource_name,
}
_COLUMNS: dict[str, Any] = {
    **_OF_FILE,
    "decision_requirements_version": _FILE_VERSION,
    "decision_definition_key": DecisionDefinition.id,
    "decision_definition_id": DecisionDefinition.decision_id,
    "name": DecisionDefinition.name,
    "version": DecisionDefinition.version,
}
_FILE_COLUMNS: dict[str, Any] = {
    **_OF_FILE,
    "version": DecisionDefinition.version,
    "resource_name": DecisionDefinition.resource_name,
}


def search_decisions(session: Session, _person: Person, search: Search) -> Found[DecisionRecord]:
    """Find versions of decisions."""
    statement = _select().where(*(_condition(criterion) for criterion in search.criteria))
    return fetch(session, statement, _COLUMNS, DecisionDefinition.id, search, _record)


def search_decision_files(session: Session, _person: Person, search: Search) -> Found[DecisionRecord]:
    """Find versions of files of decisions, each as its first decision."""
    wanted = (condition(_FILE_COLUMNS[criterion.field], criterion) for criterion in search.criteria)
    statement = _select().where(DecisionDefinition.id == FILE_ID, *wanted)
    return fetch(session, statement, _FILE_COLUMNS, DecisionDefinition.id, search, _record)


def find_decision(session: Session, definition_id: int) -> DecisionRecord:
    """Give one version of a decision. Raises NotFoundError."""
    row = session.execute(_select().where(DecisionDefinition.id == definition_id)).one_or_none()
    if row is None:
        raise _unknown(definition_id)
    return _record(row)


def newest_decision(session: Session, decision_id: str) -> int:
    """Give the newest version of a decision. Raises NotFoundError."""
    found = session.scalar(
        select(DecisionDefinition.id)
        .where(DecisionDefinition.decision_id == decision_id)
        .order_by(DecisionDefinition.version.desc())
        .limit(1)
    )
    if found is None:
        raise NotFoundError(mark("没有已发布的决策 {decision}。"), decision=decision_id)
    return found


def find_decision_file(session: Session, file_id: int) -> DecisionRecord:
    """Give a file of decisions as its first decision. Raises NotFoundError, also for the key of another decision."""
    found = find_decision(session, file_id)
    if found.file_id != file_id:
        raise _unknown(file_id)
    return found


def decision_xml(session: Session, definition_id: int) -> bytes:
    """Give the file of a decision, byte for byte as it was published. Raises NotFoundError."""
    body = session.scalar(
        select(Content.body)
        .join(DecisionDefinition, DecisionDefinition.sha256 == Content.sha256)
        .where(DecisionDefinition.id == definition_id)
    )
    if body is None:
        raise _unknown(definition_id)
    return body


def _unknown(definition_id: int) -> NotFoundError:
    return NotFoundError(mark("没有编号为 {id} 的决策版本。"), id=definition_id)


def _select() -> Select[*tuple[Any, ...]]:
    return select(
        DecisionDefinition.id,
        DecisionDefinition.decision_id,
        DecisionDefinition.name,
        DecisionDefinition.version,
        DecisionDefinition.resource_name,
        FILE_ID.label("file_id"),
        _FILE_VERSION.label("file_version"),
    )


def _condition(criterion: Criterion) -> ColumnElement[bool]:
    if criterion.field == "is_latest_version":
        newest = select(func.max(DecisionDefinition.id)).group_by(DecisionDefinition.decision_id)
        return DecisionDefinition.id.in_(newest) if criterion.value else DecisionDefinition.id.not_in(newest)
    found: ColumnElement[bool] = condition(_COLUMNS[criterion.field], criterion)
    return found


def _record(row: Row[*tuple[Any, ...]]) -> DecisionRecord:
    facts = row._asdict()
    return DecisionRecord(**{name: facts[name] for name in DecisionRecord.__dataclass_fields__})
