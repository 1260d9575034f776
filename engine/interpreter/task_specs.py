"""SpiffWorkflow's task specs with our meaning of data, jobs, events, repetition and failing expressions."""

from functools import cached_property

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import EndEvent, ExclusiveGateway, SubWorkflowTask, UserTask
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import mark
from engine.interpreter.environment import StuckError

__all__ = ["UserTask"]


class ProcessSpec(BpmnProcessSpec):
    """A process or sub-process whose end does not wait for event sub-processes that nothing has triggered."""

    def __init__(self, name: str, description: str | None = None, filename: str | None = None) -> None:
        super().__init__(name=name, description=description, filename=filename)
        end = self.task_specs["End"]
        end._inputs = []
        join = f"{name}.EndJoin"
        self.task_specs.pop(join)
        self.end: EndJoin = EndJoin(self, join)
        self.end.connect(end)
        self.undoing: dict[str, str] = {}
        """The id of an activity that undoes another one → the name of its spec."""
        self.revivals: dict[str, str] = {}
        """The id of a sub-process → the name of the spec by which it is there again to be undone."""

    @cached_property
    def remembers(self) -> bool:
        """Tell whether anything of the process is remembered, whatever its tokens do. Only for one that is built."""
        return any(getattr(spec, "may_be_remembered", False) for spec in self.task_specs.values())

    @cached_property
    def repeats(self) -> bool:
        """Tell whether any activity of the process is repeated. Only for one that is built."""
        return any(getattr(spec, "is_repeated", False) for spec in self.task_specs.values())

    @cached_property
    def circles(self) -> frozenset[str]:
        """Give the names of the specs from which a token can come back to them. Only for a process that is built."""
        return frozenset(spec.name for spec in self.task_specs.values() if spec in _behind(spec))


def _behind(spec: TaskSpec) -> set[TaskSpec]:
    reached: set[TaskSpec] = set()
    waiting = list(spec.outputs)
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += one.outputs
    return reached


class EndJoin(_EndJoin):
    """Ends a process or sub-process when nothing in it is open any more."""

    def _check_threshold_unstructured(self, my_task: SpiffTask) -> bool:
        return not any(
            task is not my_task and task.task_spec.name != "End" and not _sleeps(task)
            for task in my_task.workflow.tasks.open.values()
        )

    def _run_hook(self, my_task: SpiffTask) -> bool:
        for task in [task for task in my_task.workflow.tasks.open.values() if isinstance(task.task_spec, Trigger)]:
            task.cancel()
        if not my_task.children:
            # It was carried to another version by itself, and nothing has come to this end since: see ``migrating``.
            self._predict(my_task, mask=TaskState.NOT_FINISHED_MASK)
        return bool(super()._run_hook(my_task))


def _sleeps(task: SpiffTask) -> bool:
    """Tell whether a task belongs to an event sub-process that waits for its event and has not begun."""
    for _ in range(3):
        if task is None:
            return False
        if isinstance(task.task_spec, Trigger):
            return bool(task.state == TaskState.WAITING)
        if task.state != TaskState.FUTURE:
            return False
        task = task.parent
    return False


class PassThrough(BpmnSpecMixin):
    """A task or throw event with nothing to wait for: passed and recorded."""


class JobTask(BpmnSpecMixin):
    """A task that a machine does: its token waits until the job is completed."""

    def __init__(self, wf_spec: object, bpmn_id: str, **kwargs: object) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.manual = True


class Detour(UserTask):
    """A user task beside the flow: an earlier one that is done again, and nothing follows it. See ``detours``."""


class FeelScript(BpmnSpecMixin):
    """A script task whose script is a FEEL expression."""

    def __init__(self, wf_spec: object, bpmn_id: str, *, script: str, result_variable: str, **kwargs: object) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.script = script
        self.result_variable = result_variable

    def _run_hook(self, my_task: SpiffTask) -> bool | None:
        done: bool | None = my_task.workflow.script_engine.run_script(my_task, self.script, self.result_variable)
        return done


class BusinessRule(BpmnSpecMixin):
    """A business rule task: a decision of the same deployment is evaluated on the spot."""

    def _run_hook(self, my_task: SpiffTask) -> bool | None:
        done: bool | None = my_task.workflow.script_engine.decide(my_task)
        return done


