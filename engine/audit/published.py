"""What was published, against its hashes: files, deployments, and the versions that history points to."""

import hashlib
from collections.abc import Iterator
from typing import Any

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit.discrepancy import Discrepancy, discrepancy
from engine.audit.rows import streamed
from engine.errors import UnpublishableError, mark
from engine.interpreter import Process, read
from engine.model import Content, DecisionDefinition, DeployedResource, Deployment, FormDefinition, ProcessDefinition


def check_published(session: Session, definition_id: int | None = None) -> Iterator[Discrepancy]:
    """Hash every published file again and derive each version anew; or only one version."""
    if definition_id is None:
        yield from _contents(session)
        yield from _deployments(session)
    statement = select(ProcessDefinition).order_by(ProcessDefinition.id)
    if definition_id is not None:
        statement = statement.where(ProcessDefinition.id == definition_id)
    for row in session.scalars(statement):
        yield from _version(session, row)


def definition_hash(diagram: str, forms: dict[str, str], decisions: dict[str, str]) -> str:
    """Compute the hash of a version from the hashes of its diagram, forms and tables."""
    covered: dict[str, Any] = {"diagram": diagram, "forms": forms, "decisions": decisions}
    return hashlib.sha256(rfc8785.dumps(covered)).hexdigest()


def parts_of(session: Session, row: ProcessDefinition) -> tuple[dict[str, str], dict[str, str]]:
    """Give the hashes of the forms and of the tables that a version is bound to, by their ids."""
    keys = [int(key) for key in row.forms.values()]
    forms = session.execute(
        select(FormDefinition.form_id, FormDefinition.sha256).where(FormDefinition.id.in_(keys))
    ).all()
    tables = [int(key) for key in row.decisions.values()]
    decisions = session.execute(
        select(DecisionDefinition.decision_id, DecisionDefinition.sha256).where(DecisionDefinition.id.in_(tables))
    ).all()
    return dict(forms), dict(decisions)


def _contents(session: Session) -> Iterator[Discrepancy]:
    for row in streamed(session, select(Content.sha256, Content.body).order_by(Content.sha256)):
        if hashlib.sha256(row.body).hexdigest() != row.sha256:
            names = session.scalars(select(DeployedResource.name).where(DeployedResource.sha256 == row.sha256)).all()
            yield discrepancy(
                "content_altered",
                mark("已发布的文件 {file} 的内容被改动过：它的哈希不再是 {hash}。"),
                file="、".join(sorted(set(names))) or "?",
                hash=f"{row.sha256[:12]}…",
            )


def _deployments(session: Session) -> Iterator[Discrepancy]:
    for deployment in session.scalars(select(Deployment).order_by(Deployment.id)):
        digest = hashlib.sha256()
        rows = session.execute(
            select(DeployedResource.name, Content.body)
            .join(Content, Content.sha256 == DeployedResource.sha256)
            .where(DeployedResource.deployment_id == deployment.id)
            .order_by(DeployedResource.name)
        )
        for name, body in rows:
            digest.update(f"{len(name)}:{name}:{len(body)}:".encode())
            digest.update(body)
        if digest.hexdigest() != deployment.content_hash:
            yield discrepancy(
                "deployment_altered",
                mark("第 {number} 次发布的文件与发布时的哈希不符：有文件被改动、增加或删除。"),
                number=deployment.id,
            )


def _version(session: Session, row: ProcessDefinition) -> Iterator[Discrepancy]:
    body = session.scalar(select(Content.body).where(Content.sha256 == row.sha256))
    process = _process(body or b"", row)
    expected: dict[str, object] = {
        "definition_hash": definition_hash(row.sha256, *parts_of(session, row)),
        "name": process.name if process else None,
        "properties": dict(process.properties) if process else None,
        "start_form_id": process.start_form_id if process else None,
    }
    for column, value in expected.items():
        if getattr(row, column) != value:
            yield discrepancy(
                "definition_altered",
                mark("流程 {process} 第 {version} 版的登记（{named}）与它的流程图和表单不符：有一方被改动过。"),
                column=column,
                process=row.process_id,
                version=row.version,
                named=column,
            )


def _process(body: bytes, row: ProcessDefinition) -> Process | None:
    try:
        return next((one for one in read(body, row.resource_name) if one.id == row.process_id), None)
    except UnpublishableError:
        return None
