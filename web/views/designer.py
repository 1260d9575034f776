"""The process owner's room: processes, their files and versions, and the pages of the editors."""

import io
import re
import zipfile
from collections.abc import Sequence

from flask import Blueprint, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from engine.commands.discard_draft import discard_draft
from engine.commands.publish_draft import publish_draft
from engine.commands.save_draft import save_draft
from engine.errors import Finding, InvalidError, NotFoundError, UnpublishableError, mark
from engine.queries.process_view import (
    ProcessView,
    check_process,
    process_files,
    view_process,
    view_version,
)
from engine.queries.processes import list_processes
from web.auth import allow, current_person, current_session
from web.editors import editor_page, findings_as_json
from web.i18n import gettext
from web.security import inline_styles

blueprint = Blueprint("designer", __name__, url_prefix="/designer")

_PROCESS_ID = re.compile(r"[a-z][a-z0-9_]{0,99}")
_FILE_NAME = re.compile(r"[A-Za-z0-9_\-]{1,100}\.(bpmn|dmn|form)")


@blueprint.get("")
@allow("owner")
def index() -> ResponseReturnValue:
    """List the processes."""
    return render_template("designer/index.html", processes=list_processes(current_session()))


@blueprint.post("")
@allow("owner", writes=False)
def create() -> ResponseReturnValue:
    """Open the editor for a process that does not exist yet; its first saved draft makes it."""
    process_id = request.form.get("process_id", "").strip()
    if not _PROCESS_ID.fullmatch(process_id):
        raise InvalidError(
            mark("流程标识“{process}”不能用：应由小写英文字母、数字和下划线组成，以字母开头。"),
            where="process_id",
            process=process_id,
        )
    if any(row.process_id == process_id for row in list_processes(current_session())):
        flash(gettext("流程 %(process)s 已经有了，这就是它。", process=process_id), "warn")
        return redirect(url_for("designer.show", process_id=process_id))
    return redirect(url_for("designer.edit", process_id=process_id, name=f"{process_id}.bpmn"))


@blueprint.get("/<process_id>")
@allow("owner")
def show(process_id: str) -> ResponseReturnValue:
    """Show a process: its diagram, its files with their drafts, its versions."""
    return render_template("designer/show.html", process=view_process(current_session(), process_id))


@blueprint.get("/<process_id>/versions/<int:version>")
@allow("owner")
def version(process_id: str, version: int) -> ResponseReturnValue:
    """Show a published version and the files it was published with."""
    db = current_session()
    found, files = view_version(db, process_id, version)
    return render_template("designer/version.html", process=view_process(db, process_id), version=found, files=files)


@blueprint.get("/<process_id>/files/<name>")
@allow("owner")
def download(process_id: str, name: str) -> ResponseReturnValue:
    """Send a file as it is: of ``?version=`` or, without one, the draft or else the newest published one."""
    files = process_files(current_session(), process_id, request.args.get("version", type=int))
    file = next((one for one in files if one.name == name), None)
    if file is None:
        raise NotFoundError(mark("没有文件 {name}。"), name=name)
    return send_file(io.BytesIO(file.content), "application/octet-stream", as_attachment=True, download_name=name)


@blueprint.get("/<process_id>/archive")
@allow("owner")
def archive(process_id: str) -> ResponseReturnValue:
    """Send all files of a version, or those worked on, as one zip."""
    version = request.args.get("version", type=int)
    files = process_files(current_session(), process_id, version)
    if not files:
        raise NotFoundError(mark("没有流程 {process} 的文件。"), process=process_id)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(file.name, file.content)
    packed.seek(0)
    name = f"{process_id}-{version}.zip" if version else f"{process_id}.zip"
    return send_file(packed, "application/zip", as_attachment=True, download_name=name)


@blueprint.post("/<process_id>/files")
@allow("owner")
def upload(process_id: str) -> ResponseReturnValue:
    """Save uploaded files as drafts: all of them, or none where one would replace a draft without being asked to."""
    db, person = current_session(), current_person()
    files = [file for file in request.files.getlist("files") if file.filename]
    names = [re.split(r"[\\/]", file.filename or "")[-1] for file in files]
    there = {file.name for file in _process_or_new(process_id).files if file.draft}
    clashes = [name for name in names if name in there]
    if clashes and "overwrite" not in request.form:
        flash(
            gettext(
                "没有上传：%(names)s 已有未发布的草稿。要用上传的文件替换草稿，请勾选“替换已有的草稿”。",
                names="、".join(clashes),
            ),
            "danger",
        )
        return redirect(url_for("designer.show", process_id=process_id))
    for name, file in zip(names, files, strict=True):
        save_draft(db, process_id, name, file.read(), person.username)
    flash(gettext("已上传 %(count)s 个文件，成为草稿。检查并发布后生效。", count=len(files)), "ok")
    return redirect(url_for("designer.show", process_id=process_id))


