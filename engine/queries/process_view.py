"""One process as its owner sees it: versions, the files worked on, and what the check says of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from engine.errors import Finding, NotFoundError, mark
from engine.execution.checking import File, check_files
from engine.execution.content import sha256
from engine.execution.sources import published_files, working_files
from engine.model import Deployment, Draft, ProcessDefinition, ProcessInstance
from engine.queries.people import display_names


@dataclass(frozen=True, kw_only=True)
class DraftInfo:
    """A draft of a file."""

    revision: int
    saved_at: dt.datetime
    saved_by: str


@dataclass(frozen=True, kw_only=True)
class FileInfo:
    """A file of a process."""

    name: str
    kind: str
    """``bpmn``, ``dmn`` or ``form``."""
    size: int
    """Bytes."""
    sha256: str
    published: bool
    """The newest version has a file of this name."""
    draft: DraftInfo | None = None


@dataclass(frozen=True, kw_only=True)
class VersionInfo:
    """A published version."""

    version: int
    name: str
    version_tag: str | None
    deployed_at: dt.datetime
    deployed_by: str
    note: str
    definition_hash: str
    resource_name: str
    running: int
    """Cases that are on this version and have not ended."""
    ended: int


@dataclass(frozen=True, kw_only=True)
class ProcessView:
    """Everything the page of a process shows."""

    process_id: str
    name: str
    versions: Sequence[VersionInfo]
    """Newest first."""
    files: Sequence[FileInfo]
    """The newest published ones, with drafts in their place."""

    @property
    def version(self) -> int | None:
        """Give the newest version's number."""
        return self.versions[0].version if self.versions else None

    @property
    def running(self) -> int:
        """Count the cases of all versions that have not ended."""
        return sum(version.running for version in self.versions)

    @property
    def drafts(self) -> int:
        """Count the files with a draft."""
        return sum(file.draft is not None for file in self.files)

    @property
    def diagram(self) -> str | None:
        """Give the name of the file with the diagram; the published one where there are several."""
        if self.versions:
            return self.versions[0].resource_name
        return next((file.name for file in self.files if file.kind == "bpmn"), None)

    @property
    def diagram_is_draft(self) -> bool:
        """Tell whether the diagram has changes that are not published."""
        return any(file.draft for file in self.files if file.name == self.diagram)


def view_process(session: Session, process_id: str) -> ProcessView:
    """Give a process with its versions and the files an owner works on. Raises NotFoundError."""
    versions = _versions(session, process_id)
    published = {file.name for file in published_files(session, process_id)} if versions else set()
    drafts = _drafts(session, process_id)
    if not versions and not drafts:
        raise NotFoundError(mark("没有流程 {process}。"), process=process_id)
    files = [
        _file(file, is_published=file.name in published, draft=drafts.get(file.name))
        for file in working_files(session, process_id)
    ]
    name = versions[0].name if versions else process_id
    return ProcessView(process_id=process_id, name=name, versions=versions, files=files)


def view_version(session: Session, process_id: str, version: int) -> tuple[VersionInfo, list[FileInfo]]:
    """Give one version with its files. Raises NotFoundError."""
    found = next((one for one in _versions(session, process_id) if one.version == version), None)
    if found is None:
        raise NotFoundError(mark("流程 {process} 没有第 {version} 版。"), process=process_id, version=version)
    files = published_files(session, process_id, version)
    return found, [_file(file, is_published=True, draft=None) for file in files]


def process_files(session: Session, process_id: str, version: int | None = None) -> list[File]:
    """Give the files of a version, or without one those an owner works on: the newest with drafts in their place."""
    if version is not None:
        return published_files(session, process_id, version)
    return working_files(session, process_id)


def check_process(session: Session, process_id: str) -> list[Finding]:
    """Check the files an owner works on, most serious first."""
    return check_files(session, working_files(session, process_id)).findings


def _versions(session: Session, process_id: str) -> list[VersionInfo]:
    running = func.sum(case((ProcessInstance.state == "ACTIVE", 1), else_=0))
    rows = session.execute(
        select(ProcessDefinition, Deployment, running.label("running"), func.count(ProcessInstance.id).label("all"))
        .join(Deployment, Deployment.id == ProcessDefinition.deployment_id)
        .outerjoin(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .where(ProcessDefinition.process_id == process_id)
        .group_by(ProcessDefinition.id, Deployment.id)
        .order_by(ProcessDefinition.version.desc())
    ).all()
    names = display_names(session, (row.Deployment.deployed_by for row in rows))
    return [
        VersionInfo(
            version=row.ProcessDefinition.version,
            name=row.ProcessDefinition.name,
            version_tag=row.ProcessDefinition.version_tag,
            deployed_at=row.Deployment.deployed_at,
            deployed_by=names.get(row.Deployment.deployed_by, row.Deployment.deployed_by),
            note=row.Deployment.note,
            definition_hash=row.ProcessDefinition.definition_hash,
            resource_name=row.ProcessDefinition.resource_name,
            running=row.running,
            ended=row.all - row.running,
        )
        for row in rows
    ]


def _drafts(session: Session, process_id: str) -> dict[str, DraftInfo]:
    rows = session.execute(
        select(Draft.name, Draft.revision, Draft.saved_at, Draft.saved_by).where(Draft.process_id == process_id)
    ).all()
    names = display_names(session, (row.saved_by for row in rows))
    return {
        row.name: DraftInfo(
            revision=row.revision, saved_at=row.saved_at, saved_by=names.get(row.saved_by, row.saved_by)
        )
        for row in rows
    }


def _file(file: File, *, is_published: bool, draft: DraftInfo | None) -> FileInfo:
    return FileInfo(
        name=file.name,
        kind=file.name.rpartition(".")[2],
        size=len(file.content),
        sha256=sha256(file.content),
        published=is_published,
        draft=draft,
    )
