"""Hand-overs: the tasks of somebody who leaves, for administrators."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands.begin_handover import begin_handover
from engine.commands.continue_handover import continue_handover
from engine.commands.retry_handover import retry_handover
from engine.errors import FieldProblem, InvalidError
from engine.queries.find_people import anybody_named, person_named
from engine.queries.handovers import list_handovers, rules_naming, view_handover
from web.auth import allow, current_person, current_session
from web.i18n import gettext
from web.kept import kept_input

blueprint = Blueprint("handovers", __name__, url_prefix="/handovers")


@blueprint.get("")
@allow("admin")
def index() -> ResponseReturnValue:
    """List the hand-overs, with a form for a new one."""
    return _page(kept_input() or {}, {})


@blueprint.post("")
@allow("admin")
def create() -> ResponseReturnValue:
    """Begin a hand-over and do the first of it; the worker does the rest."""
    db, form = current_session(), request.form
    try:
        with db.begin_nested():
            leaver = anybody_named(db, form.get("leaver", ""), "leaver")
            successor = person_named(db, form.get("successor", ""), "successor")
            number = begin_handover(db, leaver, successor, form.get("reason", ""), current_person().username)
    except InvalidError as error:
        return _page(form, {error.where or "reason": FieldProblem(error.message, error.facts)}), 422
    continue_handover(db, number)
    flash(gettext("交接已开始。"), "ok")
    return redirect(url_for("handovers.show", handover_id=number))


@blueprint.get("/<int:handover_id>")
@allow("admin")
def show(handover_id: int) -> ResponseReturnValue:
    """Show how far a hand-over is, and which rules still name the leaver."""
    db = current_session()
    handover = view_handover(db, handover_id)
    return render_template("handovers/show.html", handover=handover, rules=rules_naming(db, handover.leaver))


@blueprint.post("/<int:handover_id>/retry")
@allow("admin")
def retry(handover_id: int) -> ResponseReturnValue:
    """Try again what was passed over, the first of it at once."""
    retry_handover(current_session(), handover_id, current_person().username)
    continue_handover(current_session(), handover_id)
    flash(gettext("已重新交接。"), "ok")
    return redirect(url_for("handovers.show", handover_id=handover_id))


def _page(typed: Mapping[str, str], problems: Mapping[str, FieldProblem]) -> str:
    rows = list_handovers(current_session())
    return render_template("handovers/index.html", rows=rows, typed=typed, problems=problems)
