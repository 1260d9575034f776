"""Attachments: what is on disk against its hash, and what the database says of them against history."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import json_text
from engine.audit.discrepancy import Discrepancy, discrepancy
from engine.audit.rows import Event, streamed
from engine.errors import mark
from engine.model import Attachment

CHUNK = 1 << 20
PICKED_ENTRY = frozenset({"register", "number", "version", "values"})
"""What the value of a register picker always has."""


def check_stored_files(session: Session, folder: Path, instance_id: int | None = None) -> Iterator[Discrepancy]:
    """Hash the content of every attachment that belongs to a case."""
    statement = select(Attachment.sha256, Attachment.file_name, Attachment.instance_id)
    statement = statement.where(Attachment.instance_id.is_not(None)).order_by(Attachment.sha256)
    if instance_id is not None:
        statement = statement.where(Attachment.instance_id == instance_id)
    known: tuple[str, str | None] = ("", None)
    for row in streamed(session, statement):
        if known[0] != row.sha256:
            known = (row.sha256, file_hash(folder / row.sha256[:2] / row.sha256))
        if known[1] != row.sha256:
            yield _wrong_content(row.instance_id, row.file_name, missing=known[1] is None)


def check_documents(session: Session, instance_id: int, handed_in: dict[str, str]) -> Iterator[Discrepancy]:
    """Compare the attachments of a case with the references in its history: id → hash of the content."""
    if not handed_in:
        return
    rows = session.execute(
        select(Attachment.id, Attachment.sha256, Attachment.instance_id).where(Attachment.id.in_(handed_in))
    )
    found = {row.id: (row.sha256, row.instance_id) for row in rows}
    for document, content_hash in handed_in.items():
        if found.get(document) != (content_hash, instance_id):
            yield discrepancy(
                "attachment_altered",
                mark("事项 #{case} 的附件登记（{document}）与它的历史不符：登记被改动或删除过。"),
                case=instance_id,
                document=document,
            )


def documents_of(event: Event) -> dict[str, str]:
    """Give the document references in what was handed in by an event: id → hash of the content.

    Files in a register entry that a form picked are not: they belong to the case that wrote the entry.
    """
    body = event["body"]
    if not isinstance(body, str) or '"contentHash"' not in body:
        return {}
    try:
        read = json_text.loads(body)
    except ValueError:
        return {}
    given = read.get("input") if isinstance(read, dict) else None
    of_others = {document for entry in _picked(given) for document, _hash in _references(entry["values"])}
    return {document: digest for document, digest in _references(given) if document not in of_others}


def file_hash(path: Path) -> str | None:
    """Hash a file; None where there is none."""
    try:
        with path.open("rb") as file:
            digest = hashlib.sha256()
            while chunk := file.read(CHUNK):
                digest.update(chunk)
            return digest.hexdigest()
    except OSError:
        return None


def _references(value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        if isinstance(value.get("documentId"), str) and isinstance(value.get("contentHash"), str):
            yield value["documentId"], value["contentHash"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _picked(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        if value.keys() >= PICKED_ENTRY:
            yield value
        for inner in value.values():
            yield from _picked(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _picked(inner)


def _wrong_content(instance_id: int, name: str, *, missing: bool) -> Discrepancy:
    if missing:
        message = mark("事项 #{case} 的附件“{name}”的内容不在了。")
    else:
        message = mark("事项 #{case} 的附件“{name}”的内容被改动过：它与提交时的哈希不符。")
    return discrepancy("attachment_content", message, case=instance_id, name=name)
