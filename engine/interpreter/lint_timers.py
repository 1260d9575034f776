"""Rules on timers: that each has a time, one that its place allows, and that a written one can be read."""

from collections.abc import Iterator
from dataclasses import replace

from engine.errors import Finding, mark
from engine.interpreter import timers as clockwork
from engine.interpreter.diagram import Element, Process, Timer
from engine.interpreter.environment import StuckError
from engine.interpreter.lint_rule import Known, about


def timers(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each timer for a time that can be read, and cycles to stand where a timer may fire again."""
    for element in process.elements.values():
        if element.event != "timer":
            continue
        if element.timer is None or not element.timer.expression:
            yield about(
                element,
                "timer_missing",
                mark("定时事件“{label}”没有时间。请填写日期或时长，例如 =working days after(now(), 2) 或 P2D。"),
            )
        elif element.timer.kind == "timeCycle" and not _may_repeat(process, element):
            yield about(
                element,
                "timer_cycle_here",
                mark(
                    "定时事件“{label}”在这里只触发一次，不能用循环定时。"
                    "请改为日期或时长；需要多次提醒时，改用非中断的边界事件或事件子流程。"
                ),
            )
        else:
            yield from _readable(element, element.timer)


def _may_repeat(process: Process, element: Element) -> bool:
    """Tell whether Camunda lets a cycle stand here: the start of a process, or what interrupts nothing."""
    if element.kind == "startEvent" and element.parent == process.id:
        return True
    return element.kind in {"startEvent", "boundaryEvent"} and not element.interrupting


def _readable(element: Element, timer: Timer) -> Iterator[Finding]:
    try:
        clockwork.check(timer)
    except StuckError as error:
        yield unreadable(element, error)


def unreadable(element: Element, error: StuckError) -> Finding:
    """Say of a timer what would make an Incident of it."""
    return replace(about(element, error.code, error.message), facts=error.facts)
