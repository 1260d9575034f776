"""Reading a BPMN file into the values of ``diagram``."""

from collections.abc import Iterator, Mapping

from lxml import etree

from engine import xml_text
from engine.interpreter import legacy
from engine.interpreter.diagram import (
    AdHoc,
    Called,
    Definition,
    Element,
    Flow,
    Listener,
    Loop,
    Mapped,
    Process,
    StandardLoop,
    Timer,
)
from engine.xml_text import BPMN, ZEEBE, line_of, local_name, namespace

DOCUMENTATION_ONLY = frozenset(
    {
        "documentation", "extensionElements", "incoming", "outgoing", "laneSet", "textAnnotation", "association",
        "group", "dataObject", "dataObjectReference", "dataStoreReference", "dataInputAssociation", "property",
        "dataOutputAssociation", "ioSpecification", "auditing", "monitoring", "category", "supportedInterfaceRef",
        "correlationSubscription", "resourceRole", "performer", "potentialOwner", "humanPerformer", "ioBinding",
        "supports", "standardLoopCharacteristics", "multiInstanceLoopCharacteristics", "completionCondition",
        "categoryValueRef",
    }
)  # fmt: skip
"""What explains or decorates a process and is never executed and never an error."""


def read(content: bytes, resource: str | None = None) -> list[Process]:
    """Read the processes of a file. Raises UnpublishableError where it isn't XML that we accept."""
    return read_tree(xml_text.parse(content, resource))


def read_tree(root: etree._Element) -> list[Process]:
    """Read the processes of a parsed file; what it says in the words of Camunda 7 is put into ours, in the tree."""
    legacy.translate(root)
    definitions = _definitions(root)
    return [_process(node, definitions) for node in root.iter(f"{{{BPMN}}}process")]


def _definitions(root: etree._Element) -> dict[str, Definition]:
    """Give what messages, signals, errors and escalations of the file are called, by id."""
    found: dict[str, Definition] = {}
    for node in root:
        if local_name(node) in {"message", "signal", "error", "escalation"} and node.get("id"):
            found[node.get("id", "")] = Definition(
                name=node.get("name", ""),
                code=node.get("errorCode") or node.get("escalationCode"),
                correlation_key=_extension(node, "subscription").get("correlationKey"),
            )
    return found


def _process(node: etree._Element, definitions: Mapping[str, Definition]) -> Process:
    lanes = _lanes(node)
    elements = {e.id: e for e in _elements(node, lanes, definitions)}
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
        listeners=_listeners(node),
        associations=tuple(
            (association.get("sourceRef", ""), association.get("targetRef", ""))
            for association in node.iter(f"{{{BPMN}}}association")
        ),
    )


def _lanes(node: etree._Element) -> dict[str, str]:
    lanes: dict[str, str] = {}
    for lane in node.iter(f"{{{BPMN}}}lane"):
        for reference in lane.findall(f"{{{BPMN}}}flowNodeRef"):
            lanes[(reference.text or "").strip()] = lane.get("name", "") or lane.get("id", "")
    return lanes


def _elements(
    container: etree._Element, lanes: Mapping[str, str], definitions: Mapping[str, Definition], lane: str | None = None
) -> Iterator[Element]:
    for node in container:
        kind = local_name(node)
        if namespace(node) != BPMN or kind in DOCUMENTATION_ONLY or kind == "sequenceFlow" or not node.get("id"):
            continue
        element = _element(node, container.get("id", ""), lanes.get(node.get("id", ""), lane), definitions)
        yield element
        if kind in {"subProcess", "transaction", "adHocSubProcess"}:
            # A lane lists only the outer node; what is inside belongs to the same role.
            yield from _elements(node, lanes, definitions, element.lane)


def _element(node: etree._Element, parent: str, lane: str | None, definitions: Mapping[str, Definition]) -> Element:
    assignment = _extension(node, "assignmentDefinition")
    schedule = _extension(node, "taskSchedule")
    job = _extension(node, "taskDefinition")
    script = _extension(node, "script")
    timer = _timer(node)
    compensation = _attributes(node, "compensateEventDefinition")
    return Element(
        id=node.get("id", ""),
        kind=local_name(node),
        name=" ".join((node.get("name") or "").split()),
        parent=parent,
        lane=lane,
        documentation=_documentation(node),
        line=line_of(node),
        attached_to=node.get("attachedToRef"),
        interrupting=node.get("cancelActivity", "true") == "true" and node.get("isInterrupting", "true") == "true",
        event=_event(node),
        timer=timer,
        definition=_definition(node, definitions),
        condition=_condition(node),
        triggered_by_event=node.get("triggeredByEvent") == "true",
        for_compensation=node.get("isForCompensation") == "true",
        compensates=compensation.get("activityRef") or None,
        waits_for_compensation=compensation.get("waitForCompletion", "true") == "true",
        loop=_loop(node),
        standard_loop=_standard_loop(node),
        adhoc=_adhoc(node),
        called=_called(node),
        form_id=_extension(node, "formDefinition").get("formId"),
        bindings=frozenset(
            binding
            for name in ("formDefinition", "calledDecision")
            if (binding := _extension(node, name).get("bindingType")) is not None
        ),
        assignee=assignment.get("assignee"),
        candidate_users=assignment.get("candidateUsers"),
        candidate_groups=assignment.get("candidateGroups"),
        due_date=schedule.get("dueDate"),
        follow_up_date=schedule.get("followUpDate"),
        priority=_extension(node, "priorityDefinition").get("priority"),
        job_type=job.get("type"),
        retries=_retries(job.get("retries")),
        retries_rule=_rule(job.get("retries")),
        script=script.get("expression"),
        result_variable=script.get("resultVariable"),
        inputs=_mapped(node, "input"),
        outputs=_mapped(node, "output"),
        headers=_pairs(node, "taskHeaders/header", "key", "value"),
        properties=_pairs(node, "properties/property", "name", "value"),
        listeners=_listeners(node),
    )


