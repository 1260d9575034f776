"""Whether a diagram catches an error that leaves one of its elements, as an error of a called case does."""

from collections.abc import Iterator

from engine.interpreter.diagram import Element, Process


def catches(process: Process, element_id: str, code: str) -> bool:
    """Tell whether a border or an event sub-process around an element catches an error (BPMN 2.0, 10.5.6)."""
    around: Element | None = process.elements.get(element_id)
    while around is not None:
        if any(one.definition.code in {None, "", code} for one in _catchers(process, around)):
            return True
        around = process.elements.get(around.parent)
    return False


def _catchers(process: Process, around: Element) -> Iterator[Element]:
    for element in process.elements.values():
        if element.event != "error":
            continue
        handler = process.elements.get(element.parent)
        beside = handler is not None and handler.triggered_by_event and handler.parent == around.parent
        if element.attached_to == around.id or (element.kind == "startEvent" and beside):
            yield element
