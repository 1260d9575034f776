"""What a BPMN file says, as values: the elements, flows, lanes and extensions of its processes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from engine import xml_text
from engine.xml_text import BPMN, ZEEBE, line_of, local_name, namespace

CLAUSE = re.compile(r"\[(D\d\d-[0-9][0-9a-z.]*|assumption)\]")

DOCUMENTATION_ONLY = frozenset(
    {
        "documentation", "extensionElements", "incoming", "outgoing", "laneSet", "textAnnotation", "association",
        "group", "dataObject", "dataObjectReference", "dataStoreReference", "dataInputAssociation", "property",
        "dataOutputAssociation", "ioSpecification", "auditing", "monitoring", "category", "supportedInterfaceRef",
        "correlationSubscription", "resourceRole", "performer", "potentialOwner", "humanPerformer",
    }
)  # fmt: skip
"""What explains or decorates a process and is never executed and never an error."""


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """One ``zeebe:input`` or ``zeebe:output``."""

    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Timer:
    """The expression of a timer event and which of the three kinds it is."""

    kind: str
    """``timeDate``, ``timeDuration`` or ``timeCycle``."""
    expression: str


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow."""

    id: str
    name: str
    source: str
    target: str
    condition: str | None
    is_default: bool
    line: int | None


@dataclass(frozen=True, kw_only=True)
class Element:
    """A flow node of a process, with the ``zeebe:`` extensions we honour."""

    id: str
    kind: str
    """The local name of its tag, such as ``userTask``."""
    name: str
    parent: str
    """The id of the process or sub-process that contains it."""
    lane: str | None
    documentation: str
    line: int | None
    attached_to: str | None = None
    interrupting: bool = True
    event: str | None = None
    """The kind of event definition, such as ``timer``; empty for none events and other nodes."""
    timer: Timer | None = None
    repeats: bool = False
    """Whether it is marked as a loop or multi-instance."""
    form_id: str | None = None
    assignee: str | None = None
    candidate_users: str | None = None
    candidate_groups: str | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: str | None = None
    job_type: str | None = None
    retries: int = 3
    script: str | None = None
    result_variable: str | None = None
    inputs: tuple[Mapped, ...] = ()
    outputs: tuple[Mapped, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def clauses(self) -> tuple[str, ...]:
        """Give the clause numbers this element exists for, from its documentation."""
        return tuple(CLAUSE.findall(self.documentation))

    @property
    def label(self) -> str:
        """Give the name people know, or else the id."""
        return self.name or self.id


@dataclass(frozen=True, kw_only=True)
class Process:
    """One ``bpmn:process`` with everything in it, sub-processes included."""

    id: str
    name: str
    executable: bool
    version_tag: str | None
    documentation: str
    properties: Mapping[str, str]
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    line: int | None

    @cached_property
    def start_form_id(self) -> str | None:
        """Give the form that starts a case."""
        starts = (e for e in self.elements.values() if e.kind == "startEvent" and e.parent == self.id)
        return next((start.form_id for start in starts if start.form_id), None)

    @cached_property
    def form_ids(self) -> frozenset[str]:
        """Give every form the process refers to."""
        return frozenset(element.form_id for element in self.elements.values() if element.form_id)

    @cached_property
    def main_ends(self) -> frozenset[str]:
        """Give the end events that say how a case ended.

        Those that only a non-interrupting boundary event leads to (a reminder was sent) say nothing of it.
        """
        reached: set[str] = set()
        waiting = [e.id for e in self.elements.values() if e.kind == "startEvent" and e.parent == self.id]
        waiting += [e.id for e in self.elements.values() if e.kind == "boundaryEvent" and e.interrupting]
        while waiting:
            element_id = waiting.pop()
            if element_id not in reached:
                reached.add(element_id)
                waiting += [flow.target for flow in self.flows.values() if flow.source == element_id]
        elements = (self.elements[element_id] for element_id in reached if element_id in self.elements)
        return frozenset(e.id for e in elements if e.kind == "endEvent" and e.parent == self.id)

    @cached_property
    def flow_between(self) -> Mapping[tuple[str, str], str]:
        """Give the id of the flow for each pair of connected elements."""
        return {(flow.source, flow.target): flow.id for flow in reversed(list(self.flows.values()))}


def read(content: bytes, resource: str | None = None) -> list[Process]:
    """Read the processes of a file. Raises UnpublishableError where it isn't XML that we accept."""
    return read_tree(xml_text.parse(content, resource))


def read_tree(root: etree._Element) -> list[Process]:
    """Read the processes of a parsed file."""
    return [_process(node) for node in root.iter(f"{{{BPMN}}}process")]


def _process(node: etree._Element) -> Process:
    lanes = _lanes(node)
    elements = {e.id: e for e in _elements(node, lanes)}
    flows = {flow.id: flow for flow in _flows(node)}
    tag = node.find(f"{{{BPMN}}}extensionElements/{{{ZEEBE}}}versionTag")
    return Process(
        id=node.get("id", ""),
        name=node.get("name", "") or node.get("id", ""),
        executable=node.get("isExecutable") == "true",
        version_tag=tag.get("value") if tag is not None else None,
        documentation=_documentation(node),
        properties=_pairs(node, "properties/property", "name", "value"),
        elements=elements,
        flows=flows,
        line=line_of(node),
    )


def _lanes(node: etree._Element) -> dict[str, str]:
    lanes: dict[str, str] = {}
    for lane in node.iter(f"{{{BPMN}}}lane"):
        for reference in lane.findall(f"{{{BPMN}}}flowNodeRef"):
            lanes[(reference.text or "").strip()] = lane.get("name", "") or lane.get("id", "")
    return lanes


def _elements(container: etree._Element, lanes: Mapping[str, str], lane: str | None = None) -> Iterator[Element]:
    for node in container:
        kind = local_name(node)
        if namespace(node) != BPMN or kind in DOCUMENTATION_ONLY or kind == "sequenceFlow" or not node.get("id"):
            continue
        element = _element(node, container.get("id", ""), lanes.get(node.get("id", ""), lane))
        yield element
        if kind in {"subProcess", "transaction", "adHocSubProcess"}:
            # A lane lists only the outer node; what is inside belongs to the same role.
            yield from _elements(node, lanes, element.lane)


def _element(node: etree._Element, parent: str, lane: str | None) -> Element:
    assignment = _extension(node, "assignmentDefinition")
    schedule = _extension(node, "taskSchedule")
    job = _extension(node, "taskDefinition")
    script = _extension(node, "script")
    timer = _timer(node)
    return Element(
        id=node.get("id", ""),
        kind=local_name(node),
        name=" ".join((node.get("name") or "").split()),
        parent=parent,
        lane=lane,
        documentation=_documentation(node),
        line=line_of(node),
        attached_to=node.get("attachedToRef"),
        interrupting=node.get("cancelActivity", "true") == "true",
        event=_event(node),
        timer=timer,
        repeats=any(local_name(child).endswith("LoopCharacteristics") for child in node),
        form_id=_extension(node, "formDefinition").get("formId"),
        assignee=assignment.get("assignee"),
        candidate_users=assignment.get("candidateUsers"),
        candidate_groups=assignment.get("candidateGroups"),
        due_date=schedule.get("dueDate"),
        follow_up_date=schedule.get("followUpDate"),
        priority=_extension(node, "priorityDefinition").get("priority"),
        job_type=job.get("type"),
        retries=_retries(job.get("retries")),
        script=script.get("expression"),
        result_variable=script.get("resultVariable"),
        inputs=_mapped(node, "input"),
        outputs=_mapped(node, "output"),
        headers=_pairs(node, "taskHeaders/header", "key", "value"),
        properties=_pairs(node, "properties/property", "name", "value"),
    )


def _extension(node: etree._Element, name: str) -> Mapping[str, str]:
    found = node.find(f"{{{BPMN}}}extensionElements/{{{ZEEBE}}}{name}")
    return {} if found is None else {str(key): str(value) for key, value in found.attrib.items()}


def _mapped(node: etree._Element, name: str) -> tuple[Mapped, ...]:
    path = f"{{{BPMN}}}extensionElements/{{{ZEEBE}}}ioMapping/{{{ZEEBE}}}{name}"
    return tuple(Mapped(source=m.get("source", ""), target=m.get("target", "")) for m in node.findall(path))


def _pairs(node: etree._Element, path: str, key: str, value: str) -> dict[str, str]:
    steps = "/".join(f"{{{ZEEBE}}}{step}" for step in path.split("/"))
    found = node.findall(f"{{{BPMN}}}extensionElements/{steps}")
    return {pair.get(key, ""): pair.get(value, "") for pair in found}


def _documentation(node: etree._Element) -> str:
    return "\n".join((text.text or "").strip() for text in node.findall(f"{{{BPMN}}}documentation"))


def _event(node: etree._Element) -> str | None:
    names = [local_name(child) for child in node if local_name(child).endswith("EventDefinition")]
    if len(names) > 1:
        return "multiple"
    return names[0].removesuffix("EventDefinition") if names else None


def _timer(node: etree._Element) -> Timer | None:
    definition = node.find(f"{{{BPMN}}}timerEventDefinition")
    for kind in ("timeDate", "timeDuration", "timeCycle"):
        found = definition.find(f"{{{BPMN}}}{kind}") if definition is not None else None
        if found is not None:
            return Timer(kind=kind, expression=(found.text or "").strip())
    return None


def _retries(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 3


def _flows(node: etree._Element) -> Iterator[Flow]:
    defaults = {child.get("default") for child in node.iter(etree.Element) if child.get("default")}
    for flow in node.iter(f"{{{BPMN}}}sequenceFlow"):
        condition = flow.find(f"{{{BPMN}}}conditionExpression")
        yield Flow(
            id=flow.get("id", ""),
            name=" ".join((flow.get("name") or "").split()),
            source=flow.get("sourceRef", ""),
            target=flow.get("targetRef", ""),
            condition=(condition.text or "").strip() if condition is not None else None,
            is_default=flow.get("id") in defaults,
            line=line_of(flow),
        )
