"""Rules on where a process begins and ends."""

from collections import Counter
from collections.abc import Iterator

from engine.errors import Finding, mark
from engine.interpreter.diagram import Process
from engine.interpreter.lint_rule import Known, about, finding, of_kind


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
    starts = [e for e in of_kind(process, "startEvent") if e.parent == container]
    plain = [e for e in starts if e.event is None]
    return len(plain) or min(1, len(starts)) if container == process.id else len(starts)


def distinct_starts(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask that no two starts of a process wait for the same message or signal."""
    seen: set[tuple[str | None, str]] = set()
    for element in of_kind(process, "startEvent"):
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
