"""What user tasks offer must be what the program knows: a misspelt name would quietly leave a button out."""

from collections.abc import Iterator

from engine.errors import Finding, mark
from engine.interpreter.diagram import Process
from engine.interpreter.lint_rule import Known, about
from engine.interpreter.offered import LABELS, listed


def offered_operations(process: Process, _known: Known) -> Iterator[Finding]:
    """Check the property ``operations`` of each user task."""
    for element in process.elements.values():
        for name in listed(element.properties) if element.kind == "userTask" else ():
            if name not in LABELS:
                yield about(
                    element,
                    "operation_unknown",
                    mark("“{label}”的属性 operations 里有 {operation}，没有这种操作。可用的有：{operations}。"),
                    operation=name,
                    operations="、".join(LABELS),
                )
