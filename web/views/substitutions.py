"""Who stands in for a person while they are away; administrators see to everybody's."""

import datetime as dt
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.clock import SHANGHAI
from engine.commands.create_substitution import WantedSubstitution, create_substitution
from engine.commands.end_substitution import end_substitution
from engine.errors import FieldProblem, InvalidError, mark
from engine.queries.find_people import person_named
from engine.queries.substitutions import list_substitutions, process_choices
from web.auth import allow, current_person, current_session
from web.i18n import gettext
from web.kept import kept_input

blueprint = Blueprint("substitutions", __name__, url_prefix="/account/substitutions")


@blueprint.get("")
@allow("staff")
def index() -> ResponseReturnValue:
    """List the person's substitutions, with a form for a new one."""
    return _page(kept_input() or {}, {})


@blueprint.post("")
@allow("staff")
def create() -> ResponseReturnValue:
    """Make a substitution, or show the form again with what is wrong beside its field."""
    db, person = current_session(), current_person()
    try:
        with db.begin_nested():
            create_substitution(db, _wanted(request.form), person.username)
    except InvalidError as error:
        problems = {error.where or "reason": FieldProblem(error.message, error.facts)}
        return _page(request.form, problems), 422
    flash(gettext("代理已设置，已经打开的任务也包括在内。"), "ok")
    return redirect(url_for("substitutions.index"))


@blueprint.post("/<int:substitution_id>/end")
@allow("staff")
def end(substitution_id: int) -> ResponseReturnValue:
    """End a substitution before its time."""
    end_substitution(current_session(), substitution_id, current_person().username)
    flash(gettext("代理已结束。"), "ok")
    return redirect(url_for("substitutions.index"))


def _wanted(form: Mapping[str, str]) -> WantedSubstitution:
    db, person = current_session(), current_person()
    for_other = "admin" in person.roles and form.get("principal", "").strip()
    return WantedSubstitution(
        principal=person_named(db, form["principal"], "principal") if for_other else person.username,
        substitute=person_named(db, form.get("substitute", ""), "substitute"),
        starts_at=_day(form.get("starts_on", ""), "starts_at"),
        ends_at=_day(form.get("ends_on", ""), "ends_at") + dt.timedelta(days=1),
        process_ids=None if form.get("extent") != "some" else request.form.getlist("process_ids"),
        reason=form.get("reason", ""),
    )


def _day(text: str, where: str) -> dt.datetime:
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidError(mark("请填写日期，如 2026-03-02。"), where=where) from error
    return dt.datetime.combine(day, dt.time(), SHANGHAI)


def _page(typed: Mapping[str, str], problems: Mapping[str, FieldProblem]) -> str:
    db, person = current_session(), current_person()
    return render_template(
        "account/substitutions.html",
        rows=list_substitutions(db, person, everybody=True),
        processes=process_choices(db),
        chosen=request.form.getlist("process_ids"),
        typed=typed,
        problems=problems,
    )
