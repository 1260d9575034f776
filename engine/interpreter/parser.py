"""SpiffWorkflow's parser with our task specs and our meaning of the ``zeebe:`` extensions."""

from collections.abc import Mapping

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EndEventParser,
    IntermediateCatchEventParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser, SubWorkflowParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.defaults import EndEvent, ParallelGateway, StartEvent

from engine.interpreter import task_specs
from engine.interpreter.diagram import Element


class _Activity(TaskParser):
    """An activity may have several outgoing flows: BPMN's implicit parallel split (10.3.1)."""

    def handles_multiple_outgoing(self) -> bool:
        return True


class _Script(_Activity):
    """A script task: FEEL, or a job where it has a task definition."""

    def create_task(self) -> object:
        element = self.process_parser.parser.elements[self.bpmn_id]
        if element.job_type is not None:
            return task_specs.JobTask(self.spec, self.bpmn_id, **self.bpmn_attributes)
        return task_specs.FeelScript(
            self.spec,
            self.bpmn_id,
            script=element.script or "null",
            result_variable=element.result_variable or "",
            **self.bpmn_attributes,
        )


class _SubProcess(SubWorkflowParser):
    def handles_multiple_outgoing(self) -> bool:
        return True


class _Gateway(ConditionalGatewayParser):
    """A gateway with conditions, asked in the order of the file; the library sorts by height in the picture."""

    def get_position(self, node: etree._Element | None = None) -> dict[str, float]:
        order = self.process_parser.get_outgoing_sequence_flows(self.bpmn_id)
        targets = [flow.get("targetRef") for flow in order]
        target = node.get("id") if node is not None else None
        return {"x": 0.0, "y": float(targets.index(target)) if target in targets else 0.0}


class _TimerAware:
    """Event parsers whose timers are fired by jobs."""

    def parse_timer_event(self, _event: etree._Element) -> task_specs.TimerEvent:
        """Give a definition that waits for its job."""
        return task_specs.TimerEvent()


class _Start(_TimerAware, StartEventParser):
    pass


class _Catch(_TimerAware, IntermediateCatchEventParser):
    def handles_multiple_outgoing(self) -> bool:
        return True


class _Boundary(_TimerAware, BoundaryEventParser):
    def handles_multiple_outgoing(self) -> bool:
        return True


class Parser(BpmnParser):
    """Builds the library's specs of one file."""

    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012 - the library's own attribute
        full_tag("startEvent"): (_Start, StartEvent),
        full_tag("endEvent"): (EndEventParser, EndEvent),
        full_tag("userTask"): (_Activity, task_specs.UserTask),
        full_tag("manualTask"): (_Activity, task_specs.PassThrough),
        full_tag("task"): (_Activity, task_specs.PassThrough),
        full_tag("serviceTask"): (_Activity, task_specs.JobTask),
        full_tag("sendTask"): (_Activity, task_specs.JobTask),
        full_tag("scriptTask"): (_Script, task_specs.FeelScript),
        full_tag("subProcess"): (_SubProcess, task_specs.SubProcess),
        full_tag("exclusiveGateway"): (_Gateway, task_specs.Exclusive),
        full_tag("inclusiveGateway"): (_Gateway, task_specs.Inclusive),
        full_tag("parallelGateway"): (GatewayParser, ParallelGateway),
        full_tag("intermediateCatchEvent"): (_Catch, task_specs.IntermediateCatchEvent),
        full_tag("boundaryEvent"): (_Boundary, task_specs.BoundaryEvent),
    }

    def __init__(self, elements: Mapping[str, Element]) -> None:
        super().__init__()
        self.elements = elements


def build(
    root: etree._Element, process_id: str, elements: Mapping[str, Element]
) -> tuple[BpmnProcessSpec, dict[str, BpmnProcessSpec]]:
    """Build the specs of one process and of its sub-processes from a checked file."""
    parser = Parser(elements)
    parser.add_bpmn_xml(root)
    return parser.get_spec(process_id), parser.get_subprocess_specs(process_id)
