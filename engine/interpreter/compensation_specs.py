"""Task specs of compensation: the events that throw it, and sub-processes that are there again to be undone."""

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter.task_specs import SubProcess


class Compensate(BpmnSpecMixin):
    """A compensation throw or end event: it waits until all handlers it has started are done."""

    def _on_cancel(self, my_task: SpiffTask) -> None:
        super()._on_cancel(my_task)
        my_task.workflow.script_engine.stop_compensating(my_task)


class Cancel(Compensate):
    """A cancel end event: when the handlers are done, its transaction is left by the cancel event on the border."""

    def _run_hook(self, my_task: SpiffTask) -> None:
        # None leaves the task STARTED: it ends with the transaction.
        my_task.workflow.script_engine.leave_transaction(my_task)


class Revived(SubProcess):
    """A completed sub-process that is there again, with the variables it had, for the handlers inside it."""

    def __init__(self, wf_spec: object, name: str, *, subworkflow_spec: str) -> None:
        super().__init__(wf_spec, name, subworkflow_spec=subworkflow_spec)
        # Nothing of the diagram: the sub-process itself is not passed again.
        self.bpmn_id = None
