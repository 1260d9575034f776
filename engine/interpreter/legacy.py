"""Camunda 7: what its attributes say with an equal meaning is read as Camunda 8 would say it, and reported.

Only the parsed tree is changed; the file that somebody handed in stays as it is.
"""

from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from engine.errors import Finding, mark
from engine.interpreter import juel
from engine.interpreter.legacy_mappings import read_parameters
from engine.interpreter.legacy_parts import about, child, drawn_anew, was_read, written_anew
from engine.xml_text import BPMN, CAMUNDA, ZEEBE, local_name, namespace

_ATTRIBUTES: Mapping[str, tuple[str, str]] = {
    "assignee": ("assignmentDefinition", "assignee"),
    "candidateUsers": ("assignmentDefinition", "candidateUsers"),
    "candidateGroups": ("assignmentDefinition", "candidateGroups"),
    "dueDate": ("taskSchedule", "dueDate"),
    "followUpDate": ("taskSchedule", "followUpDate"),
    "priority": ("priorityDefinition", "priority"),
    "formKey": ("formDefinition", "formId"),
    "formRef": ("formDefinition", "formId"),
    "topic": ("taskDefinition", "type"),
    "decisionRef": ("calledDecision", "decisionId"),
    "versionTag": ("versionTag", "value"),
}
"""Attributes of an element, and the extension and attribute of Camunda 8 that mean the same."""

_JAVA = frozenset({"class", "expression", "delegateExpression"})
_HARMLESS = frozenset({("type", "external"), ("initiator", "initiator")})
"""What goes without saying beside a topic, or is so here anyway."""
_MERE_NOTES = frozenset({"properties", "property"})
_TEXTS = (
    "conditionExpression", "completionCondition", "condition", "loopCondition", "timeDate", "timeDuration", "timeCycle",
)  # fmt: skip
"""Elements whose text is an expression."""


def translate(root: etree._Element) -> list[Finding]:
    """Say in the words of Camunda 8, in place, what can be said; give what was read so and what can't be.

    What it has read it does not find a second time.
    """
    return [found for node in list(root.iter(f"{{{BPMN}}}*", f"{{{CAMUNDA}}}*")) for found in _node(node)]


def _node(node: etree._Element) -> Iterator[Finding]:
    if namespace(node) == CAMUNDA:
        yield from _extension_element(node)
        return
    if local_name(node) in _TEXTS:
        yield from _text(node)
    read: dict[str, str] = {}
    for name, key in sorted(_given(node).items()):
        said = _attribute(node, name, str(node.get(key, "")))
        if isinstance(said, Finding):
            yield said
        elif said is not None:
            read[name] = said
            del node.attrib[key]
    if read:
        yield was_read(node, "；".join(f"{name} → {value}" for name, value in read.items()))


def _given(node: etree._Element) -> dict[str, str]:
    """Give what Camunda 7 says at a node: names and the attributes' whole names."""
    given = {etree.QName(key).localname: str(key) for key in node.attrib if str(key).startswith(f"{{{CAMUNDA}}}")}
    if local_name(node) == "callActivity" and node.get("calledElement") is not None:
        given["calledElement"] = "calledElement"
    return given


def _attribute(node: etree._Element, name: str, text: str) -> Finding | str | None:
    """Read one attribute: what it means, or why it can't be read; None for one to leave where it is."""
    if name in _JAVA:
        return about(
            node,
            "camunda_7_java",
            mark("“{label}”的 {what} 要运行 Java 程序，这里不能执行。请改填任务类型，由内置类型或外部程序完成。"),
            what=name,
        )
    value = juel.as_feel(text)
    if value is None:
        return written_anew(node, name, text)
    special = _SPECIAL.get((local_name(node), name))
    if special is not None:
        return special(node, value)
    if (name, value) in _HARMLESS:
        return value
    target = _ATTRIBUTES.get(name)
    if target is None or not _put(node, *target, _form(value) if name == "formKey" else value):
        return about(
            node,
            "camunda_7_attribute",
            mark("{names} 是 Camunda 7 的属性，这里不起作用。请在属性面板（Camunda 8）里重新填写对应内容。"),
            severity="warning",
            names=name,
        )
    return value


def _collection(node: etree._Element, value: str) -> str | None:
    # Camunda 7 takes a bare word for the name of a variable.
    feel = value if value.startswith("=") else f"={value}"
    return feel if _put(node, "loopCharacteristics", "inputCollection", feel) else None


def _item(node: etree._Element, value: str) -> str | None:
    return value if _put(node, "loopCharacteristics", "inputElement", value) else None


def _called(node: etree._Element, value: str) -> str | None:
    return value if _put(node, "calledElement", "processId", value) else None


def _result(node: etree._Element, value: str) -> str | None:
    return value if _put(node, "calledDecision", "resultVariable", value) else None


def _starters(node: etree._Element, value: str) -> str | None:
    return value if _put_property(node, "candidateStarterGroups", value) else None


_SPECIAL: Mapping[tuple[str, str], Callable[[etree._Element, str], str | None]] = {
    ("multiInstanceLoopCharacteristics", "collection"): _collection,
    ("multiInstanceLoopCharacteristics", "elementVariable"): _item,
    ("callActivity", "calledElement"): _called,
    ("businessRuleTask", "resultVariable"): _result,
    ("process", "candidateStarterGroups"): _starters,
}


def _form(value: str) -> str:
    """Give the id of a form from the ways Camunda 7 names one, such as ``camunda-forms:deployment:leave.form``."""
    return value.rpartition(":")[2].rpartition("/")[2].removesuffix(".form")


def _text(node: etree._Element) -> Iterator[Finding]:
    text, holder = node.text or "", node.getparent()
    if not juel.is_juel(text) or holder is None:
        return
    value = juel.as_feel(text)
    if value is None:
        yield written_anew(holder, local_name(node), text)
        return
    node.text = value
    yield was_read(holder, f"{text.strip()} → {value}")


def _extension_element(node: etree._Element) -> Iterator[Finding]:
    """Read an extension element of Camunda 7: tries, parameters, or something that has to be drawn anew."""
    extensions = node.getparent()
    holder = extensions.getparent() if extensions is not None else None
    if holder is None or extensions is None or namespace(extensions) != BPMN or local_name(node) in _MERE_NOTES:
        return
    tries = (node.text or "").strip().partition("/")[0].removeprefix("R")
    if local_name(node) == "failedJobRetryTimeCycle" and tries.isdecimal():
        _put(holder, "taskDefinition", "retries", tries)
        return
    if local_name(node) == "inputOutput":
        yield from read_parameters(holder, node)
    else:
        yield drawn_anew(holder, local_name(node))


def _put(node: etree._Element, extension: str, attribute: str, value: str) -> bool:
    """Write an attribute of a ``zeebe:`` extension; False where the file says something there already."""
    extensions = child(node, f"{{{BPMN}}}extensionElements")
    found = child(extensions, f"{{{ZEEBE}}}{extension}")
    if found.get(attribute) is not None:
        return False
    found.set(attribute, value)
    return True


def _put_property(node: etree._Element, name: str, value: str) -> bool:
    extensions = child(node, f"{{{BPMN}}}extensionElements")
    properties = child(extensions, f"{{{ZEEBE}}}properties")
    if any(known.get("name") == name for known in properties):
        return False
    etree.SubElement(properties, f"{{{ZEEBE}}}property", {"name": name, "value": value})
    return True
