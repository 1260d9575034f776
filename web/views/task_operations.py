"""What people do with a task beside completing it: passing it on, asking others, reminding."""

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from engine.commands.add_signers import Signers, add_signers
from engine.commands.comment_case import comment_case
from engine.commands.copy_task import copy_task
from engine.commands.delegate_task import delegate_task
from engine.commands.reassign_task import reassign_task
from engine.commands.recall_task import recall_task
from engine.commands.reject_task import reject_task
from engine.commands.remove_signer import remove_signer
from engine.commands.resolve_task import resolve_task
from engine.commands.return_task import return_task
from engine.commands.sign_task import sign_task
from engine.commands.take_back_task import take_back_task
from engine.commands.urge_task import urge_task
from engine.errors import EngineError, FieldProblem, InvalidError, NotFoundError, mark
from engine.queries.find_people import people_named, person_named
from engine.queries.task_view import TaskView, view_task
from web.auth import allow, current_person, current_session
from web.errors import status_of
from web.i18n import explain, gettext
from web.views.tasks import show_task

blueprint = Blueprint("task_operations", __name__, url_prefix="/tasks")

Form = Mapping[str, str]


@blueprint.post("/<int:task_id>/operations/<operation>")
@allow("staff")
def operate(task_id: int, operation: str) -> ResponseReturnValue:
    """Do something with a task, or show its page again with what is wrong, and all that was typed."""
    act = _OPERATIONS.get(operation)
    if act is None:
        raise NotFound
    db, form = current_session(), request.form
    view_task(db, current_person(), task_id)
    try:
        with db.begin_nested():
            told = act(task_id, form)
    except EngineError as error:
        return _refused(task_id, operation, error)
    flash(told, "ok")
    return redirect(url_for("tasks.inbox") if operation in _LEAVING else url_for("tasks.show", task_id=task_id))


def _refused(task_id: int, operation: str, error: EngineError) -> ResponseReturnValue:
    """Show a task as it is now: what is wrong stands in the dialog, or above the page where that is gone."""
    try:
        task = view_task(current_session(), current_person(), task_id)
    except NotFoundError:
        raise error from None
    if not _has_dialog(task, operation):
        lost = [(gettext(label), request.form[name]) for name, label in _TEXTS.items() if request.form.get(name)]
        return show_task(task, refusal=explain(error), lost=lost), status_of(error)
    beside = error.where if isinstance(error, InvalidError) and error.where in _FIELDS else "operation"
    problems = {beside: FieldProblem(error.message, error.facts)}
    return show_task(task, operation=operation, typed=request.form, problems=problems), status_of(error)


def _has_dialog(task: TaskView, operation: str) -> bool:
    """Tell whether the page of a task has the fields of an operation."""
    if operation in {"sign", "resolve"}:
        asked = task.signs if operation == "sign" else task.owner
        return task.is_mine and task.pending is None and asked is not None
    return operation in task.operations


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


def _add_signers(task_id: int, form: Form) -> str:
    people = people_named(current_session(), form.get("people", ""), "people")
    position = form.get("position", "")
    if position not in {"before", "after", "parallel"}:
        raise InvalidError(mark("请选择什么时候签。"), where="position")
    wanted = Signers(people=people, position=position, reason=form.get("reason", ""))  # type: ignore[arg-type] # checked above
    add_signers(current_session(), task_id, wanted, current_person().username)
    return gettext("已请对方加签。")


def _sign(task_id: int, form: Form) -> str:
    if form.get("agreed") not in {"yes", "no"}:
        raise InvalidError(mark("请选择同意或不同意。"), where="agreed")
    agreed, opinion = form["agreed"] == "yes", form.get("opinion", "")
    sign_task(current_session(), task_id, opinion, current_person().username, agreed=agreed)
    return gettext("已签署。")


def _remove_signer(_task_id: int, form: Form) -> str:
    number, place, meant = (*form.get("signer", "").split(":", 2), "", "")[:3]
    if not number.isdecimal() or (place and not place.isdecimal()):
        raise InvalidError(mark("请选择不用谁签。"), where="signer")
    reason, person = form.get("reason", ""), current_person().username
    turn = int(place) if place else None
    remove_signer(current_session(), int(number), reason, person, place=turn, person=meant or None)
    return gettext("已减签。")


def _urge(task_id: int, form: Form) -> str:
    urge_task(current_session(), task_id, form.get("words", ""), current_person().username)
    return gettext("已提醒对方。")


def _copy(task_id: int, form: Form) -> str:
    people = people_named(current_session(), form.get("people", ""), "people")
    copy_task(current_session(), task_id, people, form.get("note", ""), current_person().username)
    return gettext("已抄送。")


def _comment(task_id: int, form: Form) -> str:
    instance_id = view_task(current_session(), current_person(), task_id).instance_id
    comment_case(current_session(), instance_id, form.get("text", ""), current_person().username)
    return gettext("评论已写入办理经过。")


def _recall(task_id: int, _form: Form) -> str:
    recall_task(current_session(), task_id, current_person().username)
    return gettext("任务已收回，由您办理。")


def _return(task_id: int, form: Form) -> str:
    try:
        target = int(form.get("target", ""))
    except ValueError:
        raise InvalidError(mark("请选择退回到哪一步。"), where="target") from None
    straight_back = form.get("straight_back") == "yes"
    why = form.get("reason", "")
    return_task(current_session(), task_id, target, why, current_person().username, straight_back=straight_back)
    return gettext("已退回，办完后会直接回到您这里。") if straight_back else gettext("已退回。")


def _reject(task_id: int, form: Form) -> str:
    reject_task(current_session(), task_id, form.get("reason", ""), current_person().username)
    return gettext("已驳回，事项就此结束。")


def _take_back(task_id: int, form: Form) -> str:
    take_back_task(current_session(), task_id, current_person().username, reason=form.get("reason", ""))
    return gettext("已撤回，任务又在您的待办里。")


_OPERATIONS: Mapping[str, Callable[[int, Form], str]] = {
    "reassign": _reassign,
    "delegate": _delegate,
    "addSign": _add_signers,
    "sign": _sign,
    "removeSign": _remove_signer,
    "urge": _urge,
    "copy": _copy,
    "comment": _comment,
    "resolve": _resolve,
    "recall": _recall,
    "return": _return,
    "reject": _reject,
    "takeBack": _take_back,
}
_FIELDS = frozenset(
    {
        "agreed",
        "assignee",
        "note",
        "opinion",
        "people",
        "position",
        "reason",
        "signer",
        "straight_back",
        "target",
        "text",
        "words",
    }
)
"""The fields of the dialogs beside which something may be wrong."""
_TEXTS = {
    "assignee": mark("办理人"),
    "people": mark("姓名"),
    "reason": mark("原因"),
    "opinion": mark("意见"),
    "text": mark("评论"),
    "words": mark("附一句话"),
    "note": mark("附一句话"),
}
"""What people type in dialogs, with its label."""
_LEAVING = frozenset({"return", "reject", "takeBack", "reassign", "delegate", "resolve", "sign"})
"""After these the task is no longer the person's."""
