"""Whether this server can answer: for load balancers and service managers."""

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from engine.queries.health import database_answers
from web.auth import allow, current_session

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@allow("anyone")
def healthz() -> ResponseReturnValue:
    """Answer 200 when the database answers; a failure is the 500 of every failure."""
    response: Response = jsonify(status="ok", database=database_answers(current_session()))
    return response
