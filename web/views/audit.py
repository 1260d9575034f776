"""The auditor's room: search cases, step through one, verify it, replay it, take it along."""

import datetime as dt
import tempfile
from typing import IO, cast, get_args

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from engine import clock
from engine.audit.export import export_case
from engine.audit.replay_case import replay_case
from engine.audit.verify import verify
from engine.commands.record_access import Kind, Look, record_access
from engine.queries.audit_case import AuditedCase, audit_case
from engine.queries.audit_cases import AuditFilter, AuditSort, audited_processes, search_cases
from engine.queries.audit_starts import audited_starts
from engine.queries.clauses import clause_table
from engine.queries.looks import LookFilter, LookRow, case_title, list_looks
from engine.queries.paging import Page
from engine.queries.personal import require_whole_case
from web.application import this_application
from web.auth import allow, current_person, current_session
from web.listing import current_query, one_of, page_number

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

_SORTS: tuple[AuditSort, ...] = ("-started", "started", "-ended", "ended", "-events", "events")
LATEST = 5
"""Looks on the page of a case; all are on a page of their own."""
_STATES = ("", "ACTIVE", "COMPLETED", "WITHDRAWN", "REJECTED", "TERMINATED")
_IN_MEMORY = 8 << 20
"""Bytes of an export that are kept in memory; a larger one goes through a temporary file."""


@blueprint.get("")
@allow("auditor", "admin")
def index() -> ResponseReturnValue:
    """Search all cases."""
    db, query = current_session(), current_query()
    wanted = AuditFilter(
        search=query.get("search"),
        process_id=query.get("process"),
        state=one_of("state", _STATES),
        person=query.get("person"),
        started_from=_day("from"),
        started_to=_day("to"),
        sort=one_of("sort", _SORTS),
    )
    return render_template(
        "audit/index.html",
        page=search_cases(db, wanted, page_number()),
        processes=audited_processes(db),
        wanted=wanted,
        query=query,
    )


@blueprint.get("/clauses")
@allow("auditor", "admin", "owner")
def clauses() -> ResponseReturnValue:
    """Show which clause of a policy is met where, what proves it, and how many cases went there."""
    # Not at the top: it brings all that plays scenarios, and nobody else in the server needs any of it.
    from engine.scenarios.reading import read_proofs

    proofs = read_proofs(this_application().settings.home)
    return render_template("audit/clauses.html", rows=clause_table(current_session(), proofs))


@blueprint.get("/starts")
@allow("auditor", "admin")
def starts() -> ResponseReturnValue:
    """Show which cases could not be started, and who did what about it."""
    return render_template("audit/starts.html", starts=audited_starts(current_session()))


@blueprint.get("/<int:instance_id>")
@allow("auditor", "admin", writes=True)
def show(instance_id: int) -> ResponseReturnValue:
    """Show a case as it stood after a step; the look is noted."""
    case = audit_case(current_session(), current_person(), instance_id, _step())
    _note(case, f"step {case.step.sequence}" if case.step else "")
    return render_template("audit/show.html", case=case, looks=_latest(instance_id))


@blueprint.get("/<int:instance_id>/looks")
@allow("auditor", "admin")
def looks(instance_id: int) -> ResponseReturnValue:
    """List who looked at a case, and who was not let in."""
    db, query = current_session(), current_query()
    wanted = LookFilter(
        instance_id=instance_id,
        person=query.get("person"),
        kind=one_of("kind", ("", *get_args(Kind))),
        personal=bool(query.get("personal")),
    )
    return render_template(
        "audit/looks.html",
        title=case_title(db, instance_id),
        wanted=wanted,
        query=query,
        kinds=get_args(Kind),
        page=list_looks(db, wanted, page_number()),
    )


@blueprint.post("/<int:instance_id>/verify")
@allow("auditor", "admin")
def verify_now(instance_id: int) -> ResponseReturnValue:
    """Verify a case's chain, its files and seals, execute it again, and say in words what came out."""
    db, settings = current_session(), this_application().settings
    case = audit_case(db, current_person(), instance_id, _step())
    report = verify(db, instance_id, attachments=settings.attachments_folder, key_path=settings.signing_key)
    _note(case, "verify")
    return render_template(
        "audit/show.html",
        case=case,
        report=report,
        replay=replay_case(db, instance_id),
        now=clock.now(),
        looks=_latest(instance_id),
    )


@blueprint.get("/<int:instance_id>/export.zip")
@allow("auditor", "admin", writes=True)
def export(instance_id: int) -> ResponseReturnValue:
    """Give a case as one file that verifies off-line; that it was taken is noted."""
    db = current_session()
    personal = require_whole_case(db, current_person(), instance_id)
    file = cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - the response closes it
    try:
        export_case(db, instance_id, file, attachments=this_application().settings.attachments_folder)
        look = Look(kind="export", instance_id=instance_id, personal=personal)
        record_access(db, current_person().username, look)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"qucheng-{instance_id}-{clock.today():%Y%m%d}.zip"
    return send_file(file, mimetype="application/zip", as_attachment=True, download_name=name)


def _latest(instance_id: int) -> Page[LookRow]:
    return list_looks(current_session(), LookFilter(instance_id=instance_id), size=LATEST)


def _note(case: AuditedCase, subject: str) -> None:
    personal = case.personal == "shown"
    look = Look(kind="replay", instance_id=case.id, subject=subject, personal=personal)
    record_access(current_session(), current_person().username, look)


def _step() -> int | None:
    text = request.values.get("step", "")
    return int(text) if text.isdecimal() and len(text) < 8 else None


def _day(name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
