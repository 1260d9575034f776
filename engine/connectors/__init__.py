"""What a service task can do by itself: job type → connector.

A connector works inside the transaction that completes its job. What has to happen outside, a planner names as
errands; they are done before, with no transaction open and at least once.
"""

from collections.abc import Mapping

from engine.connectors.call import Call, Connector, Doors, Errand, FailedError, Planner, RefusedError
from engine.connectors.http import http, plan_http
from engine.connectors.message_publish import message_publish
from engine.connectors.notify import notify, plan_notify
from engine.connectors.process_start import process_start
from engine.connectors.register_find import register_find
from engine.connectors.register_save import register_save

CAMUNDA_HTTP = "io.camunda:http-json:1"
"""The type of Camunda's REST connector: a task drawn with its template runs here."""

CONNECTORS: Mapping[str, Connector] = {
    "http": http,
    CAMUNDA_HTTP: http,
    "message.publish": message_publish,
    "notify": notify,
    "process.start": process_start,
    "register.find": register_find,
    "register.save": register_save,
}

PLANNERS: Mapping[str, Planner] = {"http": plan_http, CAMUNDA_HTTP: plan_http, "notify": plan_notify}

__all__ = [
    "CONNECTORS",
    "PLANNERS",
    "Call",
    "Connector",
    "Doors",
    "Errand",
    "FailedError",
    "Planner",
    "RefusedError",
]