def _extension(node: etree._Element, name: str) -> Mapping[str, str]:
    return _attributes(node, f"extensionElements/{{{ZEEBE}}}{name}")


def _attributes(node: etree._Element, path: str) -> Mapping[str, str]:
    found = node.find(f"{{{BPMN}}}{path}")
    return {} if found is None else {str(key): str(value) for key, value in found.attrib.items()}


def _mapped(node: etree._Element, name: str) -> tuple[Mapped, ...]:
    path = f"{{{BPMN}}}extensionElements/{{{ZEEBE}}}ioMapping/{{{ZEEBE}}}{name}"
    return tuple(Mapped(source=m.get("source", ""), target=m.get("target", "")) for m in node.findall(path))


def _pairs(node: etree._Element, path: str, key: str, value: str) -> dict[str, str]:
    steps = "/".join(f"{{{ZEEBE}}}{step}" for step in path.split("/"))
    found = node.findall(f"{{{BPMN}}}extensionElements/{steps}")
    return {pair.get(key, ""): pair.get(value, "") for pair in found}


def _listeners(node: etree._Element) -> tuple[Listener, ...]:
    extensions = f"{{{BPMN}}}extensionElements/{{{ZEEBE}}}"
    return tuple(
        Listener(
            tag=tag,
            event=found.get("eventType", ""),
            type=found.get("type", ""),
            retries=_retries(found.get("retries")),
            retries_rule=_rule(found.get("retries")),
        )
        for tag in ("executionListener", "taskListener")
        for found in node.findall(f"{extensions}{tag}s/{{{ZEEBE}}}{tag}")
    )


def _documentation(node: etree._Element) -> str:
    return "\n".join((text.text or "").strip() for text in node.findall(f"{{{BPMN}}}documentation"))


def _event(node: etree._Element) -> str | None:
    names = [local_name(child) for child in node if local_name(child).endswith("EventDefinition")]
    if local_name(node) == "receiveTask":
        # It waits for a message without a definition of its own.
        names.append("messageEventDefinition")
    if len(names) > 1:
        return "multiple"
    return names[0].removesuffix("EventDefinition") if names else None


def _definition(node: etree._Element, definitions: Mapping[str, Definition]) -> Definition:
    names = ("messageRef", "signalRef", "errorRef", "escalationRef")
    references = [holder.get(name, "") for holder in (node, *node) for name in names]
    found = next((definitions[reference] for reference in references if reference in definitions), None)
    links = node.findall(f"{{{BPMN}}}linkEventDefinition")
    return found or Definition(name=links[0].get("name", "") if links else "")


def _condition(node: etree._Element) -> str | None:
    found = node.find(f"{{{BPMN}}}conditionalEventDefinition/{{{BPMN}}}condition")
    return (found.text or "").strip() if found is not None else None


def _loop(node: etree._Element) -> Loop | None:
    mark = node.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    if mark is None:
        return None
    given = _extension(mark, "loopCharacteristics")
    completion = mark.find(f"{{{BPMN}}}completionCondition")
    return Loop(
        sequential=mark.get("isSequential") == "true",
        collection=given.get("inputCollection", ""),
        item=given.get("inputElement"),
        results=given.get("outputCollection"),
        result=given.get("outputElement"),
        completion=(completion.text or "").strip() if completion is not None else None,
    )


def _standard_loop(node: etree._Element) -> StandardLoop | None:
    mark = node.find(f"{{{BPMN}}}standardLoopCharacteristics")
    if mark is None:
        return None
    condition = mark.find(f"{{{BPMN}}}loopCondition")
    return StandardLoop(
        test_before=mark.get("testBefore") == "true",
        maximum=mark.get("loopMaximum"),
        condition=(condition.text or "").strip() or None if condition is not None else None,
    )


def _adhoc(node: etree._Element) -> AdHoc | None:
    if local_name(node) != "adHocSubProcess":
        return None
    given = _extension(node, "adHoc")
    completion = node.find(f"{{{BPMN}}}completionCondition")
    return AdHoc(
        active=given.get("activeElementsCollection") or None,
        completion=(completion.text or "").strip() or None if completion is not None else None,
        cancel_remaining=node.get("cancelRemainingInstances", "true") == "true",
        sequential=node.get("ordering") == "Sequential",
        results=given.get("outputCollection"),
        result=given.get("outputElement"),
    )


def _called(node: etree._Element) -> Called | None:
    process, decision = _extension(node, "calledElement"), _extension(node, "calledDecision")
    if decision:
        return Called(id=decision.get("decisionId", ""), result_variable=decision.get("resultVariable"))
    if process:
        return Called(
            id=process.get("processId", ""),
            propagate_parent=process.get("propagateAllParentVariables", "true") == "true",
            propagate_child=process.get("propagateAllChildVariables", "true") == "true",
            binding=process.get("bindingType", "latest"),
            version_tag=process.get("versionTag") or None,
        )
    return None


def _timer(node: etree._Element) -> Timer | None:
    definition = node.find(f"{{{BPMN}}}timerEventDefinition")
    for kind in ("timeDate", "timeDuration", "timeCycle"):
        found = definition.find(f"{{{BPMN}}}{kind}") if definition is not None else None
        if found is not None:
            return Timer(kind=kind, expression=(found.text or "").strip())
    return None


def _rule(text: str | None) -> str | None:
    return text.strip() if text is not None and text.lstrip().startswith("=") else None


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
