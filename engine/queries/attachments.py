"""Uploaded files: which of them a form may refer to, and what a download needs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.errors import NotFoundError, mark
from engine.execution.files import reference
from engine.model import Attachment
from engine.queries.access import may_read_case
from engine.queries.people import Person
from engine.queries.personal import Veils


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file that somebody may download."""

    id: str
    name: str
    content_type: str
    size: int
    sha256: str
    instance_id: int | None
    personal: bool
    """Its case has personal data, which may stand in the file too."""


def known_documents(
    session: Session, person: Person, instance_id: int | None, ids: Iterable[str]
) -> Callable[[str], dict[str, object] | None]:
    """Give a function that knows the references of those documents that the person may use in a form.

    These are the files of the case, and those the person has uploaded and not yet handed in. One statement, or none.
    """
    wanted = set(ids)
    if not wanted:
        return dict[str, dict[str, object]]().get
    own = (Attachment.uploaded_by == person.username) & Attachment.instance_id.is_(None)
    rows = session.scalars(
        select(Attachment).where(
            Attachment.id.in_(wanted), or_(own, Attachment.instance_id == instance_id) if instance_id else own
        )
    )
    references = {row.id: reference(row) for row in rows}
    return references.get


def view_attachment(session: Session, person: Person, attachment_id: str) -> StoredFile:
    """Give a file to somebody who may see its case, or who has uploaded it. Raises NotFoundError.

    Of a case with personal data, only to those who may read them: a file says what the fields say.
    """
    row = session.get(Attachment, attachment_id)
    seen = _sight(session, person, row) if row is not None else None
    if row is None or seen is None or seen == "hidden":
        raise NotFoundError(mark("没有这个附件，或者您看不到它。"))
    return StoredFile(
        id=row.id,
        name=row.file_name,
        content_type=row.content_type,
        size=row.size,
        sha256=row.sha256,
        instance_id=row.instance_id,
        personal=seen == "shown",
    )


def _sight(session: Session, person: Person, row: Attachment) -> Literal["none", "shown", "hidden"] | None:
    if row.instance_id is None:
        return "none" if row.uploaded_by == person.username else None
    if not may_read_case(session, person, row.instance_id):
        return None
    return Veils(session, person).sight(row.instance_id).personal
