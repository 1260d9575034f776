"""Incidents, for administrators: what got stuck where and why, and the ways to get it going again."""

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands.assign_task import assign_task
from engine.commands.drop_start import drop_start
from engine.commands.record_access import Look
from engine.commands.resolve_incident import resolve_incident
from engine.commands.retry_start import retry_start
from engine.commands.skip_incident import skip_incident
from engine.errors import EngineError, FieldProblem, InvalidError, mark
from engine.forms import unmask
from engine.queries.incident_view import IncidentView, view_incident
from engine.queries.incidents import failed_starts, list_incidents, processes_with_incidents
from web.auth import allow, current_person, current_session
from web.i18n import explain, gettext
from web.json_fields import typed_variables
from web.kept import kept_input
from web.listing import current_query, one_of, page_number
from web.looks import note_look

blueprint = Blueprint("incidents", __name__, url_prefix="/incidents")

TITLES = {
    "no_condition_true": mark("网关没有一条路走得通"),
    "condition_not_boolean": mark("条件没有给出是或否"),
    "expression_failed": mark("表达式出错"),
    "decision_missing": mark("找不到决策表"),
    "decision_failed": mark("决策表出错"),
    "error_not_caught": mark("错误没有人接"),
    "job_failed": mark("系统任务没有做成"),
    "correlation_key_missing": mark("消息的关联键没有值"),
    "timer_without_time": mark("定时器没有时间"),
    "timer_cycle": mark("循环定时的写法不对"),
    "collection_not_list": mark("多实例的集合不是列表"),
    "endless_loop": mark("流程在转圈"),
    "nobody_found": mark("没有找到办理人"),
    "join_waits_in_vain": mark("汇合网关等不到另一条分支"),
}
"""What an incident is called; every other code is called by ``OTHER``."""
OTHER = mark("流程走不下去")


@blueprint.get("")
@allow("admin")
def index() -> ResponseReturnValue:
    """List what is stuck, or what was resolved."""
    db, query = current_session(), current_query()
    state = one_of("state", ("open", "resolved"))
    return render_template(
        "incidents/index.html",
        page=list_incidents(db, resolved=state == "resolved", process_id=query.get("process"), page=page_number()),
        starts=failed_starts(db) if state == "open" else [],
        processes=processes_with_incidents(db),
        state=state,
        query=query,
        title_of=title_of,
    )


@blueprint.get("/<int:incident_id>")
@allow("admin")
def show(incident_id: int) -> ResponseReturnValue:
    """Show an incident with the forms that resolve it."""
    return _page(view_incident(current_session(), current_person(), incident_id), kept_input() or {}, {})


@blueprint.post("/<int:incident_id>")
@allow("admin")
def resolve(incident_id: int) -> ResponseReturnValue:
    """Resolve an incident, or show again what was typed with what is wrong about it."""
    db, form = current_session(), request.form
    incident = view_incident(db, current_person(), incident_id)
    typed = typed_variables(form, [(one.name, one.json) for one in incident.variables])
    stored = {one.name: one.stored for one in incident.variables}
    values = {name: unmask(value, stored.get(name)) for name, value in typed.values.items()}
    problems = dict(typed.problems)
    action = _ACTIONS.get(form.get("action", ""))
    if action is None:
        problems["action"] = FieldProblem(mark("请选择怎样处理。"))
    elif not problems:
        try:
            with db.begin_nested():
                action(incident, form, values)
        except InvalidError as error:
            problems[error.where or "action"] = FieldProblem(error.message, error.facts)
    if problems:
        return _page(incident, form, problems), 422
    waits_on = incident.beside and action is _skip
    done = (
        mark("异常 #%(id)s 已处理，在等的照常等下去。") if waits_on else mark("异常 #%(id)s 已处理，事项继续往下走。")
    )
    flash(gettext(done, id=incident_id), "ok")
    return redirect(url_for("cases.show", instance_id=incident.instance_id))


@blueprint.post("/starts/<int:job_id>")
@allow("admin")
def resolve_start(job_id: int) -> ResponseReturnValue:
    """Try a failed start again, or give it up for a reason."""
    db, actor = current_session(), current_person().username
    try:
        if request.form.get("action") == "drop":
            drop_start(db, job_id, request.form.get("reason", ""), actor)
            flash(gettext("这一件不再发起。"), "ok")
        else:
            retry_start(db, job_id, actor)
            flash(gettext("正在重新发起。"), "ok")
    except EngineError as error:
        flash(explain(error), "danger")
    return redirect(url_for("incidents.index"))


def title_of(code: str) -> str:
    """Give what people call a kind of incident."""
    return gettext(TITLES.get(code, OTHER))


def _retry(incident: IncidentView, form: Mapping[str, str], _values: Mapping[str, object]) -> None:
    resolve_incident(current_session(), incident.id, current_person().username, reason=form.get("reason", ""))


def _correct(incident: IncidentView, form: Mapping[str, str], values: Mapping[str, object]) -> None:
    if not values:
        raise InvalidError(mark("还没有改动任何数据。请改正下面的值，或选“原样重试”。"), where="correct")
    if not form.get("reason", "").strip():
        raise InvalidError(mark("请填写原因。"), where="reason")
    person, reason = current_person().username, form["reason"]
    resolve_incident(current_session(), incident.id, person, corrections=values, reason=reason)


def _skip(incident: IncidentView, form: Mapping[str, str], values: Mapping[str, object]) -> None:
    chosen = request.form.getlist("flows")
    reason = form.get("reason", "")
    skip_incident(current_session(), incident.id, reason, current_person().username, variables=values, flow_ids=chosen)


def _assign(incident: IncidentView, form: Mapping[str, str], _values: Mapping[str, object]) -> None:
    if incident.task_id is None:
        raise InvalidError(mark("这个任务已不在等待：流程已走到别处。"), where="assignee")
    person, reason = current_person().username, form.get("reason", "")
    assign_task(current_session(), incident.task_id, form.get("assignee", ""), person, reason=reason)


_ACTIONS: Mapping[str, Callable[[IncidentView, Mapping[str, str], Mapping[str, object]], None]] = {
    "retry": _retry,
    "correct": _correct,
    "skip": _skip,
    "assign": _assign,
}


def _page(incident: IncidentView, typed: Mapping[str, str], problems: Mapping[str, FieldProblem]) -> str:
    if incident.personal == "shown":
        look = Look(kind="incident", instance_id=incident.instance_id, subject=f"#{incident.id}", personal=True)
        note_look(look)
    return render_template(
        "incidents/show.html", incident=incident, title=title_of(incident.code), typed=typed, problems=problems
    )
