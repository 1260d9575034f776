"""Reads a diagram as a drawing: what is in it, and where it lies on the canvas."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).parents[2]
NAMESPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
    "modeler": "http://camunda.org/schema/modeler/1.0",
}
DRAWN_AS_SHAPE = ("participant", "lane", "textAnnotation", "dataStoreReference", "dataObjectReference", "group")
DRAWN_AS_EDGE = ("sequenceFlow", "association", "dataOutputAssociation", "dataInputAssociation", "messageFlow")

Point = tuple[float, float]
Segment = tuple[Point, Point]


@dataclass(frozen=True)
class Box:
    """A rectangle of the canvas, in pixels."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Box") -> bool:
        """Say whether the two share more than an edge."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def contains(self, other: "Box") -> bool:
        """Say whether the other lies within."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def touches(self, segment: Segment) -> bool:
        """Say whether an upright or level line runs through the inside."""
        (x1, y1), (x2, y2) = segment
        line = Box(min(x1, x2), min(y1, y2), max(abs(x1 - x2), 0.01), max(abs(y1 - y2), 0.01))
        return self.overlaps(line)


@dataclass(frozen=True)
class Drawing:
    """One ``.bpmn`` file."""

    path: Path
    root: etree._Element

    def find(self, path: str) -> list[etree._Element]:
        """Give the elements at an XPath with our prefixes."""
        return self.find_in(self.root, path)

    def find_in(self, node: etree._Element, path: str) -> list[etree._Element]:
        """Give the elements at an XPath below a node."""
        found = node.xpath(path, namespaces=NAMESPACES)
        assert isinstance(found, list)
        return [one for one in found if isinstance(one, etree._Element)]

    def texts(self, path: str) -> list[str]:
        """Give the attributes or texts at an XPath with our prefixes."""
        found = self.root.xpath(path, namespaces=NAMESPACES)
        assert isinstance(found, list)
        return [str(text) for text in found]

    @cached_property
    def nodes(self) -> dict[str, etree._Element]:
        """Give the flow nodes of all processes by id."""
        return {_id(node): node for node in self.find("//bpmn:process//bpmn:*") if _is_node(node)}

    @cached_property
    def boxes(self) -> dict[str, Box]:
        """Give the place of every drawn shape by the id of its element."""
        return {
            shape.get("bpmnElement", ""): _box(shape.find("dc:Bounds", NAMESPACES))
            for shape in self.find("//bpmndi:BPMNShape")
        }

    @cached_property
    def labels(self) -> dict[str, Box]:
        """Give the place of every label outside its shape, by the id of the labelled element."""
        labels = self.find("//bpmndi:BPMNLabel[dc:Bounds]")
        return {_owner(label): _box(label.find("dc:Bounds", NAMESPACES)) for label in labels}

    @cached_property
    def lines(self) -> dict[str, list[Segment]]:
        """Give the segments of every drawn edge by the id of its element."""
        drawn = {}
        for edge in self.find("//bpmndi:BPMNEdge"):
            points = [(float(p.get("x", "")), float(p.get("y", ""))) for p in edge.findall("di:waypoint", NAMESPACES)]
            drawn[edge.get("bpmnElement", "")] = list(pairwise(points))
        return drawn

    def named(self, kinds: Iterable[str]) -> set[str]:
        """Give the ids of all elements of some kinds."""
        return {_id(node) for kind in kinds for node in self.find(f"//bpmn:{kind}")}


def drawings() -> list[Drawing]:
    """Read every diagram of the product."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return [Drawing(path, etree.parse(str(path), parser).getroot()) for path in sorted(ROOT.glob("bpmn/*/*.bpmn"))]


def _is_node(node: etree._Element) -> bool:
    name = etree.QName(node).localname
    return name.lower().endswith(("task", "gateway", "subprocess", "callactivity")) or (
        name.endswith("Event") and node.get("id") is not None
    )


def _id(node: etree._Element) -> str:
    return node.get("id", "")


def _owner(label: etree._Element) -> str:
    parent = label.getparent()
    assert parent is not None
    return parent.get("bpmnElement", "")


def _box(bounds: etree._Element | None) -> Box:
    assert bounds is not None
    return Box(*(float(bounds.get(side, "")) for side in ("x", "y", "width", "height")))
