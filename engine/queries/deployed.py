"""What a deployment published, with the files it came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.model import DecisionDefinition, FormDefinition, ProcessDefinition


@dataclass(frozen=True, kw_only=True)
class DeployedVersion:
    """One version that a deployment made or found unchanged."""

    kind: Literal["process", "form", "decision"]
    id: int
    key: str
    """The process, form or decision id."""
    name: str
    version: int
    resource_name: str


def deployed_versions(
    session: Session, *, processes: Sequence[int], forms: Sequence[int], decisions: Sequence[int]
) -> list[DeployedVersion]:
    """Give versions by their ids: processes first, each kind in the order of its ids."""
    return [
        *_versions(session, "process", ProcessDefinition, ProcessDefinition.process_id, processes),
        *_versions(session, "form", FormDefinition, FormDefinition.form_id, forms),
        *_versions(session, "decision", DecisionDefinition, DecisionDefinition.decision_id, decisions),
    ]


def _versions(
    session: Session,
    kind: Literal["process", "form", "decision"],
    model: type[ProcessDefinition | FormDefinition | DecisionDefinition],
    key: Any,  # noqa: ANN401 - SQLAlchemy's types for columns don't unify
    ids: Sequence[int],
) -> list[DeployedVersion]:
    if not ids:
        return []
    name = key if model is FormDefinition else model.name  # type: ignore[union-attr] # forms have no name
    rows = session.execute(
        select(model.id, key.label("key"), name.label("name"), model.version, model.resource_name)
        .where(model.id.in_(ids))
        .order_by(model.id)
    )
    return [
        DeployedVersion(
            kind=kind, id=row.id, key=row.key, name=row.name, version=row.version, resource_name=row.resource_name
        )
        for row in rows
    ]
