"""Messages to a person."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands.mark_notifications_read import mark_notifications_read
from engine.queries.notifications import list_notifications
from web.auth import allow, current_person, current_session
from web.kept import local_target
from web.listing import current_query, page_number

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")


@blueprint.get("")
@allow("staff", "auditor")
def index() -> ResponseReturnValue:
    """List the messages, newest first."""
    page = list_notifications(current_session(), current_person(), page_number())
    return render_template("notifications.html", page=page, query=current_query())


@blueprint.post("/read")
@allow("staff", "auditor")
def read() -> ResponseReturnValue:
    """Mark one message as read and go on to what it speaks of; without one, mark all."""
    notification_id = request.form.get("notification_id", type=int)
    ids = None if notification_id is None else [notification_id]
    mark_notifications_read(current_session(), current_person().username, ids)
    return redirect(local_target(request.form.get("next"), url_for("notifications.index")))
