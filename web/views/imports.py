"""Importing sheets into registers: upload, a check that shows how far it is, a preview, and the confirmation.

Checking and writing take long with many rows. Both answer with a page that grows while they go on, so that its
figure is live without any script, and both stop when its reader leaves: what was not finished was never written.
"""

import io
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import partial
from typing import BinaryIO, cast

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from engine.commands.cancel_import import cancel_import
from engine.errors import EngineError, InvalidError
from engine.queries.register_imports import (
    list_imports,
    planned_rows,
    require_import_reader,
    view_import,
)
from engine.queries.registers import view_register
from web.application import this_application
from web.auth import allow, current_person, current_session
from web.excel import workbook
from web.i18n import explain, gettext
from web.importing import Step, check_sheet, keep_sheet, write_rows

blueprint = Blueprint("imports", __name__, url_prefix="/registers/<name>/imports")

PLACE = "[[progress]]"
"""Where the page of a running import grows."""


@blueprint.get("")
@allow("staff", "auditor")
def index(name: str) -> ResponseReturnValue:
    """Show how to import, and which imports there were."""
    return _index(name)


@blueprint.get("/template.xlsx")
@allow("staff", "auditor")
def template(name: str) -> ResponseReturnValue:
    """Give an empty sheet with the headings that an import understands."""
    db = current_session()
    require_import_reader(db, current_person(), name)
    register = view_register(db, current_person(), name)
    heads = [gettext("编号"), gettext("状态"), *(column.label for column in register.importable)]
    body = workbook(register.title, heads, [])
    name_of_kind = gettext("导入模板")
    return send_file(io.BytesIO(body), as_attachment=True, download_name=f"{register.title}-{name_of_kind}.xlsx")


@blueprint.post("")
@allow("staff")
def upload(name: str) -> ResponseReturnValue:
    """Keep a sheet and check it."""
    db, person, settings = current_session(), current_person(), this_application().settings
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _index(name, gettext("请选择要导入的 Excel 文件。")), 422
    try:
        sheet = cast("BinaryIO", sent.stream), sent.filename
        import_id, digest = keep_sheet(db, settings, name, sheet, person.username)
    except InvalidError as error:
        return _index(name, explain(error)), 422
    return _checking(name, import_id, digest, sent.filename)


@blueprint.get("/<int:import_id>")
@allow("staff", "auditor")
def show(name: str, import_id: int) -> ResponseReturnValue:
    """Show what an import would write, or what is wrong with it."""
    db, person = current_session(), current_person()
    may_import = require_import_reader(db, person, name)
    register = view_register(db, current_person(), name)
    return render_template(
        "registers/import.html",
        register=register,
        one=view_import(db, person, register, import_id),
        planned=list(planned_rows(db, register, import_id)),
        may_import=may_import,
    )


@blueprint.post("/<int:import_id>/check")
@allow("staff")
def check_again(name: str, import_id: int) -> ResponseReturnValue:
    """Check a sheet once more whose check was interrupted."""
    db, person = current_session(), current_person()
    require_import_reader(db, person, name)
    one = view_import(db, person, view_register(db, current_person(), name), import_id)
    return _checking(name, import_id, one.sha256, one.file_name)


@blueprint.post("/<int:import_id>/confirm")
@allow("staff", writes=False)
def confirm(name: str, import_id: int) -> ResponseReturnValue:
    """Write everything, or nothing."""
    db, person = current_session(), current_person()
    require_import_reader(db, person, name)
    one = view_import(db, person, view_register(db, current_person(), name), import_id)
    total = one.new_count + one.changed_count
    steps = write_rows(this_application().database, import_id, person.username, total)
    return _growing(name, import_id, steps, gettext("正在写入"))


@blueprint.post("/<int:import_id>/cancel")
@allow("staff")
def cancel(name: str, import_id: int) -> ResponseReturnValue:
    """Stop an import, or give it up."""
    cancel_import(current_session(), import_id, current_person().username)
    flash(gettext("导入已停止，什么也没有写入。"), "ok")
    return redirect(url_for("imports.index", name=name))


def _index(name: str, problem: str | None = None) -> str:
    db, person = current_session(), current_person()
    may_import = require_import_reader(db, person, name)
    register = view_register(db, current_person(), name)
    imports = list_imports(db, person, register)
    return render_template(
        "registers/imports.html", register=register, imports=imports, may_import=may_import, problem=problem
    )


def _checking(name: str, import_id: int, digest: str, file_name: str) -> Response:
    application = this_application()
    path = application.settings.attachments_folder / digest[:2] / digest
    steps = check_sheet(application.database, import_id, path, file_name, current_person().username)
    return _growing(name, import_id, steps, gettext("正在检查"))


def _growing(name: str, import_id: int, steps: Generator[Step, None, None], doing: str) -> Response:
    """Answer with a page that grows by one line for each step and leads on at the end."""
    page = render_template(
        "registers/import_running.html",
        register=view_register(current_session(), current_person(), name),
        import_id=import_id,
        doing=doing,
        place=PLACE,
    )
    before, _place, after = page.partition(PLACE)
    line = partial(render_template, "registers/_import_step.html", doing=doing)

    def grow() -> Iterator[str]:
        yield before
        target, problem = url_for("imports.show", name=name, import_id=import_id), None
        try:
            # Closed at once where the reader leaves: its transaction must not wait for a collector.
            with closing(steps) as running:
                for done, total in running:
                    yield line(done=done, total=total)
        except EngineError as error:
            problem = explain(error)
        yield line(target=target, problem=problem)
        yield after

    return Response(stream_with_context(grow()), mimetype="text/html", headers={"X-Accel-Buffering": "no"})
