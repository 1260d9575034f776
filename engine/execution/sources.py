"""The files a process owner works on: what is published, with drafts in their place."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.execution.checking import File
from engine.model import Content, DeployedResource, Draft, ProcessDefinition


def published_files(session: Session, process_id: str, version: int | None = None) -> list[File]:
    """Give the files of the deployment that made a version of a process, the newest unless given."""
    chosen = select(ProcessDefinition.deployment_id).where(ProcessDefinition.process_id == process_id)
    if version is not None:
        chosen = chosen.where(ProcessDefinition.version == version)
    deployment_id = session.scalar(chosen.order_by(ProcessDefinition.version.desc()).limit(1))
    rows = session.execute(
        select(DeployedResource.name, Content.body)
        .join(Content, Content.sha256 == DeployedResource.sha256)
        .where(DeployedResource.deployment_id == deployment_id)
        .order_by(DeployedResource.name)
    )
    return [File(name=row.name, content=row.body) for row in rows]


def working_files(session: Session, process_id: str) -> list[File]:
    """Give the newest published files with each draft in the place of its file."""
    files = {file.name: file for file in published_files(session, process_id)}
    drafts = session.execute(select(Draft.name, Draft.body).where(Draft.process_id == process_id))
    files.update({row.name: File(name=row.name, content=row.body) for row in drafts})
    return [files[name] for name in sorted(files)]
