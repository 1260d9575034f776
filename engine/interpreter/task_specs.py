"""SpiffWorkflow's task specs with our meaning of data, jobs, timers and failing expressions."""

from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    SubWorkflowTask,
    UserTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import Task as SpiffTask

from engine.errors import mark
from engine.interpreter.environment import StuckError

__all__ = ["BoundaryEvent", "IntermediateCatchEvent", "UserTask"]


class PassThrough(BpmnSpecMixin):
    """A manual or undefined task: passed and recorded, for there is nothing to do in the product."""


class JobTask(BpmnSpecMixin):
    """A task that a machine does: its token waits until the job is completed."""

    def __init__(self, wf_spec: object, bpmn_id: str, **kwargs: object) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.manual = True


class FeelScript(BpmnSpecMixin):
    """A script task whose script is a FEEL expression."""

    def __init__(self, wf_spec: object, bpmn_id: str, *, script: str, result_variable: str, **kwargs: object) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.script = script
        self.result_variable = result_variable

    def _run_hook(self, my_task: SpiffTask) -> bool:
        my_task.workflow.script_engine.run_script(my_task, self.script, self.result_variable)
        return True


class _RaisesStuck:
    """Turns the library's own refusal of a gateway into an error that names the remedy."""

    def _run_hook(self, my_task: SpiffTask) -> bool:
        try:
            return bool(super()._run_hook(my_task))  # type: ignore[misc]
        except WorkflowException as error:
            raise StuckError(
                "no_condition_true",
                mark("没有一个条件成立,也没有默认流向。请流程负责人给网关设默认流向,或由管理员更正数据后重试。"),
            ) from error


class Exclusive(_RaisesStuck, ExclusiveGateway):
    """An exclusive gateway: the first true condition in the order of the file, else the default flow."""


class Inclusive(_RaisesStuck, InclusiveGateway):
    """An inclusive gateway: every true condition, else the default flow."""


class SubProcess(SubWorkflowTask):
    """An embedded sub-process. Variables live in scopes, so no data are copied in or out."""

    def copy_data(self, my_task: SpiffTask, subworkflow: object) -> None:
        """Copy nothing: the scope of the sub-process is opened by the case."""

    def update_data(self, my_task: SpiffTask, subworkflow: object) -> None:
        """Copy nothing back."""


class TimerEvent(EventDefinition):
    """A timer that fires when it is told to: a Job knows the time, so the library never looks at a clock."""

    def catches(self, _my_task: SpiffTask, _event: object) -> bool:
        """Catch nothing that is thrown: only ``fire_timer`` makes it go on."""
        return False
