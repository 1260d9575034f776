"""The list of processes: what is published, what runs, what waits as a draft."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engine.model import Deployment, Draft, ProcessDefinition, ProcessInstance
from engine.queries.people import display_names


@dataclass(frozen=True, kw_only=True)
class ProcessRow:
    """A process in the list; ``version`` and what follows are None before its first publication."""

    process_id: str
    name: str
    version: int | None
    deployed_at: dt.datetime | None
    deployed_by: str | None
    running: int
    drafts: int


def list_processes(session: Session) -> list[ProcessRow]:
    """Give all processes by name, those that exist only as drafts included."""
    latest = select(func.max(ProcessDefinition.id)).group_by(ProcessDefinition.process_id)
    published = session.execute(
        select(
            ProcessDefinition.process_id,
            ProcessDefinition.name,
            ProcessDefinition.version,
            Deployment.deployed_at,
            Deployment.deployed_by,
        )
        .join(Deployment, Deployment.id == ProcessDefinition.deployment_id)
        .where(ProcessDefinition.id.in_(latest))
    ).all()
    drafts = _counts(session, select(Draft.process_id, func.count()).group_by(Draft.process_id))
    running = _counts(
        session,
        select(ProcessDefinition.process_id, func.count())
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .where(ProcessInstance.state == "ACTIVE")
        .group_by(ProcessDefinition.process_id),
    )
    names = display_names(session, (row.deployed_by for row in published))
    rows = [
        ProcessRow(
            process_id=row.process_id,
            name=row.name,
            version=row.version,
            deployed_at=row.deployed_at,
            deployed_by=names.get(row.deployed_by, row.deployed_by),
            running=running.get(row.process_id, 0),
            drafts=drafts.get(row.process_id, 0),
        )
        for row in published
    ]
    known = {row.process_id for row in rows}
    rows += [_unpublished(process_id, count) for process_id, count in drafts.items() if process_id not in known]
    return sorted(rows, key=lambda row: row.name)


def _counts(session: Session, query: Select[str, int]) -> dict[str, int]:
    return dict(session.execute(query).all())


def _unpublished(process_id: str, drafts: int) -> ProcessRow:
    return ProcessRow(
        process_id=process_id,
        name=process_id,
        version=None,
        deployed_at=None,
        deployed_by=None,
        running=0,
        drafts=drafts,
    )
