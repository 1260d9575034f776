"""Publish diagrams, tables and forms that belong together."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Finding, UnpublishableError
from engine.execution.checking import Checked, File, check_files
from engine.execution.content import sha256, store_content
from engine.execution.publishing import Published, Source, publish_decisions, publish_forms, publish_processes
from engine.execution.registers import read_register, save_register
from engine.execution.start_events import replace_start_events
from engine.model import DeployedResource, Deployment

__all__ = ["Deployed", "File", "Published", "deploy"]


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """What a deployment made, or what was there already."""

    deployment_id: int
    is_new: bool
    """False where the very same files are the newest already: nothing was written then."""
    published: Published
    warnings: tuple[Finding, ...] = ()


def deploy(session: Session, files: Sequence[File], actor: str, *, note: str = "") -> Deployed:
    """Check files, then store them for ever and make new versions of what changed.

    The same bytes again make no new version. Raises UnpublishableError with every finding; nothing is
    stored then.
    """
    files = sorted(files, key=lambda file: file.name)
    checked = check_files(session, files)
    if checked.errors:
        raise UnpublishableError(checked.findings)
    _one_at_a_time(session)
    content_hash = _content_hash(files)
    before = session.scalar(select(Deployment.id).where(Deployment.content_hash == content_hash))
    deployment_id = before if before is not None else _store(session, files, content_hash, actor, note)
    published = _publish(session, deployment_id, checked)
    made = any(version.is_new for version in (*published.processes, *published.forms, *published.decisions))
    return Deployed(
        deployment_id=deployment_id,
        is_new=before is None or made,
        published=published,
        warnings=tuple(checked.findings),
    )


def _publish(session: Session, deployment_id: int, checked: Checked) -> Published:
    forms = publish_forms(session, deployment_id, {key: _source(file) for key, file in checked.forms.items()})
    decisions = publish_decisions(
        session, deployment_id, {key: (name, _source(file)) for key, (name, file) in checked.decisions.items()}
    )
    processes = [(process, _source(file)) for process, file in checked.processes]
    declared = [(read_register(file.content, file.name), _source(file).sha256) for file in checked.registers]
    for declaration, digest in declared:
        save_register(session, declaration, digest)
    versions = publish_processes(session, deployment_id, processes, forms, decisions)
    starts = {process.id: process for process, _source_file in processes}
    for version in versions:
        if version.is_new:
            replace_start_events(session, version.id, starts[version.key])
    return Published(
        forms=forms,
        decisions=decisions,
        processes=versions,
        registers=tuple(declaration.name for declaration, _digest in declared),
    )


def _one_at_a_time(session: Session) -> None:
    """Let publications queue up: two at once would both take the next version number. SQLite does so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE deployments IN SHARE ROW EXCLUSIVE MODE"))


def _store(session: Session, files: Sequence[File], content_hash: str, actor: str, note: str) -> int:
    deployment_id = session.scalars(
        insert(Deployment).returning(Deployment.id),
        [{"content_hash": content_hash, "deployed_at": clock.now(), "deployed_by": actor, "note": note}],
    ).one()
    rows = [
        {"deployment_id": deployment_id, "name": file.name, "sha256": store_content(session, file.content)}
        for file in files
    ]
    session.execute(insert(DeployedResource), rows)
    return deployment_id


def _source(file: File) -> Source:
    return Source(name=file.name, sha256=sha256(file.content))


def _content_hash(files: Sequence[File]) -> str:
    """Hash all names and bytes. Lengths go in too, so that no two sets of files look alike."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{len(file.name)}:{file.name}:{len(file.content)}:".encode())
        digest.update(file.content)
    return digest.hexdigest()
