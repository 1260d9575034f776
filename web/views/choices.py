"""Choosing what is done next in an ad-hoc sub-process."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands.activate_adhoc_elements import Chosen, activate_adhoc_elements
from engine.errors import InvalidError
from engine.queries.access import require_case_reader
from web.auth import allow, current_person, current_session
from web.i18n import explain, gettext

blueprint = Blueprint("choices", __name__, url_prefix="/cases")


@blueprint.post("/<int:instance_id>/choices/<int:token>")
@allow("staff")
def choose(instance_id: int, token: int) -> ResponseReturnValue:
    """Begin the elements that were ticked."""
    db, person = current_session(), current_person()
    require_case_reader(db, person, instance_id)
    chosen = [Chosen(element_id=element_id) for element_id in request.form.getlist("element")]
    try:
        activate_adhoc_elements(db, instance_id, token, chosen, person.username)
    except InvalidError as error:
        flash(explain(error), "danger")
    else:
        flash(gettext("已开始所选的任务。"), "ok")
    return redirect(url_for("cases.show", instance_id=instance_id))
