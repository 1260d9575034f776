"""Files of cases: always handed out as downloads, never shown inside our own pages."""

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue

from engine.commands.record_access import record_access
from engine.errors import NotFoundError, mark
from engine.queries.attachments import view_attachment
from web.application import this_application
from web.auth import allow, current_person, current_session

blueprint = Blueprint("attachments", __name__, url_prefix="/attachments")


@blueprint.get("/<attachment_id>")
@allow("staff", "auditor", writes=True)
def download(attachment_id: str) -> ResponseReturnValue:
    """Send a file to somebody who may see its case; the look is noted."""
    db, person = current_session(), current_person()
    file = view_attachment(db, person, attachment_id)
    path = this_application().settings.attachments_folder / file.sha256[:2] / file.sha256
    if not path.is_file():
        raise NotFoundError(mark("附件“{name}”的内容不在服务器上，请联系系统管理员。"), name=file.name)
    if file.instance_id is not None:
        record_access(db, person.username, file.instance_id, "attachment", file.name)
    return send_file(path, mimetype=file.content_type, as_attachment=True, download_name=file.name)
