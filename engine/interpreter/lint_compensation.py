"""Rules on compensation and on transactions that can be cancelled."""

from collections.abc import Iterator

from engine.errors import Finding, mark
from engine.interpreter.diagram import Element, Process
from engine.interpreter.lint_rule import Known, about

ACTIVITIES = frozenset(
    {
        "userTask", "manualTask", "task", "serviceTask", "sendTask", "scriptTask", "subProcess", "receiveTask",
        "businessRuleTask", "callActivity", "transaction", "adHocSubProcess",
    }
)  # fmt: skip
"""What can be undone, and what can undo."""


def boundaries(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each compensation boundary event for exactly one handler beside it, and for nothing else."""
    flows = {flow.source for flow in process.flows.values()}
    seen: set[str | None] = set()
    for boundary in _compensating(process, "boundaryEvent"):
        handlers = _handlers_of(process, boundary)
        if boundary.id in flows or len(handlers) != 1 or handlers[0].parent != boundary.parent:
            yield about(
                boundary,
                "compensation_handler_missing",
                mark(
                    "补偿边界事件“{label}”应当用关联（点线，不是顺序流）连到同一层里唯一的一个补偿活动。"
                    "请选中它，用“追加”画出补偿活动。"
                ),
            )
        if boundary.attached_to in seen:
            yield about(
                boundary,
                "compensation_twice",
                mark("“{label}”所在的活动上有两个补偿边界事件，只能有一个。请合并，需要几步就用子流程作补偿活动。"),
            )
        seen.add(boundary.attached_to)


def handlers(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each handler for the boundary event it belongs to, and that no flow and no event touches it."""
    connected = {end for flow in process.flows.values() for end in (flow.source, flow.target)}
    occupied = {element.attached_to for element in process.elements.values() if element.attached_to}
    used = {handler.activity for handler in process.handlers.values()}
    for element in process.elements.values():
        if not element.for_compensation:
            continue
        if element.kind not in ACTIVITIES or element.triggered_by_event or element.id not in used:
            yield about(
                element,
                "compensation_handler_alone",
                mark(
                    "补偿活动“{label}”没有连到任何补偿边界事件，永远不会执行。"
                    "请从补偿边界事件用关联连到它，或去掉它的补偿标记。"
                ),
            )
        if element.id in connected:
            yield about(
                element,
                "compensation_handler_connected",
                mark("补偿活动“{label}”不能有顺序流：它只在补偿时执行。请删除连线，需要几步就改用子流程。"),
            )
        if element.id in occupied:
            yield about(
                element,
                "compensation_handler_border",
                mark("补偿活动“{label}”的边框上不能有边界事件。请改用子流程作补偿活动，把事件画在里面。"),
            )


def throws(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each event that throws compensation for something to undo in its scope, and to wait for it."""
    for throw in _compensating(process, "endEvent", "intermediateThrowEvent"):
        if not throw.waits_for_compensation:
            yield about(
                throw,
                "compensation_not_waited_for",
                mark("补偿事件“{label}”设为不等补偿完成，暂不支持。请勾选“等待完成 (Wait for completion)”。"),
            )
        undone = _undone_by(process, throw)
        if throw.compensates is None and not undone:
            yield about(
                throw,
                "compensation_of_nothing",
                mark(
                    "补偿事件“{label}”什么也不会撤销：同一层里没有带补偿活动的活动。"
                    "请给要撤销的活动加上补偿边界事件，或删除它。"
                ),
                severity="warning",
            )
        if throw.compensates is not None and throw.compensates not in undone:
            yield about(
                throw,
                "compensation_target",
                mark(
                    "补偿事件“{label}”要补偿 {target}，但同一层里没有这个活动，或它没有补偿活动。"
                    "请改选同一层里带补偿边界事件的活动。"
                ),
                target=_label(process, throw.compensates),
            )


def event_sub_processes(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask compensation event sub-processes to lie, one at most, in a sub-process."""
    seen: set[str] = set()
    for start in _compensating(process, "startEvent"):
        around = process.elements.get(start.parent)
        if around is None or not around.triggered_by_event:
            continue
        outer = process.elements.get(around.parent)
        if outer is None or outer.triggered_by_event or outer.id in seen:
            yield about(
                around,
                "compensation_sub_process",
                mark(
                    "补偿事件子流程“{label}”只能画在子流程里面，且每个子流程只能有一个。"
                    "请把它移进要补偿的子流程，或改用补偿边界事件。"
                ),
            )
        seen.add(around.parent)


def transactions(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask cancel ends to lie directly in a transaction, which has the cancel event to leave by, and no loop."""
    borders = {e.attached_to for e in process.elements.values() if e.kind == "boundaryEvent" and e.event == "cancel"}
    for element in process.elements.values():
        if element.event == "cancel" and element.kind == "boundaryEvent":
            yield from _cancel_border(process, element)
        if element.event != "cancel" or element.kind != "endEvent":
            continue
        around = process.elements.get(element.parent)
        if around is None or around.kind != "transaction":
            yield about(
                element,
                "cancel_outside_transaction",
                mark("取消结束事件“{label}”只能直接画在事务子流程里。请把外层改为事务，或改用错误结束事件。"),
            )
        elif around.id not in borders:
            yield about(
                around,
                "cancel_border_missing",
                mark("事务“{label}”里有取消结束事件，边框上却没有取消边界事件。请加一个，并画出取消之后怎么走。"),
            )
        elif around.loop is not None or around.standard_loop is not None:
            yield about(
                around,
                "cancel_repeated",
                mark("事务“{label}”既重复执行又能取消，取消的范围不明确。请在它外面套一个子流程，把多实例设在外层。"),
            )


def _cancel_border(process: Process, border: Element) -> Iterator[Finding]:
    around = process.elements.get(border.attached_to or "")
    if around is not None and around.kind != "transaction":
        yield about(
            border,
            "cancel_outside_transaction",
            mark("取消边界事件“{label}”只能附着在事务子流程上。请把它附着的活动改为事务，或改用错误边界事件。"),
        )
    if not border.interrupting:
        yield about(border, "cancel_interrupts", mark("取消边界事件“{label}”必须是中断的。请把它改为中断型。"))


def _compensating(process: Process, *kinds: str) -> Iterator[Element]:
    return (e for e in process.elements.values() if e.event == "compensate" and e.kind in kinds)


def _handlers_of(process: Process, boundary: Element) -> list[Element]:
    targets = [target for source, target in process.associations if source == boundary.id]
    return [process.elements[t] for t in targets if t in process.elements and process.elements[t].for_compensation]


def _undone_by(process: Process, throw: Element) -> set[str]:
    """Give what an event can undo: in its own scope, and around an event sub-process that it stands in."""
    scopes = {throw.parent}
    around = process.elements.get(throw.parent)
    if around is not None and around.triggered_by_event:
        scopes.add(around.parent)
    undone = {*process.handlers, *process.undoing}
    beside = [element.id for element in process.elements.values() if element.parent in scopes]
    return {element_id for element_id in beside if undone & {element_id, *_inside(process, element_id)}}


def _inside(process: Process, container: str) -> Iterator[str]:
    for element in process.elements.values():
        if element.parent == container:
            yield element.id
            yield from _inside(process, element.id)


def _label(process: Process, element_id: str) -> str:
    element = process.elements.get(element_id)
    return f"“{element.label}”" if element is not None else element_id
