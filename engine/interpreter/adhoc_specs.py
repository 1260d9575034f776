"""Task specs of the ad-hoc sub-process."""

from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask
from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter.task_specs import ProcessSpec, SubProcess


class AdHocSubProcess(SubProcess):
    """An ad-hoc sub-process. Where it stands and what it waits for is the business of its ``Choice``."""


class AdHocSpec(ProcessSpec):
    """The content of an ad-hoc sub-process."""


class Choice(SimpleBpmnTask):
    """Stands in an ad-hoc sub-process from its beginning to its end: below it hang the paths that were chosen."""

    def __init__(self, wf_spec: object, name: str, *, stands_for: str, path: str) -> None:
        super().__init__(wf_spec, name)
        self.bpmn_id = stands_for
        self.path = path
        self.beginnings: dict[str, str] = {}
        """Element id → the name of the spec that begins it."""

    def _run_hook(self, my_task: SpiffTask) -> bool | None:
        # None leaves the task STARTED: it is run again when the end is reached.
        return True if my_task.workflow.script_engine.run_choice(my_task) else None


class Path(SimpleBpmnTask):
    """The beginning of one chosen path."""

    may_be_remembered = True
