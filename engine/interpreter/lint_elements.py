"""Rules on single elements."""

from collections.abc import Iterator

from engine.errors import Finding, mark
from engine.interpreter import remedies
from engine.interpreter.diagram import Element, Process
from engine.interpreter.lint_rule import Known, about, finding, of_kind

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

_NO_EVENT: frozenset[str | None] = frozenset({None})
_RECEIVES: frozenset[str | None] = frozenset({"message"})


def unsupported(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Refuse what can't run, with what to draw instead."""
    for element in process.elements.values():
        if element.kind not in EVENTS and element.kind not in RUNS:
            message = remedies.ELEMENTS.get(element.kind, remedies.UNKNOWN)
            yield about(element, "unsupported_element", message, kind=element.kind)
        elif element.event not in _allowed_events(process, element):
            yield _unsupported_event(process, element)


def _unsupported_event(process: Process, element: Element) -> Finding:
    triggers = _allowed_events(process, element) is TRIGGERS
    message = remedies.TRIGGER if triggers else remedies.EVENTS.get(element.kind, remedies.NOT_AN_EVENT)
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
        results = element.loop.results if element.loop is not None else None
        around = process.elements.get(element.parent)
        while around is not None and results:
            if around.loop is not None and around.loop.results == results:
                yield about(
                    element,
                    "results_shared",
                    mark("“{label}”和外层的“{around}”都把结果收集到 {results}，里层会盖掉外层的。请改其中一个的名字。"),
                    around=around.label,
                    results=results,
                )
            around = process.elements.get(around.parent)


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
    return EVENTS.get(element.kind, _RECEIVES if element.kind == "receiveTask" else _NO_EVENT)


ESCALATES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
"""The activities that an escalation may come out of: what throws it is drawn inside, and a call is another case."""


def borders(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each boundary event for what it stands on, and whether what it waits for can come from there."""
    for element in of_kind(process, "boundaryEvent"):
        host = process.elements.get(element.attached_to or "")
        if host is None:
            yield about(
                element,
                "boundary_detached",
                mark("边界事件“{label}”没有附着在任何任务上。请把它拖到任务的边框上。"),
            )
        elif element.event == "escalation" and host.kind not in ESCALATES:
            message = remedies.ESCALATION_OF_CALL if host.kind == "callActivity" else remedies.ESCALATION_OF_TASK
            yield about(element, "escalation_from_nowhere", message, host=host.name or host.id)


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
