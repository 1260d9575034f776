"""``http``: a call of a web interface, in the shape of Camunda's REST connector (``io.camunda:http-json:1``)."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from engine import feel, json_text
from engine.config_outside import Outside
from engine.connectors import reading
from engine.connectors.call import Call, Errand, FailedError, RefusedError
from engine.connectors.http_exchange import LONGEST, Request, Response, exchange
from engine.connectors.http_login import Login, log_in
from engine.connectors.http_target import target
from engine.connectors.secrets import Secrets
from engine.errors import mark

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
TIMEOUT = 20
"""Seconds, where the diagram says nothing: Camunda's own default."""

_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})
_CHARSET = re.compile(r"charset=\"?([A-Za-z0-9_-]+)")


def http(call: Call) -> dict[str, object]:
    """Give the reply that the errand brought: ``status``, ``headers``, ``body``.

    Inputs: ``url``, ``method`` (GET), ``headers``, ``queryParameters``, ``body``, ``authentication`` with ``type``
    (noAuth, basic, bearer, apiKey, oauth-client-credentials-flow), ``connectionTimeoutInSeconds``,
    ``readTimeoutInSeconds``. Secrets stand in them as ``{{secrets.NAME}}``.
    """
    reply = call.replies["http"]
    assert isinstance(reply, dict)  # noqa: S101 - what the errand below gives
    return reply


def plan_http(call: Call, outside: Outside) -> Mapping[str, Errand]:
    """Plan the call; nothing of it is read from the database."""
    return {"http": lambda: _call(call.inputs, call.written, call.key, outside)}


def _call(inputs: Mapping[str, object], written: Mapping[str, str], key: str, outside: Outside) -> dict[str, object]:
    if outside.rehearsal:
        raise RefusedError(mark("演练情景时不调用外部接口。"), where="url")
    secrets = Secrets(outside.secrets)
    try:
        filled = {name: secrets.put_in(value, written.get(name, "")) for name, value in inputs.items()}
        response = exchange(_request(filled, key, outside, secrets))
        reply = {
            "status": Decimal(response.status),
            "headers": secrets.hide(dict(response.headers)),
            "body": secrets.hide(_body(response)),
        }
        _require_success(response, reply, str(inputs.get("url")))
    except (RefusedError, FailedError) as error:
        error.facts = {name: secrets.hide_text(str(value)) for name, value in error.facts.items()}
        # What caused it may hold the request: it goes no further.
        raise error from None
    except ValueError:
        # Texts that no encoding takes; the library's message would show them.
        raise RefusedError(mark("网址、请求头或内容里有不能发送的字符。"), where="url") from None
    return reply


def _request(filled: Mapping[str, object], key: str, outside: Outside, secrets: Secrets) -> Request:
    method = reading.text(filled, "method", "GET").upper()
    if method not in METHODS:
        raise RefusedError(
            mark("输入 method 应为 {methods} 之一，现在是“{method}”。"),
            where="method",
            methods="、".join(sorted(METHODS)),
            method=method,
        )
    connect = float(reading.whole_number(filled, "connectionTimeoutInSeconds", TIMEOUT, most=int(LONGEST)))
    read = float(reading.whole_number(filled, "readTimeoutInSeconds", TIMEOUT, most=int(LONGEST)))
    login = log_in(reading.context(filled, "authentication"), connect, read, outside, secrets)
    headers = {"User-Agent": "Qucheng", "Accept": "*/*", "Idempotency-Key": key}
    body, content_type = _content(filled.get("body"), _header(filled, "content-type"))
    if content_type:
        headers["Content-Type"] = content_type
    given = {str(name): _word(value) for name, value in reading.context(filled, "headers").items() if value is not None}
    return Request(
        method=method,
        target=target(_address(filled, login), outside),
        headers=_merged(headers, given, login.headers),
        body=None if method in {"GET", "HEAD"} and body == b"" else body,
        connect_timeout=connect,
        read_timeout=read,
    )


def _merged(*parts: Mapping[str, str]) -> dict[str, str]:
    """Merge headers, later ones over earlier ones whatever their case."""
    found: dict[str, tuple[str, str]] = {}
    for part in parts:
        found.update({name.lower(): (name, value) for name, value in part.items()})
    return dict(found.values())


def _header(filled: Mapping[str, object], wanted: str) -> str:
    headers = reading.context(filled, "headers")
    return next((_word(value) for name, value in headers.items() if str(name).lower() == wanted), "")


def _address(filled: Mapping[str, object], login: Login) -> str:
    url = reading.text(filled, "url").strip()
    query = {**reading.context(filled, "queryParameters"), **login.query}
    pairs = [
        (name, _word(one))
        for name, value in query.items()
        for one in (value if isinstance(value, list) else [value])
        if one is not None
    ]
    if not pairs:
        return url
    start, hash_sign, fragment = url.partition("#")
    return f"{start}{'&' if '?' in start else '?'}{urlencode(pairs)}{hash_sign}{fragment}"


def _content(body: object, content_type: str) -> tuple[bytes | None, str]:
    if body is None or body == "":
        return None, ""
    if isinstance(body, str):
        return body.encode(), content_type or "text/plain; charset=utf-8"
    if isinstance(body, dict) and content_type.lower().startswith("application/x-www-form-urlencoded"):
        return urlencode({name: _word(value) for name, value in body.items()}).encode(), content_type
    return json_text.dumps(body), content_type or "application/json"


def _word(value: object) -> str:
    """Write a value as it stands in headers and queries."""
    return value if isinstance(value, str) else json_text.dump_text(value)


def _body(response: Response) -> Any:  # noqa: ANN401 - JSON is any value
    content_type = response.headers.get("Content-Type", "") or response.headers.get("content-type", "")
    charset = _CHARSET.search(content_type)
    try:
        text = response.body.decode(charset[1] if charset else "utf-8", "replace")
    except LookupError:
        text = response.body.decode("utf-8", "replace")
    if "json" not in content_type.lower() and not text.lstrip().startswith(("{", "[")):
        return text or None
    try:
        return feel.to_json(feel.load_json(text))
    except feel.FeelError:
        # It says that it is JSON and is none, or it is too large for one.
        return text or None


def _require_success(response: Response, reply: Mapping[str, object], url: str) -> None:
    status = response.status
    if 200 <= status < 300:
        return
    answer = str(status), {"response": dict(reply)}
    if status < 400:
        raise RefusedError(
            mark("接口 {url} 答复 {status}，要求转到别的网址。这里不跟随跳转，请在 url 里写最终的网址。"),
            url=url,
            status=status,
        ).with_answer(*answer)
    if status < 500 and status not in _WORTH_ANOTHER_TRY:
        raise RefusedError(
            mark("接口 {url} 拒绝了请求，答复 {status}。请核对发送的内容和登录方式。"),
            url=url,
            status=status,
        ).with_answer(*answer)
    failed = FailedError(mark("接口 {url} 暂时不能处理，答复 {status}。"), url=url, status=status).with_answer(*answer)
    failed.back_off = _asked_to_wait(response.headers)
    raise failed


def _asked_to_wait(headers: Mapping[str, str]) -> dt.timedelta | None:
    """Give the seconds of ``Retry-After``, an hour at most."""
    asked = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return dt.timedelta(seconds=min(int(asked), 3600)) if asked.isdecimal() and len(asked) < 9 else None
