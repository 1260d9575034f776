"""Binding uploaded files to the case whose form they were handed in with."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from engine.errors import InvalidError, mark
from engine.model import Attachment


def document_ids(values: object) -> Iterator[str]:
    """Give the ids of all document references in a value."""
    if isinstance(values, dict):
        if isinstance(values.get("documentId"), str):
            yield values["documentId"]
        for value in values.values():
            yield from document_ids(value)
    elif isinstance(values, list):
        for value in values:
            yield from document_ids(value)


def bind(
    session: Session, instance_id: int, submitted: Mapping[str, object], before: Mapping[str, object], actor: str
) -> None:
    """Give newly submitted files to the case.

    Raises InvalidError for a file that the actor did not upload or that belongs to another case: a form
    must not be a way to read somebody else's file.
    """
    new = set(document_ids(dict(submitted))) - set(document_ids(dict(before)))
    if not new:
        return
    bound = session.scalars(
        update(Attachment)
        .where(
            Attachment.id.in_(new),
            or_(Attachment.instance_id == instance_id, Attachment.instance_id.is_(None)),
            or_(Attachment.instance_id == instance_id, Attachment.uploaded_by == actor),
        )
        .values(instance_id=instance_id)
        .returning(Attachment.id)
    ).all()
    if set(bound) != new:
        raise InvalidError(
            mark("有 {count} 个附件不是您上传的或已属于别的事项,请重新上传。"), count=len(new - set(bound))
        )


def reference(row: Any) -> dict[str, object]:  # noqa: ANN401 - a row of attachments, whole or selected
    """Give the value that stands for a file in variables: Camunda's document reference."""
    return {
        "camunda.document.type": "camunda",
        "storeId": "qucheng",
        "documentId": row.id,
        "contentHash": row.sha256,
        "metadata": {"fileName": row.file_name, "contentType": row.content_type, "size": row.size},
    }
