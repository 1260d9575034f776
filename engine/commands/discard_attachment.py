"""Take back a file that was uploaded and never handed in."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine.errors import ConflictError, NotFoundError, mark
from engine.execution.rows import changed
from engine.model import Attachment


def discard_attachment(session: Session, attachment_id: str, actor: str) -> None:
    """Forget a file of the actor that belongs to no case yet: from now on nobody can reach it.

    Its content, which is kept by its hash, may be another file's too and stays in the folder. Raises NotFoundError
    for a file of somebody else, ConflictError for one that a case has: it is evidence.
    """
    attachment = session.get(Attachment, attachment_id)
    if attachment is None or attachment.uploaded_by != actor:
        raise NotFoundError(mark("没有这个附件，或者您看不到它。"))
    free = Attachment.id == attachment_id, Attachment.instance_id.is_(None)
    if changed(session, delete(Attachment).where(*free)) != 1:
        raise ConflictError(mark("附件“{name}”已经随表单提交，是事项的一部分，不能删除。"), name=attachment.file_name)
