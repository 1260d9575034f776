"""Uploaded files: which of them a form may refer to, and what a download needs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.errors import NotFoundError, mark
from engine.execution.files import reference
from engine.model import Attachment
from engine.queries.access import may_read_case
from engine.queries.people import Person


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file that somebody may download."""

    id: str
    name: str
    content_type: str
    size: int
    sha256: str
    instance_id: int | None


def known_documents(
    session: Session, person: Person, instance_id: int | None, ids: Iterable[str]
) -> Callable[[str], dict[str, object] | None]:
    """Give a function that knows the references of those documents that the person may use in a form.

    These are the files of the case, and those the person has uploaded and not yet handed in. One statement.
    """
    wanted = set(ids)
    own = (Attachment.uploaded_by == person.username) & Attachment.instance_id.is_(None)
    rows = session.scalars(
        select(Attachment).where(
            Attachment.id.in_(wanted), or_(own, Attachment.instance_id == instance_id) if instance_id else own
        )
    )
    references = {row.id: reference(row) for row in rows} if wanted else {}
    return references.get


def view_attachment(session: Session, person: Person, attachment_id: str) -> StoredFile:
    """Give a file to somebody who may see its case, or who has uploaded it. Raises NotFoundError."""
    row = session.get(Attachment, attachment_id)
    if row is None or not _may_read(session, person, row):
        raise NotFoundError(mark("没有这个附件，或者您看不到它。"))
    return StoredFile(
        id=row.id,
        name=row.file_name,
        content_type=row.content_type,
        size=row.size,
        sha256=row.sha256,
        instance_id=row.instance_id,
    )


def _may_read(session: Session, person: Person, row: Attachment) -> bool:
    if row.instance_id is None:
        return row.uploaded_by == person.username
    return may_read_case(session, person, row.instance_id)
