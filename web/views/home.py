"""The first page: what waits, and what one usually does next."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from engine import clock
from engine.queries.cases import CaseFilter, list_cases
from engine.queries.inbox import TaskFilter, list_tasks
from engine.queries.startable import startable_processes
from web.auth import allow, current_person, current_session

blueprint = Blueprint("home", __name__)

_SHOWN = 5
"""Rows of each list; the rest is one click away."""


@blueprint.get("/")
@allow("staff", "auditor")
def index() -> ResponseReturnValue:
    """Show the first page."""
    db, person = current_session(), current_person()
    if "staff" not in person.roles:
        return render_template("home.html", tasks=None, cases=None, startable=[], now=clock.now())
    return render_template(
        "home.html",
        tasks=list_tasks(db, person, TaskFilter(), size=_SHOWN),
        cases=list_cases(db, CaseFilter(started_by=person.username, state="ACTIVE"), size=_SHOWN),
        startable=startable_processes(db, person),
        now=clock.now(),
    )
