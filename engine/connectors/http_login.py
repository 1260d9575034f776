"""How a call of a web interface says who it is: the kinds of authentication of Camunda's REST connector."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from engine import feel
from engine.config_outside import Outside
from engine.connectors import reading
from engine.connectors.call import FailedError, RefusedError
from engine.connectors.http_exchange import Request, exchange
from engine.connectors.http_target import target
from engine.connectors.secrets import Secrets
from engine.errors import mark


@dataclass(frozen=True, kw_only=True)
class Login:
    """What is added to a request."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def log_in(
    given: Mapping[str, object], connect_timeout: float, read_timeout: float, outside: Outside, secrets: Secrets
) -> Login:
    """Read ``authentication``. Raises RefusedError for a kind we don't know or a part that is missing."""
    kind = reading.text(given, "type", "noAuth")
    if kind == "noAuth":
        return Login()
    if kind == "basic":
        pair = reading.text(given, "username"), reading.text(given, "password", "")
        return Login(headers={"Authorization": secrets.basic(*pair)})
    if kind == "bearer":
        return Login(headers={"Authorization": f"Bearer {reading.text(given, 'token')}"})
    if kind == "apiKey":
        pair = reading.text(given, "name"), reading.text(given, "value")
        in_query = reading.text(given, "apiKeyLocation", "headers") == "query"
        return Login(query=dict([pair])) if in_query else Login(headers=dict([pair]))
    if kind == "oauth-client-credentials-flow":
        return _with_token(given, connect_timeout, read_timeout, outside, secrets)
    raise RefusedError(mark("不认识登录方式“{kind}”。"), where="authentication.type", kind=kind)


def _with_token(
    given: Mapping[str, object], connect_timeout: float, read_timeout: float, outside: Outside, secrets: Secrets
) -> Login:
    """Ask for an access token (RFC 6749, 4.4); it is kept for this call only."""
    client, password = reading.text(given, "clientId"), reading.text(given, "clientSecret")
    form = {"grant_type": "client_credentials"}
    form |= {to: str(given[name]) for name, to in (("audience", "audience"), ("scopes", "scope")) if given.get(name)}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if given.get("clientAuthentication") == "credentialsBody":
        form |= {"client_id": client, "client_secret": password}
    else:
        headers["Authorization"] = secrets.basic(client, password)
    response = exchange(
        Request(
            method="POST",
            target=target(reading.text(given, "oauthTokenEndpoint"), outside),
            headers=headers,
            body=urlencode(form).encode(),
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
        )
    )
    if response.status >= 500 or response.status == 429:
        raise FailedError(mark("取访问令牌时，对方暂时不能处理，答复 {status}。"), status=response.status)
    token = _token(response.body) if response.status == 200 else None
    if token is None:
        raise RefusedError(
            mark("没有取到访问令牌，对方答复 {status}。请核对客户端编号和密钥。"), status=response.status
        )
    return Login(headers={"Authorization": f"Bearer {secrets.use(token, '{{secrets}}')}"})


def _token(body: bytes) -> str | None:
    try:
        answer = feel.load_json(body)
    except feel.FeelError:
        return None
    found = answer.get("access_token") if isinstance(answer, dict) else None
    return found if isinstance(found, str) and found else None
