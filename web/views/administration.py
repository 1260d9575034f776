"""What administrators do to one running case: let it rest, end it, move its tokens, take it to another version."""

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands.cancel_instance import cancel_instance
from engine.commands.migrate_instance import migrate_instance
from engine.commands.modify_instance import Modification, Move, modify_instance
from engine.commands.record_access import Look
from engine.commands.redo_element import redo_element
from engine.commands.resume_instance import resume_instance
from engine.commands.set_variables import WantedValues, set_variables
from engine.commands.suspend_instance import suspend_instance
from engine.errors import FieldProblem, InvalidError, mark
from engine.forms import unmask
from engine.queries.administration import AdministrationView, view_administration
from web.auth import allow, current_person, current_session
from web.i18n import gettext
from web.json_fields import typed_variables
from web.kept import kept_input
from web.looks import note_look

blueprint = Blueprint("administration", __name__, url_prefix="/cases/<int:instance_id>/administration")


class WrongValuesError(Exception):
    """Values that can't be read, each with what is wrong beside its field."""

    def __init__(self, problems: Mapping[str, FieldProblem]) -> None:
        super().__init__()
        self.problems = dict(problems)


_FIELDS = {"move": "element", "migrate": "migrate", "redo": "passage", "correct": "correct"}
"""Beside which field a form says what is wrong with it as a whole."""
MAPPED = "map:"
"""Begins the name of the field that says where an element goes on in another version."""


@blueprint.get("")
@allow("admin")
def show(instance_id: int) -> ResponseReturnValue:
    """Show where a case stands, with the forms that change it."""
    typed = kept_input() or request.args
    return _page(_view(instance_id, typed), typed, {})


@blueprint.post("")
@allow("admin")
def change(instance_id: int) -> ResponseReturnValue:
    """Change a case, or show again what was typed with what is wrong about it."""
    db, form = current_session(), request.form
    action = _ACTIONS.get(form.get("action", ""))
    problems: dict[str, FieldProblem] = {}
    if action is None:
        problems["action"] = FieldProblem(mark("请选择怎样处理。"))
    else:
        try:
            with db.begin_nested():
                told = action(instance_id, form)
        except WrongValuesError as error:
            problems |= error.problems
        except InvalidError as error:
            problems[_field_of(error, form)] = FieldProblem(error.message, error.facts)
        else:
            flash(told, "ok")
            return redirect(url_for("cases.show", instance_id=instance_id))
    return _page(_view(instance_id, form), form, problems), 422


def _field_of(error: InvalidError, form: Mapping[str, str]) -> str:
    """Give the field that a refusal is about; one of moving that names an element is about where to."""
    action = form.get("action", "")
    if error.where in {"reason", "element", "version"} or (error.where == "token" and action == "move"):
        return error.where
    return _FIELDS.get(action, "action")


def _suspend(instance_id: int, form: Mapping[str, str]) -> str:
    suspend_instance(current_session(), instance_id, _reason(form), current_person().username)
    return gettext("事项已暂停。")


def _resume(instance_id: int, form: Mapping[str, str]) -> str:
    resume_instance(current_session(), instance_id, current_person().username, reason=form.get("reason", ""))
    return gettext("事项已恢复。")


def _terminate(instance_id: int, form: Mapping[str, str]) -> str:
    cancel_instance(current_session(), instance_id, form.get("reason", ""), current_person().username)
    return gettext("事项已终止。")


def _move(instance_id: int, form: Mapping[str, str]) -> str:
    token, element = form.get("token", ""), form.get("element", "")
    if not token.isdecimal():
        raise InvalidError(mark("请选择从哪一步移走。"), where="token")
    if not element:
        raise InvalidError(mark("请选择移到哪里。"), where="element")
    wanted = Modification(moves=[Move(token=int(token), element_id=element, within="inferred")])
    modify_instance(current_session(), instance_id, wanted, form.get("reason", ""), current_person().username)
    return gettext("已移到所选的步骤。")


def _redo(instance_id: int, form: Mapping[str, str]) -> str:
    token = form.get("passage", "")
    if not token.isdecimal():
        raise InvalidError(mark("请选择哪一步重新执行。"), where="passage")
    redo_element(current_session(), instance_id, int(token), form.get("reason", ""), current_person().username)
    return gettext("这一步已重新执行。")


def _correct(instance_id: int, form: Mapping[str, str]) -> str:
    present = _view(instance_id, {}).variables
    typed = typed_variables(form, [(one.name, one.json) for one in present])
    if typed.problems:
        raise WrongValuesError(typed.problems)
    stored = {one.name: one.stored for one in present}
    values = {name: unmask(value, stored.get(name)) for name, value in typed.values.items()}
    if not values:
        raise InvalidError(mark("还没有改动任何数据。"), where="correct")
    wanted = WantedValues(values=values, reason=_reason(form))
    set_variables(current_session(), instance_id, wanted, current_person().username)
    return gettext("数据已更正。")


def _migrate(instance_id: int, form: Mapping[str, str]) -> str:
    version = form.get("version", "")
    if not version.isdecimal():
        raise InvalidError(mark("请选择迁移到哪个版本。"), where="version")
    person, reason = current_person().username, form.get("reason", "")
    migrate_instance(current_session(), instance_id, int(version), _mapping(form), reason, person)
    return gettext("事项已迁移到新版本。")


def _reason(form: Mapping[str, str]) -> str:
    reason = form.get("reason", "")
    if not reason.strip():
        raise InvalidError(mark("请填写原因。"), where="reason")
    return reason


def _mapping(form: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(MAPPED): value for name, value in form.items() if name.startswith(MAPPED) and value}


_ACTIONS: Mapping[str, Callable[[int, Mapping[str, str]], str]] = {
    "suspend": _suspend,
    "resume": _resume,
    "terminate": _terminate,
    "move": _move,
    "redo": _redo,
    "correct": _correct,
    "migrate": _migrate,
}


def _view(instance_id: int, typed: Mapping[str, str]) -> AdministrationView:
    version = typed.get("version", "")
    target = int(version) if version.isdecimal() and len(version) < 18 else None
    return view_administration(current_session(), current_person(), instance_id, target, _mapping(typed))


def _page(case: AdministrationView, typed: Mapping[str, str], problems: Mapping[str, FieldProblem]) -> str:
    if case.personal == "shown":
        note_look(Look(kind="variables", instance_id=case.id, subject=f"#{case.id}", personal=True))
    return render_template("cases/administration.html", case=case, typed=typed, problems=problems)
