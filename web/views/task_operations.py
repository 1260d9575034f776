"""What people do with a task beside completing it: passing it on, asking others, reminding."""

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from engine.commands.delegate_task import delegate_task
from engine.commands.reassign_task import reassign_task
from engine.commands.recall_task import recall_task
from engine.commands.resolve_task import resolve_task
from engine.errors import FieldProblem, InvalidError
from engine.queries.find_people import person_named
from engine.queries.task_view import view_task
from web.auth import allow, current_person, current_session
from web.i18n import gettext
from web.views.tasks import show_task

blueprint = Blueprint("task_operations", __name__, url_prefix="/tasks")

Form = Mapping[str, str]


@blueprint.post("/<int:task_id>/operations/<operation>")
@allow("staff")
def operate(task_id: int, operation: str) -> ResponseReturnValue:
    """Do something with a task, or show its page again with what is wrong beside the field."""
    act = _OPERATIONS.get(operation)
    if act is None:
        raise NotFound
    db, form = current_session(), request.form
    task = view_task(db, current_person(), task_id)
    try:
        with db.begin_nested():
            told = act(task_id, form)
    except InvalidError as error:
        problems = {error.where or "operation": FieldProblem(error.message, error.facts)}
        return show_task(task, operation=operation, typed=form, problems=problems), 422
    flash(told, "ok")
    return redirect(url_for("tasks.inbox") if operation in _LEAVING else url_for("tasks.show", task_id=task_id))


def _reassign(task_id: int, form: Form) -> str:
    assignee = person_named(current_session(), form.get("assignee", ""), "assignee")
    done = reassign_task(current_session(), task_id, assignee, form.get("reason", ""), current_person().username)
    return gettext("已转办。") if done else gettext("已提交，通过检查后转给对方。")


def _delegate(task_id: int, form: Form) -> str:
    assignee = person_named(current_session(), form.get("assignee", ""), "assignee")
    done = delegate_task(current_session(), task_id, assignee, form.get("reason", ""), current_person().username)
    return gettext("已委派，对方写好意见后任务会回到您这里。") if done else gettext("已提交，通过检查后转给对方。")


def _resolve(task_id: int, form: Form) -> str:
    resolve_task(current_session(), task_id, form.get("opinion", ""), current_person().username)
    return gettext("意见已交回。")


def _recall(task_id: int, _form: Form) -> str:
    recall_task(current_session(), task_id, current_person().username)
    return gettext("任务已收回，由您办理。")


_OPERATIONS: Mapping[str, Callable[[int, Form], str]] = {
    "reassign": _reassign,
    "delegate": _delegate,
    "resolve": _resolve,
    "recall": _recall,
}
_LEAVING = frozenset({"reassign", "delegate", "resolve"})
"""After these the task is no longer the person's."""
