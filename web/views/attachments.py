"""Files of cases, for people."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from web.auth import allow
from web.downloads import file_to_send, send_attachment

blueprint = Blueprint("attachments", __name__, url_prefix="/attachments")


@blueprint.get("/<attachment_id>")
@allow("staff", "auditor", writes=True)
def download(attachment_id: str) -> ResponseReturnValue:
    """Send a file to somebody who may see its case; the look is noted."""
    return send_attachment(file_to_send(attachment_id))
