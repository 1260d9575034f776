"""What each built-in task must be told: checked before a diagram is published."""

from collections.abc import Mapping

from engine.connectors.http import METHODS
from engine.connectors.register_find import ORDERS
from engine.interpreter.lint_rule import Shape

_HTTP = Shape(
    required={"url": "https://api.example.com/rates"},
    choices={
        "method": tuple(sorted(METHODS)),
        "authentication.type": ("noAuth", "basic", "bearer", "apiKey", "oauth-client-credentials-flow"),
        "authentication.apiKeyLocation": ("headers", "query"),
        "authentication.clientAuthentication": ("basicAuthHeader", "credentialsBody"),
    },
)

SHAPES: Mapping[str, Shape] = {
    "http": _HTTP,
    "io.camunda:http-json:1": _HTTP,
    "message.publish": Shape(required={"messageName": "付款完成"}),
    "notify": Shape(required={"title": '="渠道“" + channel_name + "”已备案"'}),
    "process.start": Shape(required={"processId": "new_channel_filing"}),
    "register.find": Shape(
        required={"register": "channel"}, choices={"order": tuple(sign + name for name in ORDERS for sign in ("", "-"))}
    ),
    "register.save": Shape(
        required={"register": "channel", "status": "已备案", "values": "={channel_name: channel_name}"}
    ),
}
