"""The pages of the editors: what they open, and what their scripts need to know."""

from collections.abc import Sequence

from flask import render_template, url_for

from engine.errors import Finding, InvalidError, mark
from engine.queries.process_view import FileInfo, ProcessView
from web.i18n import explain, gettext, moment

_TEMPLATES = {"bpmn": "modeler", "form": "form", "dmn": "table"}
_BUNDLES = {"bpmn": "modeler", "form": "forms", "dmn": "tables"}


def editor_page(process: ProcessView, name: str, version: int | None, findings: Sequence[Finding]) -> str:
    """Write the page that edits a file of a process: its draft, else what is published, else a new one."""
    kind = name.rpartition(".")[2]
    if kind not in _TEMPLATES:
        raise InvalidError(mark("没有能打开 {name} 的编辑器：应是 .bpmn、.dmn 或 .form 文件。"), name=name)
    file = next((one for one in process.files if one.name == name), None)
    return render_template(
        f"designer/{_TEMPLATES[kind]}.html",
        process=process,
        name=name,
        bundle=_BUNDLES[kind],
        revision=file.draft.revision if file and file.draft else 0,
        source=_source(process, name, version, is_there=file is not None),
        standing=_standing(file, version),
        findings=findings_as_json(findings),
        texts=_texts(),
    )


def findings_as_json(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """Write findings for a script, in the reader's language."""
    return [
        {
            "severity": finding.severity,
            "message": explain(finding),
            "resource": finding.resource,
            "element": finding.element,
            "name": finding.name,
            "line": finding.line,
        }
        for finding in findings
    ]


def _source(process: ProcessView, name: str, version: int | None, *, is_there: bool) -> str:
    """Give the address of what is opened; empty for a file that is new."""
    if not is_there and version is None:
        return ""
    return url_for("designer.download", process_id=process.process_id, name=name, version=version)


def _standing(file: FileInfo | None, version: int | None) -> str:
    if version is not None:
        return gettext("第 %(version)s 版的内容，修改后存为草稿", version=version)
    if file is None:
        return gettext("新文件，还没有保存")
    if file.draft:
        return gettext("草稿，%(who)s %(when)s", who=file.draft.saved_by, when=moment(file.draft.saved_at))
    return gettext("与已发布的相同")


def _texts() -> dict[str, str]:
    """Give what the editors' scripts say; they fill in {names}."""
    return {
        "unchanged": "",
        "changed": gettext("有未保存的修改"),
        "saving": gettext("正在保存…"),
        "saved": gettext("草稿已保存 {time}"),
        "failed": gettext("没有保存：{reason}"),
        "conflict": gettext("没有保存：别人有更新的草稿"),
        "signedOut": gettext("登录已过期，内容还在这个页面上。"),
        "signIn": gettext("在新窗口登录，再回来保存"),
        "status": gettext("服务器回答 {status}，请稍后重试"),
        "unreachable": gettext("连不上服务器，请检查网络"),
        "found": gettext("{errors} 个错误，{warnings} 个提醒"),
        "foundNothing": gettext("没有发现问题"),
        "error": gettext("错误"),
        "warning": gettext("提醒"),
        "line": gettext("第 {line} 行"),
        "unreadable": gettext("这个文件打不开，下面是它的源码。改正后可以再切回图形。"),
        "partly": gettext("有些内容读不出来，保存后会丢失："),
    }
