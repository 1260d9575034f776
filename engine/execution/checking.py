"""Checking files together before publication: each by its kind, and what they say of each other."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import dmn, forms
from engine.connectors import CONNECTORS
from engine.connectors.shapes import SHAPES
from engine.errors import Finding, UnpublishableError, mark
from engine.execution.publishing import newest_decisions, newest_forms
from engine.execution.registers import check_register, is_register, read_register
from engine.execution.shared_answers import shared_answers
from engine.execution.start_events import never_due
from engine.interpreter import Process
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from engine.model import Register

KINDS = (".bpmn", ".dmn", ".form")
LIMIT = 20 * 1024 * 1024
"""Bytes of all files together."""


@dataclass(frozen=True, kw_only=True)
class File:
    """One file that is handed in."""

    name: str
    """Without a folder, such as ``new_channel_filing.bpmn``."""
    content: bytes


@dataclass(kw_only=True)
class Checked:
    """What a set of files declares, and everything that was found."""

    findings: list[Finding] = field(default_factory=list)
    processes: list[tuple[Process, File]] = field(default_factory=list)
    forms: dict[str, File] = field(default_factory=dict)
    registers: list[File] = field(default_factory=list)
    decisions: dict[str, tuple[str, File]] = field(default_factory=dict)

    @property
    def errors(self) -> list[Finding]:
        """Give what forbids publication."""
        return [found for found in self.findings if found.severity == "error"]


def check_files(session: Session, files: Sequence[File]) -> Checked:
    """Check files together. Never raises for what they contain: anything wrong is a finding."""
    checked = Checked(findings=list(_set_of_files(files)))
    imports = dict(_imports(files))
    for file in files:
        if file.name.endswith(".form"):
            _form(checked, file)
        elif file.name.endswith(".dmn"):
            _decision(checked, file, imports)
    for file in files:
        if file.name.endswith(".bpmn"):
            _diagram(session, checked, file)
    _same_process_twice(checked)
    checked.findings += _pickers(session, checked)
    checked.findings += _rights(checked)
    loaded = {form_id: forms.load(file.content, file.name) for form_id, file in checked.forms.items()}
    checked.findings += shared_answers(((process, file.name) for process, file in checked.processes), loaded)
    checked.findings.sort(key=lambda found: found.severity != "error")
    return checked


def _set_of_files(files: Sequence[File]) -> Iterator[Finding]:
    if not files:
        yield _finding("nothing_handed_in", mark("没有文件。请选择 .bpmn、.dmn 或 .form 文件。"))
    for name, count in Counter(file.name for file in files).items():
        if count > 1:
            yield _finding("same_name_twice", mark("文件 {file} 出现了两次。每个文件名只能有一个。"), name, file=name)
        if not name.endswith(KINDS):
            yield _finding(
                "unknown_kind", mark("不认识文件 {file}。可以发布的是 .bpmn、.dmn 和 .form 文件。"), name, file=name
            )
    size = sum(len(file.content) for file in files)
    if size > LIMIT:
        yield _finding(
            "files_too_large",
            mark("文件共 {size} MB,超过 {limit} MB 的上限。请检查是否选错了文件。"),
            max(files, key=lambda file: len(file.content)).name,
            size=size // 1024 // 1024,
            limit=LIMIT // 1024 // 1024,
        )


def _form(checked: Checked, file: File) -> None:
    found = forms.lint(file.content, file.name)
    if is_register(file.content):
        found = [*found, *check_register(file.content, file.name)]
        checked.registers.append(file)
    checked.findings += found
    if any(one.severity == "error" for one in found):
        return
    form_id = forms.load(file.content, file.name).id
    if form_id in checked.forms:
        other = checked.forms[form_id].name
        message = mark("表单编号 {id} 在 {file} 和 {other} 里重复。请给其中一个换编号。")
        checked.findings.append(
            _finding("same_form_twice", message, file.name, id=form_id, file=file.name, other=other)
        )
    checked.forms[form_id] = file


def _imports(files: Sequence[File]) -> Iterator[tuple[str, bytes]]:
    """Give the tables by namespace: those handed in together may import each other."""
    for file in files:
        if file.name.endswith(".dmn"):
            # What is no DMN is found when the file itself is checked.
            with suppress(UnpublishableError):
                yield dmn.declared(file.content, file.name).namespace, file.content


def _decision(checked: Checked, file: File, imports: Mapping[str, bytes]) -> None:
    found = dmn.lint(file.content, file.name, imports)
    checked.findings += found
    if any(one.severity == "error" for one in found):
        return
    decisions = dmn.declared(file.content, file.name).decisions
    checked.decisions.update({key: (name, file) for key, name in decisions.items()})


def _diagram(session: Session, checked: Checked, file: File) -> None:
    known = Known(
        forms=frozenset(checked.forms),
        decisions=frozenset(checked.decisions),
        job_types=frozenset(CONNECTORS),
        shapes=SHAPES,
        registers=_registers(session, checked) if b"register." in file.content else {},
    )
    found = check(file.content, file.name, known)
    missing_forms = frozenset(str(one.facts["form"]) for one in found.findings if one.code == "form_missing")
    missing_decisions = frozenset(str(o.facts["decision"]) for o in found.findings if o.code == "decision_unknown")
    if missing_forms or missing_decisions:
        # They may have been published before, on their own or with an earlier version.
        known = replace(
            known,
            forms=known.forms | newest_forms(session, missing_forms).keys(),
            decisions=known.decisions | newest_decisions(session, missing_decisions).keys(),
        )
        found = check(file.content, file.name, known)
    checked.findings += found.findings
    if not found.errors:
        checked.findings += [
            replace(one, resource=file.name)
            for process in found.processes
            if process.executable
            for one in never_due(session, process)
        ]
    checked.processes += [(process, file) for process in found.processes]


def _registers(session: Session, checked: Checked) -> dict[str, Sequence[str]]:
    """Give the statuses of each register, as the files handed in leave them."""
    rows = session.execute(select(Register.name, Register.statuses))
    published = {name: tuple(statuses) for name, statuses in rows}
    declared = [
        read_register(file.content, file.name)
        for file in checked.registers
        if not any(check_register(file.content, ""))
    ]
    return {**published, **{one.name: one.statuses for one in declared}}


def _pickers(session: Session, checked: Checked) -> Iterator[Finding]:
    """Ask for each register that a form picks from."""
    wanted = {
        (file, register)
        for file in checked.forms.values()
        for register in forms.picked_registers(forms.load(file.content, file.name))
    }
    if not wanted:
        return
    known = {read_register(file.content, file.name).name for file in checked.registers}
    known |= set(session.scalars(select(Register.name)))
    for file, register in wanted:
        if register not in known:
            message = mark("表单 {file} 要从台账 {register} 里选，但没有这个台账。请先发布它，或更正 picker。")
            yield _finding("register_unknown", message, file.name, file=file.name, register=register)


def _rights(checked: Checked) -> Iterator[Finding]:
    """Find the fields that tasks have rights on and their forms don't have; forms published earlier are not asked."""
    for process, file in checked.processes:
        for element in process.elements.values():
            rights, handed_in = forms.Rights.of(element.properties), checked.forms.get(element.form_id or "")
            if not rights.named or handed_in is None:
                continue
            unknown = forms.unknown_fields(forms.load(handed_in.content, handed_in.name), rights)
            if unknown:
                yield Finding(
                    severity="error",
                    code="field_unknown",
                    message=mark("“{label}”的属性 fields.* 提到字段 {fields}，表单 {form} 里没有。请更正字段名。"),
                    facts={"label": element.label, "fields": "、".join(unknown), "form": element.form_id},
                    resource=file.name,
                    element=element.id,
                    name=element.name,
                    line=element.line,
                )


def _same_process_twice(checked: Checked) -> None:
    for process_id, count in Counter(process.id for process, _file in checked.processes).items():
        if count > 1:
            files = ", ".join(file.name for process, file in checked.processes if process.id == process_id)
            message = mark("流程编号 {id} 在 {files} 里重复。请给其中一个换编号。")
            checked.findings.append(_finding("same_process_twice", message, id=process_id, files=files))


def _finding(code: str, message: str, resource: str | None = None, **facts: object) -> Finding:
    return Finding(severity="error", code=code, message=message, facts=facts, resource=resource)
