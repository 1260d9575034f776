"""Task specs of activities that are done several times: multi-instance and standard loop."""

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter.diagram import Loop, StandardLoop


class Repeated(BpmnSpecMixin):
    """The body of an activity that is done several times: it makes the instances and ends when they are done."""

    is_repeated = True

    def __init__(self, wf_spec: object, bpmn_id: str, *, inner: str, **kwargs: object) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.inner = inner

    def _run_hook(self, my_task: SpiffTask) -> bool | None:
        # None leaves the task STARTED: it is run again when its instances are done.
        return True if my_task.workflow.script_engine.run_loop(my_task) else None


class MultiInstance(Repeated):
    """One instance for each item of a collection."""

    def __init__(self, wf_spec: object, bpmn_id: str, *, loop: Loop, inner: str, **kwargs: object) -> None:
        super().__init__(wf_spec, bpmn_id, inner=inner, **kwargs)
        self.loop = loop


class Rounds(Repeated):
    """A standard loop: one instance after the other, as long as its condition holds."""

    def __init__(self, wf_spec: object, bpmn_id: str, *, loop: StandardLoop, inner: str, **kwargs: object) -> None:
        super().__init__(wf_spec, bpmn_id, inner=inner, **kwargs)
        self.loop = loop


def is_instance(task: SpiffTask) -> bool:
    """Tell whether a task is one of the instances, and not the body or what follows it."""
    if not task.workflow.spec.repeats:
        return False
    above = task.parent
    body = above.task_spec if above is not None else None
    return isinstance(body, Repeated) and task.task_spec.name == body.inner
