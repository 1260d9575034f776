"""Rules on ad-hoc sub-processes (BPMN 2.0, 10.3.5; the constraints of Camunda 8)."""

from collections.abc import Iterator

from engine import feel
from engine.errors import Finding, mark
from engine.interpreter.diagram import AdHoc, Element, Process
from engine.interpreter.lint_rule import Known, about


def adhoc(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each ad-hoc sub-process for something to choose, and for what ends it."""
    for element in process.elements.values():
        if element.adhoc is not None:
            yield from _content(process, element)
            yield from _choice(process, element, element.adhoc)


def _content(process: Process, element: Element) -> Iterator[Finding]:
    inside = [one for one in process.elements.values() if one.parent == element.id]
    for one in inside:
        if one.kind in {"startEvent", "endEvent"}:
            yield about(
                one,
                "adhoc_start_or_end",
                mark("即席子流程里不能有开始或结束事件：“{label}”。里面的任务由人选择或由启动列表开始，请删除它。"),
            )
    activities = [one for one in process.startable(element.id) if one.kind.endswith(("ask", "rocess", "Activity"))]
    if not activities:
        yield about(
            element, "adhoc_empty", mark("即席子流程“{label}”里没有可以开始的任务。请至少放一个没有连线进入的任务。")
        )
    if element.job_type is not None:
        yield about(
            element,
            "adhoc_job",
            mark("即席子流程“{label}”由外部程序（任务定义）主持，不支持。请删除任务定义，用启动列表或由人选择。"),
        )


def _choice(process: Process, element: Element, given: AdHoc) -> Iterator[Finding]:
    if given.sequential:
        yield about(
            element,
            "adhoc_sequential",
            mark("即席子流程“{label}”设为“依次”（ordering=Sequential），不支持。请去掉它，或用普通子流程排好顺序。"),
        )
    if given.active is None and given.completion is None:
        yield about(
            element,
            "adhoc_without_end",
            mark(
                "即席子流程“{label}”没有启动列表，也没有完成条件：由人选择做什么，选出的办完就结束。如需多次选择，请写完成条件。"
            ),
            severity="warning",
        )
    startable = {one.id for one in process.startable(element.id)}
    for listed in _listed(given.active):
        if listed not in startable:
            yield about(
                element,
                "adhoc_unknown_element",
                mark("即席子流程“{label}”的启动列表里有 {listed}，但里面没有这个可以开始的元素。请改正编号。"),
                listed=listed,
            )


def _listed(expression: str | None) -> list[str]:
    """Give the ids that a list names outright; what depends on variables is seen only when it runs."""
    try:
        value = feel.evaluate(feel.strip_equals(expression), {}) if expression else None
    except feel.FeelError:
        return []
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
