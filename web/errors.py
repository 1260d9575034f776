"""What a refusal or a bug looks like to whoever sent the request: the one place that knows HTTP statuses."""

import logging
import secrets
from collections.abc import Mapping

from flask import Flask, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.errors import RateLimitExceeded
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from engine.errors import (
    ConflictError,
    EngineError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
    mark,
)
from web import auth, kept, uploads
from web.application import this_application
from web.i18n import explain, gettext
from web.security import CSRFError
from web.storable import UnstorableFormError

_log = logging.getLogger(__name__)

_STATUSES: Mapping[type[EngineError], int] = {
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    InvalidError: 422,
}

_TITLES = {
    400: mark("请求不完整"),
    401: mark("请先登录"),
    403: mark("没有权限"),
    404: mark("没有找到"),
    405: mark("这个地址不能这样使用"),
    409: mark("情况已经变化"),
    413: mark("内容太大"),
    422: mark("内容需要修改"),
    429: mark("尝试太频繁"),
    500: mark("系统出了问题"),
}


def status_of(error: EngineError) -> int:
    """Give the HTTP status of a refusal."""
    return next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 400)


def init_errors(app: Flask) -> None:
    """Show every refusal and every failure as a page, or as JSON to a script."""
    app.register_error_handler(UnauthenticatedError, _sign_in_first)
    app.register_error_handler(EngineError, _refused)
    app.register_error_handler(UnstorableFormError, _not_to_be_kept)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(RateLimitExceeded, _too_often)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(InternalServerError, _failed)
    app.register_error_handler(HTTPException, _http_error)


def wants_json() -> bool:
    """Tell whether a script asks, not a person who will read a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"


def error_page(status: int, message: str, **facts: object) -> ResponseReturnValue:
    """Show what happened and what to do; as a problem document (RFC 9457) to a script."""
    title = gettext(_TITLES.get(status, _TITLES[400]))
    if wants_json():
        problem = {"type": "about:blank", "title": title, "status": status, "detail": message}
        return jsonify(problem | {key: value for key, value in facts.items() if isinstance(value, str)}), status
    auth.identify_for_error_page(this_application().database)
    return render_template("error.html", status=status, title=title, message=message, **facts), status


def _refused(error: EngineError) -> ResponseReturnValue:
    return error_page(status_of(error), explain(error), where=error.where)


def _not_to_be_kept(error: UnstorableFormError) -> ResponseReturnValue:
    """Offer the form again, filled: the browser shows another character in the place of the one that can't be kept."""
    return error_page(422, explain(error), kept=None if wants_json() else kept.keep_request())


def _sign_in_first(error: UnauthenticatedError) -> ResponseReturnValue:
    """Ask for a name and password, and keep what was typed."""
    if wants_json():
        return error_page(401, explain(error))
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))
    page = render_template(
        "account/sign_in.html",
        kept=kept.keep_request(),
        next_page=kept.local_target(request.form.get("_page"), "/"),
        username=auth.last_known_name() or "",
        notice_text=gettext("登录已过期。请重新登录，刚才填写的内容不会丢失。"),
    )
    return page, 401


def _form_too_old(_error: CSRFError) -> ResponseReturnValue:
    """Offer the form again, filled, when its token belongs to a session before this one."""
    message = gettext("这个页面打开以后您重新登录过，为安全起见请再提交一次。")
    return error_page(400, message, kept=None if wants_json() else kept.keep_request())


def _too_often(error: RateLimitExceeded) -> ResponseReturnValue:
    minutes = max(1, error.limit.limit.get_expiry() // 60)
    return error_page(
        429, gettext("尝试次数太多。请 %(minutes)s 分钟后再试；忘记密码请联系系统管理员。", minutes=minutes)
    )


def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    oversize = uploads.read_oversize()
    return error_page(413, uploads.explain_oversize(oversize), kept=oversize.kept if oversize else None)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    messages = {
        404: gettext("这个地址不存在，或者您看不到它。"),
        405: gettext("请从页面上的按钮操作，不要直接打开这个地址。"),
    }
    return error_page(error.code, messages.get(error.code, gettext("请求有误，请返回上一页重试。")))


def _failed(error: InternalServerError) -> ResponseReturnValue:
    """Show a number that finds the failure in the log; nothing was changed."""
    number = secrets.token_hex(4)
    _log.error("failure %s: %s %s", number, request.method, request.path, exc_info=error.original_exception or error)
    message = gettext("操作没有完成，数据没有改变。请把编号 %(number)s 告诉系统管理员。", number=number)
    return error_page(500, message, number=number)
