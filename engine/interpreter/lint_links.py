"""Rules on link events: a line that goes on elsewhere on the same page (BPMN 2.0, Link Event)."""

from collections import Counter
from collections.abc import Iterator

from engine.errors import Finding, mark
from engine.interpreter.diagram import Element, Process
from engine.interpreter.lint_rule import Known, about


def links(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each link for its name and its one counterpart in the same scope."""
    thrown = [e for e in process.elements.values() if e.event == "link" and e.kind == "intermediateThrowEvent"]
    caught = [e for e in process.elements.values() if e.event == "link" and e.kind == "intermediateCatchEvent"]
    for element in (*thrown, *caught):
        if not element.definition.name:
            yield about(
                element,
                "link_unnamed",
                mark("链接“{label}”没有链接名称。请在属性面板填写；抛出和捕获的一对用同一个名称。"),
            )
    yield from _throws(process, thrown, caught)
    yield from _catches(process, thrown, caught)


def _throws(process: Process, thrown: list[Element], caught: list[Element]) -> Iterator[Finding]:
    elsewhere = {element.definition.name for element in caught}
    for element in thrown:
        link = element.definition.name
        if link and element.id not in process.links:
            message = (
                mark("链接“{label}”的另一端“{link}”在别的流程或子流程里。链接不能穿过边框，请画在同一层。")
                if link in elsewhere
                else mark("链接“{label}”没有另一端：同一层里没有名为“{link}”的捕获链接。请补画一个。")
            )
            yield about(element, "link_not_caught", message, link=link)
        if any(flow.source == element.id for flow in process.flows.values()):
            yield about(
                element,
                "link_continues",
                mark("抛出链接“{label}”后面不能再连线：流程从捕获链接继续。请删除该连线。"),
            )


def _catches(process: Process, thrown: list[Element], caught: list[Element]) -> Iterator[Finding]:
    places = Counter((element.parent, element.definition.name) for element in caught)
    used = {(element.parent, element.definition.name) for element in thrown}
    for element in caught:
        link, place = element.definition.name, (element.parent, element.definition.name)
        if link and places[place] > 1:
            yield about(
                element,
                "link_caught_twice",
                mark("同一层里有 {count} 个名为“{link}”的捕获链接，不知道从哪里继续。请只留一个，或改名。"),
                link=link,
                count=places[place],
            )
        if link and place not in used:
            yield about(
                element,
                "link_not_thrown",
                mark("捕获链接“{label}”没有来处：同一层里没有名为“{link}”的抛出链接。请补画一个，或删除它。"),
                link=link,
            )
        if any(flow.target == element.id for flow in process.flows.values()):
            yield about(
                element,
                "link_entered",
                mark("捕获链接“{label}”前面不能连线：它只从抛出链接进入。请删除该连线。"),
            )
