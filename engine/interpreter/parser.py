"""SpiffWorkflow's parser with our task specs and our meaning of the ``zeebe:`` extensions."""

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import (
    AdHocSubprocessParser,
    ConditionalGatewayParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import EndEvent, StartEvent
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from engine.interpreter import adhoc_specs, compensation_specs, joins, repeating_specs, task_specs
from engine.interpreter.diagram import Element, Loop, Process, StandardLoop
from engine.interpreter.preparing import original, prepared


class _Node(TaskParser):
    """What all our parsers share: several outgoing flows (BPMN's implicit split, 10.3.1), loops, borders."""

    def handles_multiple_outgoing(self) -> bool:
        return True

    def parse_node(self) -> BpmnTaskSpec:
        spec = super().parse_node()
        if self._ends_here():
            self.task.connect(self.spec.end)
        return spec

    def _ends_here(self) -> bool:
        """Tell whether a token ends here without an end event: nothing follows (BPMN 2.0, 10.4.3)."""
        follows = self.process_parser.get_outgoing_sequence_flows(self.bpmn_id)
        elsewhere = self.element.triggered_by_event or self.node.get("isForCompensation") == "true"
        # Where people choose, the end of a path is not the end of the sub-process.
        chosen = isinstance(self.spec, adhoc_specs.AdHocSpec)
        return not (follows or elsewhere or chosen or self.spec.end in self.task.outputs)

    @property
    def element(self) -> Element:
        """Give what the diagram says of the node."""
        element: Element = self.process_parser.parser.elements[original(self.bpmn_id)]
        return element

    def _add_multiinstance_task(self, _characteristics: etree._Element) -> None:
        self._repeat(repeating_specs.MultiInstance, self.element.loop)

    def _add_loop_task(self, _characteristics: etree._Element) -> None:
        self._repeat(repeating_specs.Rounds, self.element.standard_loop)

    def _repeat(self, body: type[repeating_specs.Repeated], loop: Loop | StandardLoop | None) -> None:
        original = self.spec.task_specs.pop(self.bpmn_id)
        inner = f"{original.name} [child]"
        self.task = body(self.spec, original.name, loop=loop, inner=inner, lane=self.lane)
        self.task.inputs, self.task.outputs = original.inputs, original.outputs
        original.name, original.inputs, original.outputs = inner, [self.task], []
        self.spec.task_specs[inner] = original

    def _add_boundary_event(self, nodes: list[etree._Element]) -> BpmnTaskSpec:
        name = self.bpmn_id
        split = BoundaryEventSplit(self.spec, f"{name}.BoundaryEventSplit", lane=self.lane)
        join = task_specs.BoundaryJoin(
            self.spec, f"{name}.BoundaryEventJoin", main=self.task.name, split_task=split.name, cancel=True
        )
        split.connect(self.task)
        self.task.connect(join)
        for node in nodes:
            event = self.process_parser.parse_node(node)
            split.connect(event)
            event.connect(join)
        return split


class _Start(_Node):
    """A start event. How a case was started is known before it runs, so every kind is passed like a plain one."""

    def create_task(self) -> StartEvent:
        task = StartEvent(self.spec, self.bpmn_id, event_definition=NoneEventDefinition(), **self.bpmn_attributes)
        self.spec.start.connect(task)
        return task


_THROWS_COMPENSATION = {"compensate": compensation_specs.Compensate, "cancel": compensation_specs.Cancel}


class _End(_Node):
    """An end event: plain, terminating, throwing, or one whose message a job sends."""

    def create_task(self) -> BpmnTaskSpec:
        if self.element.job_type is not None:
            task = task_specs.JobTask(self.spec, self.bpmn_id, **self.bpmn_attributes)
        elif self.element.event in _THROWS_COMPENSATION:
            task = _THROWS_COMPENSATION[self.element.event](self.spec, self.bpmn_id, **self.bpmn_attributes)
        else:
            kind = task_specs.Terminate if self.element.event == "terminate" else EndEvent
            task = kind(self.spec, self.bpmn_id, event_definition=NoneEventDefinition(), **self.bpmn_attributes)
        task.connect(self.spec.end)
        return task


class _Job(_Node):
    """An element that is a job where it has a task definition, and else what its tag says."""

    def create_task(self) -> BpmnTaskSpec:
        if self.element.job_type is not None:
            return task_specs.JobTask(self.spec, self.bpmn_id, **self.bpmn_attributes)
        if self.element.event == "compensate":
            return compensation_specs.Compensate(self.spec, self.bpmn_id, **self.bpmn_attributes)
        if self.element.kind == "scriptTask":
            return task_specs.FeelScript(
                self.spec,
                self.bpmn_id,
                script=self.element.script or "null",
                result_variable=self.element.result_variable or "",
                **self.bpmn_attributes,
            )
        return self.spec_class(self.spec, self.bpmn_id, **self.bpmn_attributes)


class _Catch(_Node):
    """A catch event or receive task: it fires when it is told to. A link is passed at once."""

    def create_task(self) -> BpmnTaskSpec:
        if self.element.event == "link":
            return task_specs.PassThrough(self.spec, self.bpmn_id, **self.bpmn_attributes)
        definition = task_specs.External() if self.element.event is not None else NoneEventDefinition()
        return self.spec_class(self.spec, self.bpmn_id, event_definition=definition, **self.bpmn_attributes)


class _Boundary(_Node):
    def create_task(self) -> BpmnTaskSpec:
        return task_specs.BoundaryEvent(
            self.spec,
            self.bpmn_id,
            event_definition=task_specs.External(),
            cancel_activity=self.element.interrupting,
            **self.bpmn_attributes,
        )


class _SubProcess(SubWorkflowParser, _Node):
    def create_task(self) -> BpmnTaskSpec:
        # An event sub-process, too: its trigger stands before it, see ``_Process``.
        return SubWorkflowParser.create_task(self)

    EVENT_SUBPROCESS_CLASS = task_specs.SubProcess


class _AdHocSubProcess(AdHocSubprocessParser, _Node):
    """An ad-hoc sub-process: its content is built by ``_AdHoc``."""


class _Gateway(ConditionalGatewayParser, _Node):
    """A gateway with conditions, asked in the order of the file; the library sorts by height in the picture."""

    def get_position(self, node: etree._Element | None = None) -> dict[str, float]:
        order = self.process_parser.get_outgoing_sequence_flows(self.bpmn_id)
        targets = [flow.get("targetRef") for flow in order]
        target = node.get("id") if node is not None else None
        return {"x": 0.0, "y": float(targets.index(target)) if target in targets else 0.0}


class _Process(ProcessParser):
    """A process or sub-process: all its starts, and a trigger for each event sub-process in it."""

    def create_spec(self) -> task_specs.ProcessSpec:
        return task_specs.ProcessSpec(self.bpmn_id, description=self.get_name(), filename=self.filename)

    def add_tasks(self) -> None:
        for node in self.xpath("./bpmn:startEvent"):
            self.parse_node(node)
        for node in self.xpath("./bpmn:subProcess[@triggeredByEvent='true']"):
            self._add_trigger(node)
        for node in self.xpath("./*[@isForCompensation='true']"):
            self._add_undoing(node)
        if any(element.event in _THROWS_COMPENSATION for element in self.parser.elements.values()):
            for node in self.xpath("./bpmn:subProcess | ./bpmn:transaction | ./bpmn:adHocSubProcess"):
                self._add_revival(node.get("id", ""))

    def get_boundary_events(self, attached_to_ref: str) -> list[etree._Element]:
        """Give the boundary events that wait while their activity runs; compensation waits until it is completed."""
        nodes = super().get_boundary_events(attached_to_ref)
        return [node for node in nodes if self.parser.elements[original(node.get("id", ""))].event != "compensate"]

    def _add_undoing(self, node: etree._Element) -> None:
        undoing = self.parse_node(node)
        # No flow leads to it: a token comes from the event that throws compensation.
        undoing.inputs = [self.spec.start]
        self.spec.undoing[original(node.get("id", ""))] = undoing.name

    def _add_revival(self, sub_process: str) -> None:
        revived = compensation_specs.Revived(self.spec, f"{sub_process}.Revived", subworkflow_spec=sub_process)
        self.spec.revivals[original(sub_process)] = revived.name

    def _add_trigger(self, node: etree._Element) -> None:
        name = next(node.iterchildren(full_tag("startEvent"))).get("id", "")
        start = self.parser.elements[original(name)]
        if start.event == "compensate":
            self._add_undoing(node)
            return
        trigger = task_specs.Trigger(self.spec, name, interrupting=start.interrupting, lane=start.lane)
        self.spec.start.connect(trigger)
        sub_process = self.parse_node(node)
        trigger.connect(sub_process)
        sub_process.connect(self.spec.end)


class _AdHoc(_Process):
    """The content of an ad-hoc sub-process: the choice, and what can be chosen."""

    def create_spec(self) -> task_specs.ProcessSpec:
        return adhoc_specs.AdHocSpec(self.bpmn_id, description=self.get_name(), filename=self.filename)

    def add_tasks(self) -> None:
        super().add_tasks()
        path = adhoc_specs.Path(self.spec, f"{self.bpmn_id}.Path")
        choice = adhoc_specs.Choice(self.spec, f"{self.bpmn_id}.Choice", stands_for=self.bpmn_id, path=path.name)
        path.inputs = [choice]
        self.spec.start.connect(choice)
        choice.connect(self.spec.end)
        for element in self.parser.startable[original(self.bpmn_id)]:
            spec = self.parse_node(self.get_node_by_id(prepared(element.id)))
            spec.inputs = [path]
            choice.beginnings[element.id] = spec.name


class Parser(BpmnParser):
    """Builds the library's specs of one file."""

    PROCESS_PARSER_CLASS = _Process
    AD_HOC_PARSER_CLASS = _AdHoc
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012 - the library's own attribute
        full_tag("startEvent"): (_Start, StartEvent),
        full_tag("endEvent"): (_End, EndEvent),
        full_tag("userTask"): (_Node, task_specs.UserTask),
        full_tag("manualTask"): (_Node, task_specs.PassThrough),
        full_tag("task"): (_Node, task_specs.PassThrough),
        full_tag("serviceTask"): (_Node, task_specs.JobTask),
        full_tag("sendTask"): (_Node, task_specs.JobTask),
        full_tag("callActivity"): (_Node, task_specs.JobTask),
        full_tag("scriptTask"): (_Job, task_specs.FeelScript),
        full_tag("businessRuleTask"): (_Job, task_specs.BusinessRule),
        full_tag("intermediateThrowEvent"): (_Job, task_specs.PassThrough),
        full_tag("receiveTask"): (_Catch, task_specs.IntermediateCatchEvent),
        full_tag("intermediateCatchEvent"): (_Catch, task_specs.IntermediateCatchEvent),
        full_tag("boundaryEvent"): (_Boundary, task_specs.BoundaryEvent),
        full_tag("subProcess"): (_SubProcess, task_specs.SubProcess),
        full_tag("transaction"): (_SubProcess, task_specs.SubProcess),
        full_tag("adHocSubProcess"): (_AdHocSubProcess, adhoc_specs.AdHocSubProcess),
        full_tag("exclusiveGateway"): (_Gateway, task_specs.Exclusive),
        full_tag("inclusiveGateway"): (_Gateway, joins.Inclusive),
        full_tag("parallelGateway"): (_Node, joins.Parallel),
        full_tag("eventBasedGateway"): (_Node, task_specs.EventGateway),
    }

    def __init__(self, process: Process) -> None:
        super().__init__()
        self.elements = process.elements
        self.startable = {e.id: process.startable(e.id) for e in process.elements.values() if e.adhoc is not None}

    def _add_messages(self, _bpmn: etree._Element) -> None:
        """Leave messages, signals and the like to ``reading``: our specs don't ask the library for them."""

    _add_signals = _add_errors = _add_escalations = _add_correlations = _add_data_stores = _add_messages


def build(root: etree._Element, process: Process) -> tuple[task_specs.ProcessSpec, dict[str, task_specs.ProcessSpec]]:
    """Build the specs of one process and of its sub-processes from a checked file."""
    parser = Parser(process)
    parser.add_bpmn_xml(root)
    return parser.get_spec(process.id), parser.get_subprocess_specs(process.id)
