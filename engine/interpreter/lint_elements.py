"""Rules on single elements."""

from collections import Counter
from collections.abc import Iterator

from engine.errors import Finding, mark
from engine.interpreter import remedies
from engine.interpreter.diagram import Element, Process
from engine.interpreter.lint_rule import Known, about, finding

CATCHES = frozenset({"timer", "conditional", "message", "signal"})
"""What an event may wait for wherever it stands."""

EVENTS: dict[str, frozenset[str | None]] = {
    "startEvent": frozenset({None, "timer", "message", "signal"}),
    "endEvent": frozenset({None, "terminate", "error", "escalation", "signal", "message", "compensate", "cancel"}),
    "intermediateCatchEvent": CATCHES | {"link"},
    "intermediateThrowEvent": frozenset({None, "escalation", "signal", "message", "link", "compensate"}),
    "boundaryEvent": CATCHES | {"error", "escalation", "compensate", "cancel"},
}
"""The kinds of events that run, by what they define."""

TRIGGERS = CATCHES | {"error", "escalation", "compensate"}
"""What may start an event sub-process."""

RUNS = frozenset(
    {
        "userTask", "manualTask", "task", "serviceTask", "sendTask", "scriptTask", "subProcess", "transaction",
        "adHocSubProcess",
        "exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway",
        "receiveTask", "businessRuleTask", "callActivity",
    }
)  # fmt: skip
"""The other elements that run."""


def unsupported(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Refuse what can't run, with what to draw instead."""
    for element in process.elements.values():
        if element.kind in EVENTS:
            if element.event not in _allowed_events(process, element):
                yield _unsupported_event(process, element)
        elif element.kind not in RUNS:
            message = remedies.ELEMENTS.get(element.kind, remedies.UNKNOWN)
            yield about(element, "unsupported_element", message, kind=element.kind)


def _unsupported_event(process: Process, element: Element) -> Finding:
    triggers = _allowed_events(process, element) is TRIGGERS
    message = remedies.TRIGGER if triggers else remedies.EVENTS[element.kind]
    named = remedies.DEFINITIONS.get(element.event, element.event or "")
    return about(element, "unsupported_event", message, event=finding("event_kind", named))


def is_activity(element: Element) -> bool:
    """Tell whether an element is a task, sub-process or call activity (BPMN 2.0, 10.3)."""
    return element.kind.lower().endswith(("task", "subprocess")) or element.kind in {"callActivity", "transaction"}


def repetition(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each multi-instance for the list it repeats over, and each loop for what ends it."""
    for element in process.elements.values():
        loop = element.standard_loop
        if (loop or element.loop) and not is_activity(element):
            yield about(
                element,
                "marker_misplaced",
                mark("“{label}”设了循环或多实例标记，但只有任务、子流程和调用活动可以重复。请删除标记，或换成任务。"),
            )
        if loop is not None and loop.condition is None and loop.maximum is None:
            yield about(
                element,
                "loop_without_end",
                mark("“{label}”设了循环，却没有写何时停止。请填写循环条件（成立则再来一遍），或最多几遍。"),
            )
        if loop is not None and loop.maximum is not None and not _is_count(loop.maximum):
            yield about(
                element,
                "loop_maximum",
                mark("“{label}”最多循环的遍数 {maximum} 不是正整数。请改正。"),
                maximum=loop.maximum,
            )
        if element.loop is not None and not element.loop.collection:
            yield about(
                element,
                "collection_missing",
                mark('多实例“{label}”没有写明对哪个列表重复。请填写“输入集合”，例如 =members of("渠道专员")。'),
            )


def _is_count(text: str) -> bool:
    return text.strip().isdecimal() and int(text) > 0


def gateway_events(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask that only events follow an event-based gateway."""
    elements = process.elements
    for flow in process.flows.values():
        source, target = elements.get(flow.source), elements.get(flow.target)
        if source is None or target is None or source.kind != "eventBasedGateway":
            continue
        if target.kind not in {"intermediateCatchEvent", "receiveTask"}:
            yield about(
                target,
                "not_an_event",
                mark("“{label}”在事件网关之后，但不是捕获事件。事件网关后面只能接定时等捕获事件。"),
            )


def _allowed_events(process: Process, element: Element) -> frozenset[str | None]:
    container = process.elements.get(element.parent)
    if element.kind == "startEvent" and container is not None and container.triggered_by_event:
        return TRIGGERS
    return EVENTS[element.kind]


def starts_and_ends(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask for at least one end, and for one plain start: beside it a process may have others that wait for events."""
    containers = [(process.id, process.name, process.line)]
    containers += [
        (e.id, e.label, e.line) for e in process.elements.values() if e.kind in {"subProcess", "transaction"}
    ]
    counts = Counter((e.parent, e.kind) for e in process.elements.values())
    for element_id, name, line in containers:
        starts = _starts(process, element_id)
        if starts != 1:
            message = (
                mark("“{label}”没有开始事件。请画一个圆圈作为起点。")
                if starts == 0
                else mark("“{label}”有 {count} 个开始事件，只能有一个。请合并起点。")
            )
            yield finding("start_event", message, element=element_id, name=name, line=line, label=name, count=starts)
        if counts[element_id, "endEvent"] == 0:
            yield finding(
                "end_event",
                mark("“{label}”没有结束事件。请为每种结果画一个结束事件并命名。"),
                element=element_id,
                name=name,
                line=line,
                label=name,
            )


def _starts(process: Process, container: str) -> int:
    """Count the starts that would have to be guessed among: of a process, an event says which start it means."""
    starts = [e for e in _of(process, "startEvent") if e.parent == container]
    plain = [e for e in starts if e.event is None]
    return len(plain) or min(1, len(starts)) if container == process.id else len(starts)


def distinct_starts(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask that no two starts of a process wait for the same message or signal."""
    seen: set[tuple[str | None, str]] = set()
    for element in _of(process, "startEvent"):
        event = (element.event, element.definition.name)
        if element.parent == process.id and element.event in {"message", "signal"} and event in seen:
            yield about(
                element,
                "start_event",
                mark("“{label}”和另一个开始事件等的是同一个“{event}”，不知道从哪里开始。请给其中一个换成别的名称。"),
                event=element.definition.name,
            )
        if element.parent == process.id:
            seen.add(event)


def people(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each user task who does it: a task nobody can see must not exist."""
    for element in _of(process, "userTask"):
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
    for element in _of(process, "callActivity"):
        if element.called is None or not element.called.id:
            yield about(
                element, "process_missing", mark("调用活动“{label}”没有写明调用哪个流程。请填写被调用流程的编号。")
            )
    for element in _of(process, "businessRuleTask"):
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


def borders(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each boundary event for what it stands on."""
    for element in _of(process, "boundaryEvent"):
        if element.attached_to not in process.elements:
            yield about(
                element,
                "boundary_detached",
                mark("边界事件“{label}”没有附着在任何任务上。请把它拖到任务的边框上。"),
            )


def names(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask for names where people will read them."""
    for element in process.elements.values():
        if element.kind.endswith("Task") and not element.name:
            yield about(
                element,
                "name_missing",
                mark("任务 {label} 没有名称，待办里会显示编号。请双击任务填写名称。"),
                severity="warning",
            )
        if element.kind == "endEvent" and not element.name and element.parent == process.id:
            yield about(
                element,
                "name_missing",
                mark("结束事件 {label} 没有名称，事项的结果会显示编号。请写上结果，如“已备案”。"),
                severity="warning",
            )


def _of(process: Process, *kinds: str) -> Iterator[Element]:
    return (element for element in process.elements.values() if element.kind in kinds)
