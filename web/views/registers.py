"""Registers (台账): lists, entries with their versions, and Excel."""

import io
from collections.abc import Callable, Iterable, Mapping

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from engine.commands.record_access import Look
from engine.queries.access import may_read_cases
from engine.queries.register_entry import EntryVersion, compare_versions, view_entry
from engine.queries.registers import (
    Bound,
    EntryFilter,
    EntryRow,
    EntrySort,
    Range,
    RegisterView,
    export_entries,
    list_entries,
    list_registers,
    view_register,
)
from web.auth import allow, current_person, current_session
from web.excel import workbook
from web.i18n import full_moment, gettext
from web.listing import current_query, day_of, number_of, one_of, page_number
from web.looks import note_look

blueprint = Blueprint("registers", __name__, url_prefix="/registers")

_SORTS: tuple[EntrySort, ...] = (
    "-updated", "updated", "number", "-number", "title", "-title", "status", "-status",
)  # fmt: skip
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("")
@allow("staff", "auditor")
def index() -> ResponseReturnValue:
    """List the registers; where there is only one, go to it."""
    found = list_registers(current_session(), current_person())
    if len(found) == 1:
        return redirect(url_for("registers.entries", name=found[0][0]))
    return render_template("registers/index.html", registers=found)


@blueprint.get("/<name>")
@allow("staff", "auditor")
def entries(name: str) -> ResponseReturnValue:
    """List the entries of a register."""
    db, person = current_session(), current_person()
    register = view_register(db, person, name)
    wanted = _wanted(register)
    page = list_entries(db, register, wanted, page_number())
    held = {row.held_by for row in page.rows if row.held_by is not None}
    return render_template(
        "registers/entries.html",
        register=register,
        wanted=wanted,
        query=current_query(),
        page=page,
        open_cases=may_read_cases(db, person, held),
        filtered=wanted != EntryFilter(sort=wanted.sort),
    )


@blueprint.get("/<name>/export.xlsx")
@allow("staff", "auditor")
def export(name: str) -> ResponseReturnValue:
    """Give the list as it is filtered and sorted, as an Excel file with every field."""
    db = current_session()
    register = view_register(db, current_person(), name)
    found = export_entries(db, register, _wanted(register))
    heads = [gettext("编号"), gettext("状态"), *(column.label for column in register.columns)]
    heads += [gettext("版本"), gettext("更新时间"), gettext("事项编号")]
    body = workbook(register.title, heads, (_cells(register, row) for row in found))
    file_name = f"{register.title}-{clock.today():%Y%m%d}.xlsx"
    # Not a header of our own: servers take only Latin letters there, and send_file knows how to write the rest.
    return send_file(io.BytesIO(body), mimetype=_EXCEL, as_attachment=True, download_name=file_name)


@blueprint.get("/<name>/<int:entry_id>")
@allow("staff", "auditor")
def entry(name: str, entry_id: int) -> ResponseReturnValue:
    """Show an entry with its versions and the cases that wrote them."""
    db = current_session()
    register = view_register(db, current_person(), name)
    row, versions = view_entry(db, current_person(), register, entry_id)
    _note_looks(register, row, versions)
    held = [row.held_by] if row.held_by is not None else []
    open_cases = may_read_cases(db, current_person(), held)
    return render_template(
        "registers/entry.html", register=register, entry=row, versions=versions, open_cases=open_cases
    )


@blueprint.get("/<name>/<int:entry_id>/compare")
@allow("staff", "auditor")
def compare(name: str, entry_id: int) -> ResponseReturnValue:
    """Set two versions of an entry side by side: the newest and the one before, unless others are asked for."""
    db = current_session()
    register = view_register(db, current_person(), name)
    row, versions = view_entry(db, current_person(), register, entry_id)
    known = {str(one.version): one for one in versions}
    after = known.get(request.args.get("to", ""), versions[0])
    before = known.get(request.args.get("from", ""), versions[min(1, len(versions) - 1)])
    _note_looks(register, row, {before.version: before, after.version: after}.values())
    return render_template(
        "registers/compare.html",
        register=register,
        entry=row,
        versions=versions,
        before=before,
        after=after,
        rows=compare_versions(register, before, after),
    )


def _note_looks(register: RegisterView, row: EntryRow, versions: Iterable[EntryVersion]) -> None:
    """Note a look for each case whose personal data are shown."""
    for instance_id in dict.fromkeys(one.instance_id for one in versions if one.personal == "shown"):
        subject = f"{register.title} {row.number}"
        note_look(Look(kind="entry", instance_id=instance_id, entry_id=row.id, subject=subject, personal=True))


def _wanted(register: RegisterView) -> EntryFilter:
    query = current_query()
    fields = {column.key: query.get(f"f.{column.key}") for column in register.filtered}
    sides = {column.key: (query.get(f"from.{column.key}"), query.get(f"to.{column.key}")) for column in register.ranged}
    kinds = {column.key: column.range for column in register.ranged}
    return EntryFilter(
        search=query.get("search"),
        status=query.get("status"),
        fields={key: value for key, value in fields.items() if value},
        days=_given(sides, day_of, {key for key, kind in kinds.items() if kind == "day"}),
        numbers=_given(sides, number_of, {key for key, kind in kinds.items() if kind == "number"}),
        sort=one_of("sort", _SORTS),
    )


def _given(
    sides: Mapping[str, tuple[str, str]], read: Callable[[str], Bound | None], keys: set[str]
) -> dict[str, Range[Bound]]:
    """Read those ranges of which a side says anything."""
    found = {key: (read(first), read(last)) for key, (first, last) in sides.items() if key in keys}
    return {key: one for key, one in found.items() if one != (None, None)}


def _cells(register: RegisterView, row: EntryRow) -> list[str]:
    return [
        row.number,
        row.status,
        *(gettext(text) if (text := row.texts.get(column.key, "")) else "" for column in register.columns),
        str(row.version),
        full_moment(row.updated_at),
        "" if row.instance_id is None else str(row.instance_id),
    ]
