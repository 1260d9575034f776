"""Colleagues, for fields in which one of them is named."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from engine.queries.find_people import people_like
from web.auth import allow, current_session

blueprint = Blueprint("people", __name__, url_prefix="/people")


@blueprint.get("")
@allow("staff")
def find() -> ResponseReturnValue:
    """Give what to offer for what is typed: names that mean one person each."""
    return jsonify([shown for _username, shown in people_like(current_session(), request.args.get("search", "")[:100])])
