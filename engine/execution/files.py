"""Binding uploaded files to the case whose form they were handed in with."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from engine.errors import InvalidError, mark
from engine.model import Attachment

_HOLDS = frozenset({dict, list})
"""What may hold a reference."""


def document_ids(values: object) -> Iterator[str]:
    """Give the ids of all document references in a value."""
    return (str(one["documentId"]) for one in _references(values))


def genuine(
    session: Session, values: Mapping[str, object], handed_in: object, before: Mapping[str, object], actor: str
) -> dict[str, object]:
    """Give values with every document reference that was handed in as it is stored.

    ``handed_in`` is the part of them where somebody may put files, see ``submitting.handed_in``. A program may
    write any name, size or hash beside an id; what the case keeps must be true. Raises InvalidError for a file
    the actor did not upload.
    """
    if not any(_may_refer(part) and any(True for _one in _references(part)) for part in (dict(values), handed_in)):
        # What the case has already may be long, and without a file nothing of it is asked for.
        return dict(values)
    known = {str(one["documentId"]): one for one in _references(dict(before))}
    new = {one for one in document_ids(handed_in) if one not in known}
    if new:
        rows = session.scalars(select(Attachment).where(Attachment.id.in_(new), Attachment.uploaded_by == actor))
        known |= {row.id: reference(row) for row in rows}
    missing = new - known.keys()
    if missing:
        raise _not_yours(len(missing))
    return {name: _replaced(value, known) for name, value in values.items()}


def _may_refer(values: object) -> bool:
    """Tell at a glance whether there may be a reference: in most forms there are texts and numbers only."""
    return not isinstance(values, dict) or "documentId" in values or not _HOLDS.isdisjoint(map(type, values.values()))


def _references(values: object) -> Iterator[dict[str, object]]:
    if isinstance(values, dict):
        if isinstance(values.get("documentId"), str):
            yield values
        yield from _inside(values.values())
    elif isinstance(values, list):
        yield from _inside(values)


def _inside(values: Iterable[object]) -> Iterator[dict[str, object]]:
    for value in values:
        # Most values are single ones, and to ask for a generator takes longer than to look.
        if isinstance(value, (dict, list)):
            yield from _references(value)


def _replaced(value: object, known: Mapping[str, dict[str, object]]) -> object:
    if isinstance(value, dict):
        if isinstance(value.get("documentId"), str):
            return known.get(value["documentId"], value)
        return {name: _replaced(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, known) for inner in value]
    return value


def _not_yours(count: int) -> InvalidError:
    return InvalidError(mark("有 {count} 个附件不是您上传的或已属于别的事项，请重新上传。"), count=count)


def bind(session: Session, instance_id: int, handed_in: object, before: Mapping[str, object], actor: str) -> None:
    """Give newly submitted files to the case.

    Raises InvalidError for a file that the actor did not upload or that belongs to another case: a form
    must not be a way to read somebody else's file.
    """
    given = set(document_ids(handed_in))
    new = given - set(document_ids(dict(before))) if given else given
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
        raise _not_yours(len(new - set(bound)))


def reference(row: Any) -> dict[str, object]:  # noqa: ANN401 - a row of attachments, whole or selected
    """Give the value that stands for a file in variables: Camunda's document reference."""
    return {
        "camunda.document.type": "camunda",
        "storeId": "qucheng",
        "documentId": row.id,
        "contentHash": row.sha256,
        "metadata": {"fileName": row.file_name, "contentType": row.content_type, "size": row.size},
    }
