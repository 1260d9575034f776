"""Making a file ready for SpiffWorkflow's parser: what only explains goes, ids it keeps for itself are renamed.

Links become sequence flows, which the library knows how to follow; the diagram that everybody else reads
keeps them as they were drawn.
"""

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from lxml import etree

from engine.xml_text import BPMN, local_name, namespace

PREFIX = "element."
_REFERENCES = ("sourceRef", "targetRef", "attachedToRef", "bpmnElement", "default")
_RESERVED = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})
_SUFFIXES = (".Choice", ".Path", ".EndJoin", ".BoundaryEventSplit", ".BoundaryEventJoin", ".Revived")
_EXPLAINS = frozenset(
    {
        "association", "category", "correlationProperty", "dataInputAssociation", "dataObject", "dataObjectReference",
        "dataOutputAssociation", "dataStore", "dataStoreReference", "group", "ioSpecification", "property",
        "textAnnotation",
    }
)  # fmt: skip

_guard = threading.Lock()


def prepare(root: etree._Element, links: Mapping[str, str]) -> None:
    """Prepare a parsed file, in place; ``links`` leads from the links that are thrown to those that catch them."""
    _connect_links(root, links)
    for node in [node for node in root.iter(f"{{{BPMN}}}*") if local_name(node) in _EXPLAINS]:
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
    _rename_reserved(root)


def original(element_id: str) -> str:
    """Give the id that stands in the file."""
    return element_id.removeprefix(PREFIX)


def prepared(element_id: str) -> str:
    """Give the id that the library knows an element by."""
    return PREFIX + element_id if _is_reserved(element_id) else element_id


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let the library's parser, which calls itself for every next element, follow a long process to its end."""
    with _guard:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, 100_000))
        try:
            yield
        finally:
            sys.setrecursionlimit(before)


def _connect_links(root: etree._Element, links: Mapping[str, str]) -> None:
    for node in list(root.iter(f"{{{BPMN}}}intermediateThrowEvent")):
        caught_by = links.get(node.get("id", ""))
        scope = node.getparent()
        if caught_by is not None and scope is not None:
            flow = etree.SubElement(scope, f"{{{BPMN}}}sequenceFlow")
            flow.set("id", f"{node.get('id')}.link")
            flow.set("sourceRef", node.get("id", ""))
            flow.set("targetRef", caught_by)


def _is_reserved(element_id: str) -> bool:
    return element_id in _RESERVED or element_id.endswith(_SUFFIXES) or element_id.startswith(PREFIX)


def _rename_reserved(root: etree._Element) -> None:
    for node in root.iter(etree.Element):
        if namespace(node) == BPMN and _is_reserved(node.get("id", "")):
            node.set("id", PREFIX + node.get("id", ""))
        for attribute in _REFERENCES:
            if _is_reserved(node.get(attribute, "")):
                node.set(attribute, PREFIX + node.get(attribute, ""))
        if node.tag == f"{{{BPMN}}}flowNodeRef" and _is_reserved((node.text or "").strip()):
            node.text = PREFIX + (node.text or "").strip()
