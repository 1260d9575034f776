"""Sign in and out, and what a person decides about their own account."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from engine.commands.change_password import change_password as change_password_command
from engine.commands.set_locale import set_locale
from engine.errors import EngineError, InvalidError, UnauthenticatedError, mark
from engine.queries.password_owner import password_owner
from engine.queries.people import find_person, list_people
from web import auth
from web.application import this_application
from web.auth import allow, current_person, current_session
from web.i18n import LOCALES, explain, gettext
from web.kept import Kept, local_target
from web.security import limiter

blueprint = Blueprint("account", __name__)


def _typed_name() -> str:
    """Name the account that is being tried: many addresses may try the same one."""
    return "name:" + request.form.get("username", "").strip().lower()[:100]


def _failed(response: object) -> bool:
    """Count only tries that failed."""
    return getattr(response, "status_code", 0) == 401


@blueprint.get("/sign-in")
@allow("anyone")
def sign_in() -> ResponseReturnValue:
    """Ask for name and password."""
    return _sign_in_page(next_page=local_target(request.args.get("next"), url_for("home.index")))


@blueprint.post("/sign-in")
@allow("anyone", writes=False)
@limiter.limit("30 per 5 minutes", deduct_when=_failed)
@limiter.limit("10 per 5 minutes", key_func=_typed_name, deduct_when=_failed)
def sign_in_now() -> ResponseReturnValue:
    """Begin a session, or say that name and password don't belong together."""
    username = request.form.get("username", "").strip()
    next_page = local_target(request.form.get("next"), url_for("home.index"))
    kept = Kept.from_text(request.form.get("kept", "")) if request.form.get("kept") else None
    try:
        username = password_owner(current_session(), username, request.form.get("password", ""))
    except UnauthenticatedError as error:
        return _sign_in_page(next_page=next_page, username=username, kept=kept, error=explain(error)), 401
    person = find_person(current_session(), username)
    assert person is not None  # noqa: S101 - it has just signed in
    auth.begin_session(person)
    if kept is None:
        return redirect(next_page)
    if request.form.get("kept_for") not in {"", username}:
        flash(gettext("上一位使用者填写的内容没有保留。"), "warn")
        return redirect(url_for("home.index"))
    return render_template("account/resume.html", kept=kept)


def _sign_in_page(**facts: object) -> str:
    demo = list_people(current_session()) if this_application().settings.demo else []
    return render_template("account/sign_in.html", demo_people=demo, **facts)


@blueprint.post("/sign-out")
@allow("anyone")
def sign_out() -> ResponseReturnValue:
    """End the session of this browser."""
    auth.end_session()
    flash(gettext("您已退出登录。"), "ok")
    return redirect(url_for("account.sign_in"))


@blueprint.post("/language")
@allow("anyone")
def language() -> ResponseReturnValue:
    """Change the language: of the account when signed in, of this browser in any case."""
    locale = request.form.get("locale", "")
    person = auth.person_or_none()
    if person is not None:
        set_locale(current_session(), person.username, locale)
    if locale in LOCALES:
        session["locale"] = locale
    return redirect(local_target(request.form.get("next"), url_for("home.index")))


@blueprint.get("/account")
@allow("staff", "auditor")
def index() -> ResponseReturnValue:
    """Show a person's own account."""
    return render_template("account/index.html")


@blueprint.post("/account/password")
@allow("staff", "auditor")
@limiter.limit("10 per 5 minutes", key_func=lambda: f"password:{current_person().username}")
def change_password() -> ResponseReturnValue:
    """Change the password; every session but this one ends."""
    person, db = current_person(), current_session()
    try:
        if request.form.get("new_password") != request.form.get("repeated_password"):
            raise InvalidError(mark("两次输入的新密码不一样。"), where="repeated_password")
        epoch = change_password_command(
            db, person.username, request.form.get("password", ""), request.form.get("new_password", "")
        )
    except EngineError as error:
        return render_template("account/index.html", error=explain(error)), 422
    auth.begin_session(replace(person, session_epoch=epoch))
    flash(gettext("密码已修改。其他设备上的登录已失效。"), "ok")
    return redirect(url_for("account.index"))