def no_condition_true() -> StuckError:
    """Say why a token can't leave its gateway."""
    return StuckError(
        "no_condition_true",
        mark("没有一个条件成立，也没有默认流向。请流程负责人给网关设默认流向，或由管理员更正数据后重试。"),
    )


class Exclusive(ExclusiveGateway):
    """An exclusive gateway: the first true condition in the order of the file, else the default flow."""

    def _run_hook(self, my_task: SpiffTask) -> bool:
        try:
            return bool(super()._run_hook(my_task))
        except WorkflowException as error:
            # The library's own refusal doesn't name the remedy.
            raise no_condition_true() from error


class EventGateway(BpmnSpecMixin):
    """An event-based gateway: all its events wait, and the first to come takes the others away."""


class SubProcess(SubWorkflowTask):
    """An embedded sub-process. Variables live in scopes, so no data are copied in or out."""

    def _update_hook(self, my_task: SpiffTask) -> bool:
        held = my_task.workflow.script_engine.hold_start(my_task)
        return not held and bool(super()._update_hook(my_task))

    def copy_data(self, my_task: SpiffTask, subworkflow: object) -> None:
        """Copy nothing: the scope of the sub-process is opened by the case."""

    def update_data(self, my_task: SpiffTask, subworkflow: object) -> None:
        """Copy nothing back."""

    def _on_cancel(self, my_task: SpiffTask) -> None:
        super()._on_cancel(my_task)
        my_task.workflow.script_engine.close_subprocess(my_task)


class External(EventDefinition):
    """An event that fires when the case is told so: by a job, a message, a signal or the case itself."""

    def catches(self, _my_task: SpiffTask, _event: object) -> bool:
        """Catch nothing by the library's own events."""
        return False


class Told:
    """An event that fires only when it is told to: it is not asked again whenever a task is completed."""


class IntermediateCatchEvent(Told, defaults.IntermediateCatchEvent):
    """A catch event or receive task."""


class BoundaryEvent(Told, defaults.BoundaryEvent):
    """An event on the border of an activity."""


class Trigger(IntermediateCatchEvent):
    """The start event of an event sub-process: it waits beside everything else while its scope runs."""

    may_be_remembered = True

    def __init__(self, wf_spec: object, bpmn_id: str, *, interrupting: bool, **kwargs: object) -> None:
        super().__init__(wf_spec, bpmn_id, event_definition=External(), **kwargs)
        self.interrupting = interrupting


class Terminate(EndEvent):
    """A terminate end event: everything else in its process or sub-process ends with it."""

    def _on_complete_hook(self, my_task: SpiffTask) -> None:
        super()._on_complete_hook(my_task)
        flow = my_task.workflow
        # Where listeners are to be asked the token goes on to the end, with nothing else left.
        goes_on = flow.top_workflow is flow and flow.script_engine.is_listened_to()
        for task in list(flow.tasks.open.values()):
            if not (goes_on and task.is_descendant_of(my_task)):
                task.cancel()
        if not goes_on:
            flow._mark_complete(my_task)


class BoundaryJoin(BoundaryEventJoin):
    """Ends what stands on the border of an activity together with it.

    The library takes every child that is no boundary event for the activity; branches that a boundary event
    has started again and again are children here, too.
    """

    def __init__(self, wf_spec: object, name: str, *, main: str, **kwargs: object) -> None:
        super().__init__(wf_spec, name, **kwargs)
        self.main = main

    def _find_tasks(self, my_task: SpiffTask) -> list[SpiffTask]:
        """Give the tasks of this join in the present passage through the activity; later rounds have their own."""
        split = my_task.find_ancestor(self.split_task)
        return [after for task in split.children for after in task.children if after.task_spec is self]

    def _check_threshold_structured(self, my_task: SpiffTask) -> tuple[bool, list[SpiffTask]]:
        split = my_task.find_ancestor(self.split_task)
        events = [task for task in split.children if isinstance(task.task_spec, BoundaryEvent)]
        main = next(task for task in split.children if task.task_spec.name == self.main)
        interrupted = any(
            task.task_spec.cancel_activity and task.has_state(TaskState.READY | TaskState.COMPLETED) for task in events
        )
        if not interrupted and not main.has_state(TaskState.FINISHED_MASK):
            return False, []
        return True, [task for task in events if task.state == TaskState.WAITING] + ([main] if interrupted else [])
