"""The first page: what waits, and what one usually does next."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.auth import allow

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@allow("staff", "auditor")
def index() -> ResponseReturnValue:
    """Show the first page."""
    return render_template("home.html")
