"""What a refusal looks like to a program: a problem document (RFC 9457)."""

import http
import logging
import secrets
from collections.abc import Iterator

from flask import Response, request
from flask_limiter.errors import RateLimitExceeded
from pydantic import Field
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from engine.errors import EngineError, FormInvalidError, UnauthenticatedError, UnpublishableError
from web.api.blueprint import blueprint
from web.api.faults import MalformedError
from web.api.wire import Answer
from web.errors import status_of
from web.i18n import explain, gettext

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


class Fault(Answer):
    """One of several things that are wrong."""

    field: str | None = Field(default=None, description="The field of a form or body, such as contacts[0].phone.")
    message: str = Field(description="What is wrong and what to do, in the caller's language.")
    code: str | None = Field(default=None, description="A stable name of the rule that was broken.")
    severity: str | None = Field(default=None, description="error or warning, of a file that was handed in.")
    resource: str | None = Field(default=None, description="The file that was handed in.")
    element: str | None = Field(default=None, description="The id of the element in that file.")
    line: int | None = Field(default=None, description="The line in that file, counted from 1.")


class ProblemDetail(Answer):
    """Why a call was refused."""

    type: str = "about:blank"
    title: str = Field(description="The name of the HTTP status.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened and what to do, in the caller's language.")
    instance: str = Field(description="The path that was called.")
    errors: list[Fault] = Field(default_factory=list, description="Each fault, where there can be several.")


def problem(status: int, detail: str, faults: list[Fault] | None = None) -> Response:
    """Write the answer to a call that is refused."""
    document = ProblemDetail(
        title=http.HTTPStatus(status).phrase, status=status, detail=detail, instance=request.path, errors=faults or []
    )
    text = document.model_dump_json(by_alias=True)
    return Response(text, status=status, mimetype=MEDIA_TYPE)


@blueprint.errorhandler(EngineError)
def refused(error: EngineError) -> Response:
    """Tell a refusal of the engine."""
    # The published interface knows no 422.
    status = 400 if status_of(error) == http.HTTPStatus.UNPROCESSABLE_ENTITY else status_of(error)
    response = problem(status, explain(error), list(_faults(error)))
    if isinstance(error, UnauthenticatedError):
        response.headers.add("WWW-Authenticate", 'Basic realm="qucheng", charset="UTF-8"')
        response.headers.add("WWW-Authenticate", 'Bearer realm="qucheng"')
    return response


@blueprint.errorhandler(RateLimitExceeded)
def too_often(_error: RateLimitExceeded) -> Response:
    """Tell that a name or address was tried too often."""
    return problem(429, gettext("登录失败次数太多，请稍后再试。程序请改用令牌登录。"))


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """Tell that a body is larger than this installation takes."""
    return problem(413, gettext("请求太大。请分次提交，或请管理员调高上限。"))


@blueprint.errorhandler(InternalServerError)
def failed(error: InternalServerError) -> Response:
    """Give a number that finds the failure in the log; nothing was changed."""
    number = secrets.token_hex(4)
    _log.error("failure %s: %s %s", number, request.method, request.path, exc_info=error.original_exception or error)
    return problem(500, gettext("操作没有完成，数据没有改变。请把编号 %(number)s 告诉系统管理员。", number=number))


@blueprint.errorhandler(HTTPException)
def not_http(error: HTTPException) -> Response | HTTPException:
    """Tell what is wrong with the request itself."""
    if error.response is not None or error.code is None or error.code < 400:
        return error
    messages = {
        404: gettext("这个地址不存在。"),
        405: gettext("这个地址不接受 %(method)s。", method=request.method),
        415: gettext("请求正文应为 application/json。"),
        501: gettext("已公布的这个接口在这里还不支持。支持的接口见 /v2/openapi.json。"),
    }
    response = problem(error.code, messages.get(error.code, gettext("请求有误。")))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _faults(error: EngineError) -> Iterator[Fault]:
    if isinstance(error, FormInvalidError):
        for field, fault in error.problems.items():
            yield Fault(field=field, message=explain(fault), code="form")
    elif isinstance(error, MalformedError):
        for field, sentence in error.faults:
            yield Fault(field=field, message=explain(sentence), code="shape")
    elif isinstance(error, UnpublishableError):
        for finding in error.findings:
            yield Fault(
                message=explain(finding),
                code=finding.code,
                severity=finding.severity,
                resource=finding.resource,
                element=finding.element,
                line=finding.line,
            )
