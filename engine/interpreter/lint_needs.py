"""Rules on what elements need beside the drawing: people, forms, jobs, other processes, tables, messages."""

from collections.abc import Iterator

from engine.errors import Finding, mark
from engine.interpreter.diagram import Process
from engine.interpreter.lint_rule import Known, about, of_kind


def people(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each user task who does it: a task nobody can see must not exist."""
    for element in of_kind(process, "userTask"):
        if not (element.assignee or element.candidate_users or element.candidate_groups):
            yield about(
                element,
                "nobody_assigned",
                mark("“{label}”没有指定办理人。请在“分配”里填办理人、候选人或候选组，例如 =superior of(initiator)。"),
            )


def forms(process: Process, known: Known) -> Iterator[Finding]:
    """Ask for each form to exist, and for each user task to have one."""
    for element in process.elements.values():
        if element.form_id and element.form_id not in known.forms:
            yield about(
                element,
                "form_missing",
                mark("“{label}”要用表单 {form}，但没有这个表单。请一并上传 {form}.form,或改选已有的表单。"),
                form=element.form_id,
            )
        if element.kind == "userTask" and not element.form_id:
            yield about(
                element,
                "no_form",
                mark("“{label}”没有表单，办理人只能点“完成”。如需填写内容，请关联一个表单。"),
                severity="warning",
            )


def jobs(process: Process, known: Known) -> Iterator[Finding]:
    """Ask each service task what it does."""
    for element in process.elements.values():
        sends = element.event == "message" and element.kind in {"endEvent", "intermediateThrowEvent"}
        if (element.kind in {"serviceTask", "sendTask"} or sends) and not element.job_type:
            yield about(
                element,
                "job_type_missing",
                mark("“{label}”没有写明做什么。请在“任务定义”的“类型”里填写，如 register.save 或 notify。"),
            )
        elif element.job_type and not element.job_type.startswith("=") and element.job_type not in known.job_types:
            yield about(
                element,
                "job_type_external",
                mark("“{label}”的类型 {type} 不是内置类型，会等待外部程序完成。若是笔误请更正；内置类型有：{types}。"),
                severity="warning",
                type=element.job_type,
                types=", ".join(sorted(known.job_types)),
            )
        elif element.kind == "scriptTask" and element.job_type is None and not element.script:
            yield about(
                element, "script_missing", mark("脚本任务“{label}”没有 FEEL 表达式。请选择“FEEL 表达式”并填写。")
            )


def calls(process: Process, known: Known) -> Iterator[Finding]:
    """Ask each call activity and business rule task what it calls."""
    for element in of_kind(process, "callActivity"):
        if element.called is None or not element.called.id:
            yield about(
                element, "process_missing", mark("调用活动“{label}”没有写明调用哪个流程。请填写被调用流程的编号。")
            )
    for element in of_kind(process, "businessRuleTask"):
        if element.job_type is not None:
            continue
        if element.called is None or not element.called.id:
            yield about(element, "decision_missing", mark("业务规则任务“{label}”没有选择决策。请填写决策编号。"))
        elif not element.called.id.startswith("=") and element.called.id not in known.decisions:
            yield about(
                element,
                "decision_unknown",
                mark("“{label}”要用决策 {decision}，但没有这个决策。请一并上传含有它的 .dmn 文件。"),
                decision=element.called.id,
            )


def messages(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each message and signal for its name, and each message that a running case waits for its key."""
    for element in process.elements.values():
        throws = element.kind in {"endEvent", "intermediateThrowEvent"}
        if element.event not in {"message", "signal"} or (throws and element.event == "message"):
            continue
        if not element.definition.name:
            yield about(
                element,
                "event_unnamed",
                mark("“{label}”没有选择消息或信号。请在属性面板里选择或新建一个。"),
            )
        starts_case = element.kind == "startEvent" and element.parent == process.id
        if element.event == "message" and not starts_case and not element.definition.correlation_key:
            yield about(
                element,
                "correlation_key_missing",
                mark("消息“{label}”没有关联键，收到的消息找不到对应的事项。请填写“订阅关联键”，例如 =phone。"),
            )
