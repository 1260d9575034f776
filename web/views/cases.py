"""Cases: which one may start, which one has started, and those a reader may see."""

from collections.abc import Mapping

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from engine.commands.comment_case import comment_case
from engine.commands.mark_copy_read import mark_copy_read
from engine.commands.record_access import Look, record_access
from engine.commands.start_instance import start_instance
from engine.commands.withdraw_instance import withdraw_instance
from engine.errors import EngineError, FieldProblem, FormInvalidError, InvalidError
from engine.queries.access import readable_definitions
from engine.queries.case_record import view_record
from engine.queries.case_view import CaseView, case_diagram, view_case
from engine.queries.cases import CaseFilter, CaseSort, list_cases, processes_of_cases
from engine.queries.startable import StartView, startable_processes, view_start
from web import form_pages
from web.auth import allow, current_person, current_session
from web.form_pages import FormPage
from web.forms import framed
from web.i18n import explain, gettext
from web.listing import current_query, one_of, page_number

blueprint = Blueprint("cases", __name__, url_prefix="/cases")

_SORTS: tuple[CaseSort, ...] = ("-started", "started", "-ended", "ended", "process", "-process")
_STATES = ("", "ACTIVE", "COMPLETED", "WITHDRAWN", "REJECTED", "TERMINATED")


@blueprint.get("/start")
@allow("staff")
def startable() -> ResponseReturnValue:
    """List the processes the person may start."""
    return render_template("cases/startable.html", processes=startable_processes(current_session(), current_person()))


@blueprint.get("/mine")
@allow("staff")
def mine() -> ResponseReturnValue:
    """List the cases the person has started."""
    return _list("cases/mine.html", started_by=current_person().username)


@blueprint.get("")
@allow("supervisor")
def all_cases() -> ResponseReturnValue:
    """List every case of the processes the person supervises."""
    readable = readable_definitions(current_session(), current_person())
    return _list("cases/all.html", definition_ids=tuple(readable))


def _list(template: str, started_by: str | None = None, definition_ids: tuple[int, ...] | None = None) -> str:
    db, query = current_session(), current_query()
    wanted = CaseFilter(
        started_by=started_by,
        definition_ids=definition_ids,
        search=query.get("search"),
        process_id=query.get("process"),
        state=one_of("state", _STATES),
        sort=one_of("sort", _SORTS),
    )
    return render_template(
        template,
        page=list_cases(db, wanted, page_number()),
        processes=processes_of_cases(db, wanted),
        wanted=wanted,
        query=query,
        now=clock.now(),
    )


@blueprint.get("/start/<process_id>")
@allow("staff")
def start(process_id: str) -> ResponseReturnValue:
    """Show the form that starts a case."""
    view = view_start(current_session(), current_person(), process_id)
    page = None
    if view.form is not None:
        page = form_pages.show_kept(view.form, _initiator()) or form_pages.show(view.form, _initiator())
    return _start_page(view, page)


@blueprint.post("/start/<process_id>")
@allow("staff")
def start_now(process_id: str) -> ResponseReturnValue:
    """Start a case, or show again what was typed."""
    db, person = current_session(), current_person()
    view = view_start(db, person, process_id)
    if view.form is None:
        return _started(start_instance(db, process_id, {}, person.username))
    submission = form_pages.submitted(view.form)
    if not submission.final:
        problems = form_pages.problems_so_far(view.form, submission, _initiator())
        return _start_page(view, form_pages.show(view.form, _initiator(), submission, problems))
    problems = form_pages.problems_of(view.form, submission, _initiator())
    if problems:
        return _start_page(view, form_pages.show(view.form, _initiator(), submission, problems)), 422
    try:
        with db.begin_nested():
            instance_id = start_instance(db, process_id, submission.values, person.username)
    except FormInvalidError as error:
        # Somebody took the entry between the check and the start.
        return _start_page(view, form_pages.show(view.form, _initiator(), submission, error.problems)), 422
    except EngineError as error:
        # A refusal such as "no superior" is no reason to throw away a filled form.
        page = form_pages.show(view.form, _initiator(), submission)
        return _start_page(view, page, explain(error)), 422
    return _started(instance_id)


@blueprint.get("/<int:instance_id>")
@allow("staff", "auditor", writes=True)
def show(instance_id: int) -> ResponseReturnValue:
    """Show a case to its people, their superiors and its readers; the look is noted."""
    db, person = current_session(), current_person()
    case = view_case(db, person, instance_id)
    look = Look(kind="case", instance_id=instance_id, personal=case.personal == "shown")
    record_access(db, person.username, look)
    mark_copy_read(db, instance_id, person.username)
    return render_template("cases/show.html", case=case, now=clock.now(), typed={}, problems={})


@blueprint.post("/<int:instance_id>/comments")
@allow("staff", "auditor")
def comment(instance_id: int) -> ResponseReturnValue:
    """Write a comment, or show what was typed again with what is wrong."""
    db, person = current_session(), current_person()
    case = view_case(db, person, instance_id)
    try:
        with db.begin_nested():
            comment_case(db, instance_id, request.form.get("text", ""), person.username)
    except InvalidError as error:
        return _again(case, {"text": FieldProblem(error.message, error.facts)}), 422
    flash(gettext("评论已写入办理经过。"), "ok")
    return redirect(url_for("cases.show", instance_id=instance_id, _anchor="comments"))


@blueprint.get("/<int:instance_id>/record")
@allow("staff", "auditor", writes=True)
def record(instance_id: int) -> ResponseReturnValue:
    """Show a case as a record to print: every form as it was handed in; the look is noted."""
    db, person = current_session(), current_person()
    case = view_record(db, person, instance_id)
    g.frames = [origin for sheet in case.sheets for origin in framed(sheet.rows)]
    record_access(db, person.username, Look(kind="case", instance_id=instance_id, personal=case.personal == "shown"))
    return render_template("cases/record.html", case=case, now=clock.now())


@blueprint.get("/<int:instance_id>/diagram.bpmn")
@allow("staff", "auditor")
def diagram(instance_id: int) -> ResponseReturnValue:
    """Give the diagram a case runs on, for the viewer."""
    body = case_diagram(current_session(), current_person(), instance_id)
    return Response(body, mimetype="application/xml")


@blueprint.post("/<int:instance_id>/withdraw")
@allow("staff")
def withdraw(instance_id: int) -> ResponseReturnValue:
    """End a case because its initiator no longer wants it, or show what was typed again with what is wrong."""
    db, person = current_session(), current_person()
    try:
        with db.begin_nested():
            withdraw_instance(db, instance_id, request.form.get("reason", ""), person.username)
    except InvalidError as error:
        return _again(view_case(db, person, instance_id), {"reason": FieldProblem(error.message, error.facts)}), 422
    flash(gettext("事项已撤销。"), "ok")
    return redirect(url_for("cases.show", instance_id=instance_id))


def _again(case: CaseView, problems: Mapping[str, FieldProblem]) -> str:
    return render_template("cases/show.html", case=case, now=clock.now(), typed=request.form, problems=problems)


def _initiator() -> dict[str, object]:
    return {"initiator": current_person().username}


def _start_page(view: StartView, page: FormPage | None, refusal: str | None = None) -> str:
    return render_template("cases/start.html", process=view, page=page, refusal=refusal)


def _started(instance_id: int) -> ResponseReturnValue:
    flash(gettext("已提交，事项编号 #%(id)s。", id=instance_id), "ok")
    return redirect(url_for("cases.show", instance_id=instance_id))
