"""Files of cases: always handed out as downloads, never shown inside our own pages; each look is noted."""

from flask import Response, send_file

from engine.commands.record_access import Look, record_access
from engine.errors import NotFoundError, mark
from engine.queries.attachments import StoredFile, view_attachment
from web.application import this_application
from web.auth import current_person, current_session


def file_to_send(attachment_id: str) -> StoredFile:
    """Give a file that the person of this request may have. Raises NotFoundError for all others."""
    return view_attachment(current_session(), current_person(), attachment_id)


def send_attachment(file: StoredFile) -> Response:
    """Send a file, and note the look where it belongs to a case. Raises NotFoundError where its content is lost."""
    path = this_application().settings.attachments_folder / file.sha256[:2] / file.sha256
    if not path.is_file():
        raise NotFoundError(mark("附件“{name}”的内容不在服务器上，请联系系统管理员。"), name=file.name)
    if file.instance_id is not None:
        look = Look(kind="attachment", instance_id=file.instance_id, subject=file.name, personal=file.personal)
        record_access(current_session(), current_person().username, look)
    return send_file(path, mimetype=file.content_type, as_attachment=True, download_name=file.name)
