"""Rules on listeners: which moments an element has, as Camunda 8 says."""

from collections.abc import Iterator

from engine.errors import Finding, mark
from engine.interpreter.diagram import Element, Listener, Process
from engine.interpreter.lint_rule import Known, about

EXECUTION = ("start", "end")
TASK = ("creating", "assigning", "updating", "completing", "canceling")
_AFTER_GATEWAY = mark("请改为 start，或放到网关后面的元素上。")
_REMEDIES: dict[tuple[str, str], str] = {
    ("start", "startEvent"): mark("请改为 end，或放到流程（或子流程）上。"),
    ("start", "boundaryEvent"): mark("请改为 end，或放到所附着的任务上。"),
    ("end", "exclusiveGateway"): _AFTER_GATEWAY,
    ("end", "inclusiveGateway"): _AFTER_GATEWAY,
    ("end", "parallelGateway"): _AFTER_GATEWAY,
    ("end", "eventBasedGateway"): _AFTER_GATEWAY,
    ("canceling", "userTask"): mark("任务被取消时不会停下来等监听器。请在取消它的事件后面放一个任务。"),
}


def listeners(process: Process, known: Known) -> Iterator[Finding]:
    """Ask each listener for a moment that its element has, and for what it does."""
    for element in (process.whole, *process.elements.values()):
        for listener in element.listeners:
            yield from _moment(element, listener)
            yield from _work(element, listener, known)


def _moment(element: Element, listener: Listener) -> Iterator[Finding]:
    allowed = EXECUTION if listener.tag == "executionListener" else TASK
    if listener.tag == "taskListener" and element.kind != "userTask":
        yield about(
            element,
            "listener_not_allowed",
            mark("“{label}”不是用户任务，不能有任务监听器。请改用执行监听器（Execution listeners）。"),
        )
    elif listener.event not in allowed:
        yield about(
            element,
            "listener_event_unknown",
            mark("“{label}”的监听器写了不认识的时机“{event}”。请选择其中之一：{allowed}。"),
            event=listener.event,
            allowed=", ".join(allowed),
        )
    elif (remedy := _remedy(element, listener)) is not None:
        yield about(
            element,
            "listener_not_allowed",
            mark("“{label}”不能有时机为 {event} 的监听器：{remedy}"),
            event=listener.event,
            remedy=remedy,
        )


def _remedy(element: Element, listener: Listener) -> str | None:
    """Give what to do instead of a listener at a moment that its element never has, or does not stop for."""
    if listener.event == "end" and element.kind == "endEvent" and element.event in {"error", "cancel"}:
        return mark("请改为 start，或放到捕获它的边界事件上。")
    if listener.event == "end" and element.kind == "boundaryEvent" and not element.interrupting:
        return mark("不中断的边界事件可能发生多次，请放到它后面的元素上。")
    return _REMEDIES.get((listener.event, element.kind))


def _work(element: Element, listener: Listener, known: Known) -> Iterator[Finding]:
    if not listener.type:
        yield about(
            element,
            "listener_type_missing",
            mark("“{label}”的监听器没有写明做什么。请填写“类型”（Listener type），如 notify。"),
        )
    elif not listener.type.startswith("=") and listener.type not in known.job_types:
        yield about(
            element,
            "job_type_external",
            mark("“{label}”的类型 {type} 不是内置类型，会等待外部程序完成。若是笔误请更正；内置类型有：{types}。"),
            severity="warning",
            type=listener.type,
            types=", ".join(sorted(known.job_types)),
        )