@blueprint.get("/<process_id>/new")
@allow("owner")
def create_file(process_id: str) -> ResponseReturnValue:
    """Open the editor for a file that does not exist yet."""
    name = request.args.get("name", "").strip()
    if not _FILE_NAME.fullmatch(name):
        raise InvalidError(
            mark("文件名“{name}”不能用：应由字母、数字、下划线和连字符组成，以 .bpmn、.dmn 或 .form 结尾。"),
            where="name",
            name=name,
        )
    return redirect(url_for("designer.edit", process_id=process_id, name=name))


@blueprint.get("/<process_id>/edit/<name>")
@allow("owner")
@inline_styles
def edit(process_id: str, name: str) -> ResponseReturnValue:
    """Open a file in the editor of its kind; ``?version=`` begins with what that version had."""
    process = _process_or_new(process_id)
    findings = check_process(current_session(), process_id) if process.files else []
    return editor_page(process, name, request.args.get("version", type=int), findings)


@blueprint.post("/<process_id>/files/<name>")
@allow("owner")
def save(process_id: str, name: str) -> ResponseReturnValue:
    """Save a draft for the editor, and answer with what the check says of all the files together."""
    sent = request.get_json()
    content, revision = sent.get("content"), sent.get("revision")
    if not isinstance(content, str) or not (revision is None or isinstance(revision, int)):
        raise InvalidError(mark("保存请求不完整，请刷新页面后重试。"))
    db = current_session()
    saved = save_draft(db, process_id, name, content.encode(), current_person().username, revision=revision)
    return jsonify(revision=saved, findings=findings_as_json(check_process(db, process_id)))


@blueprint.post("/<process_id>/files/<name>/discard")
@allow("owner")
def discard(process_id: str, name: str) -> ResponseReturnValue:
    """Throw a draft away."""
    discard_draft(current_session(), process_id, name)
    flash(gettext("已放弃 %(name)s 的草稿。", name=name), "ok")
    if _process_or_new(process_id).files:
        return redirect(url_for("designer.show", process_id=process_id))
    return redirect(url_for("designer.index"))


@blueprint.get("/<process_id>/publication")
@allow("owner")
def publication(process_id: str) -> ResponseReturnValue:
    """Show what a publication would change, and what the check says of it."""
    process = view_process(current_session(), process_id)
    return _publication(process, check_process(current_session(), process_id))


@blueprint.post("/<process_id>/publication")
@allow("owner")
def publish(process_id: str) -> ResponseReturnValue:
    """Publish the drafts that the owner has seen."""
    db = current_session()
    process, note = view_process(db, process_id), request.form.get("note", "").strip()
    if request.form.get("seen") != _standing(process):
        return _publication(process, check_process(db, process_id), note, stale=True), 409
    try:
        deployed = publish_draft(db, process_id, current_person().username, note=note)
    except UnpublishableError as error:
        return _publication(process, error.findings, note), 422
    made = next((one for one in deployed.published.processes if one.key == process_id), None)
    if made is None or not deployed.is_new:
        flash(gettext("内容与已发布的相同，没有产生新版本。"), "warn")
        return redirect(url_for("designer.show", process_id=process_id))
    flash(gettext("第 %(version)s 版已发布。新发起的事项按这一版办理。", version=made.version), "ok")
    return redirect(url_for("designer.version", process_id=process_id, version=made.version))


def _publication(process: ProcessView, findings: Sequence[Finding], note: str = "", *, stale: bool = False) -> str:
    return render_template(
        "designer/publication.html",
        process=process,
        standing=_standing(process),
        findings=findings,
        errors=sum(finding.severity == "error" for finding in findings),
        note=note,
        stale=stale,
    )


def _standing(process: ProcessView) -> str:
    """Say which drafts there are, so that nothing is published that its owner has not seen."""
    return " ".join(f"{file.name}:{file.draft.revision}" for file in process.files if file.draft)


def _process_or_new(process_id: str) -> ProcessView:
    """Give a process, or one without files where nothing has been saved yet."""
    try:
        return view_process(current_session(), process_id)
    except NotFoundError:
        return ProcessView(process_id=process_id, name=process_id, versions=(), files=())
