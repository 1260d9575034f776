"""Moving tokens by hand: beginning at any element, taking a token away.

A new token hangs at the root of its process or sub-process, never below the one it replaces: the library's own
way back (``reset_from_task_id``) deletes what other branches still need and opens a task twice. Joins ask which
tokens wait at them and not where in the tree those stand (see ``joins``), so they wait for the right ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import StartEvent
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import InvalidError, mark
from engine.interpreter import adhoc, compensation, listeners, loops
from engine.interpreter.adhoc_specs import AdHocSpec, Choice
from engine.interpreter.diagram import Element
from engine.interpreter.environment import StuckError
from engine.interpreter.joins import Inclusive, Parallel
from engine.interpreter.origins import CAUSES, border_of, causes_of
from engine.interpreter.preparing import prepared
from engine.interpreter.repeating_specs import MultiInstance, is_instance
from engine.interpreter.task_specs import BoundaryEvent, Detour, EventGateway, Trigger

if TYPE_CHECKING:
    from engine.interpreter.run import Run

HOLDS_TOKEN = TaskState.READY | TaskState.WAITING | TaskState.STARTED


def activate(run: "Run", element_id: str, within: int | None = None, instead_of: Sequence[int] = ()) -> SpiffTask:
    """Put a new token on an element, opening the sub-processes around it that are not open; it has not run yet.

    ``within`` is the token of an open sub-process around it, where there are several. ``instead_of`` are
    tokens whose way it goes on: whoever goes back behind that takes it away. Raises InvalidError where no token can
    begin there.
    """
    element = run.specification.process.elements.get(element_id)
    if element is None:
        raise InvalidError(mark("流程里没有元素 {element}。"), where="element", element=element_id)
    if element.id not in run.specification.process.beginnings:
        raise _no_beginning(element)
    flow = _scope(run, element, within, instead_of)
    return begin(run, flow, element, _way_to(run, flow, instead_of))


def _no_beginning(element: Element) -> InvalidError:
    return InvalidError(
        mark("不能从“{label}”开始：开始事件、边界事件、事件子流程、补偿活动和事件网关之后的事件不能单独放上令牌。"),
        where=element.id,
        label=element.label,
    )


def set_local(run: "Run", task: SpiffTask, element_id: str, values: Mapping[str, object]) -> None:
    """Set variables in the scope of the element at a token, or of a sub-process around it. Raises InvalidError."""
    for one in (task, *(run.workflow.get_task_from_id(token) for token in around(run, task))):
        element = run.element(one)
        if element is not None and element.id == element_id:
            set_own(run, one, values)
            return
    raise InvalidError(mark("元素 {element} 不是所放令牌的元素，也不在它外层。"), where="variables", element=element_id)


def set_own(run: "Run", task: SpiffTask, values: Mapping[str, object]) -> None:
    """Set variables in the scope of a token itself; one that had none gets one."""
    if task.id not in run.scopes.values:
        run.scopes.open(task.id, run.scope_of(task))
    run.scopes.values[task.id].update(values)


def around(run: "Run", task: SpiffTask) -> list[int]:
    """Give the tokens of the sub-processes a token stands in, the innermost first."""
    found: list[int] = []
    outer = task.workflow.parent_task_id
    while outer is not None:
        found.append(int(outer))
        outer = run.workflow.get_task_from_id(outer).workflow.parent_task_id
    return found


def holds(run: "Run", token: int, element_id: str) -> bool:
    """Tell whether an element stands inside the sub-process at a token, be it in another one inside that."""
    elements = run.specification.process.elements
    around_it = run.element(run.workflow.get_task_from_id(token))
    element = elements.get(element_id)
    while element is not None and around_it is not None and element.parent != around_it.id:
        element = elements.get(element.parent)
    return element is not None and around_it is not None


def terminate(run: "Run", task: SpiffTask) -> None:
    """Take a token away, with all that only waits because of it. Raises InvalidError for one that can't go alone."""
    spec, parent = task.task_spec, task.parent
    if isinstance(spec, (BoundaryEvent, Trigger)):
        raise InvalidError(mark("边界事件和事件子流程的开始事件跟着所在的活动等待，不能单独取消。"), where="token")
    if is_instance(task) and not isinstance(parent.task_spec, MultiInstance):
        # The present round of a loop: taken away with the loop, or the next one would begin at once.
        terminate(run, parent)
        return
    if is_instance(task):
        loops.take_away(run, parent, task)
    else:
        if isinstance(parent.task_spec, EventGateway):
            _cancel(parent.children)
        else:
            _cancel(border_of(task))
        task.cancel()
    if "undoes" in task.internal_data:
        compensation.handler_done(run, task)


def tokens_at(run: "Run", element_id: str) -> list[int]:
    """Give the tokens that stand at an element; of a repeated one that of its body."""
    element = run.specification.process.elements.get(element_id)
    return [
        int(task.id)
        for task in run.workflow.open_tasks()
        if element is not None and task.has_state(HOLDS_TOKEN) and run.element(task) is element and not _is_part(task)
    ]


def find(run: "Run", token: int) -> SpiffTask | None:
    """Give the task of a token that stands at an element; None where there is none any more."""
    found = run.workflow.find_open(token)
    stands = found is not None and found.has_state(HOLDS_TOKEN) and not isinstance(found.task_spec, Choice)
    return found if stands and run.element(found) is not None else None


def end_what_is_empty(run: "Run") -> None:
    """Let joins see what is gone; then end each sub-process, and at last the case, that no token is left in."""
    run.workflow.open_tasks()  # forgets sub-processes that were taken away
    for flow in (run.workflow, *run.workflow.subprocesses.values()):
        ask_joins(flow)
    for token in sorted(run.workflow.subprocesses, reverse=True):
        flow = run.workflow.subprocesses.get(token)
        if flow is not None and not flow.completed and not _has_token(flow):
            task = run.workflow.get_task_from_id(token)
            terminate(run, task)
            # The end of a process may have waited for nothing else.
            ask_joins(task.workflow)
    if not run.workflow.completed and not _has_token(run.workflow):
        run.workflow.cancel()


def ask_joins(flow: BpmnBaseWorkflow) -> None:
    """Ask whatever waits for other tokens whether it still has to."""
    for task in list(flow.tasks.open.values()):
        if task.state == TaskState.WAITING and not isinstance(task.task_spec, CatchingEvent):
            task.task_spec._update(task)


def _is_part(task: SpiffTask) -> bool:
    """Tell whether a task goes by another number: an instance by its body's, a choice by its sub-process's."""
    return is_instance(task) or isinstance(task.task_spec, Choice)


def entry_of(spec: BpmnProcessSpec, element_id: str) -> tuple[str, TaskSpec]:
    """Give the name of an element's spec, and the spec at which a token enters it."""
    name = prepared(element_id)
    border = f"{name}.BoundaryEventSplit"
    return name, spec.task_specs[border if border in spec.task_specs else name]


def _way_to(run: "Run", flow: BpmnBaseWorkflow, tokens: Iterable[int]) -> list[int]:
    """Give the passages before some tokens, or before what they stand in, as far as they are in one scope."""
    found: set[int] = set()
    for task in filter(None, (find(run, token) for token in tokens)):
        one = task
        while one.workflow is not flow and one.workflow.parent_task_id is not None:
            one = run.workflow.get_task_from_id(one.workflow.parent_task_id)
        if one.workflow is flow and not isinstance(one.task_spec, Detour):
            found.update(causes_of(one.parent if is_instance(one) else one))
    return sorted(found)


def _scope(run: "Run", element: Element, within: int | None, instead_of: Sequence[int]) -> BpmnBaseWorkflow:
    """Give the run of the process or sub-process that an element stands in; open it where it is not."""
    process = run.specification.process
    if element.parent == process.id:
        return run.workflow
    around = process.elements[element.parent]
    found = [token for token in open_scopes(run, around) if within is None or within in _around(run, token)]
    if len(found) > 1:
        raise InvalidError(
            mark("“{label}”有 {count} 个正在运行，请指明在哪一个里面：{tokens}。"),
            where=element.id,
            label=around.label,
            count=len(found),
            tokens="、".join(map(str, found)),
        )
    if found:
        return run.workflow.subprocesses[found[0]]
    if around.for_compensation or around.id in process.undoing.values():
        # It belongs to what it undoes: opened by itself, nothing would go on when it ends.
        raise _no_beginning(around)
    nothing_named = within is not None and around.parent == process.id
    if nothing_named or around.loop is not None or around.standard_loop is not None:
        raise InvalidError(
            mark("“{label}”没有在运行，不能把令牌放进它里面。请改为从“{label}”本身开始。"),
            where=element.id,
            label=around.label,
        )
    # Without its start, since a token begins in the middle of it.
    outer = _scope(run, around, within, instead_of)
    return open_again(run, outer, around, _way_to(run, outer, instead_of))


def open_scopes(run: "Run", around: Element) -> list[int]:
    """Give the tokens of the open sub-processes of one element."""
    run.workflow.open_tasks()  # forgets sub-processes that were taken away
    return [
        token
        for token, flow in run.workflow.subprocesses.items()
        if not flow.completed and run.element(run.workflow.get_task_from_id(token)) is around
    ]


def _around(run: "Run", token: int) -> set[int]:
    """Give a token, and those of the bodies and sub-processes around it."""
    found, task = set(), run.workflow.get_task_from_id(token)
    while task is not None:
        found |= {int(task.id)} | ({int(task.parent.id)} if is_instance(task) else set())
        outer = task.workflow.parent_task_id
        task = run.workflow.get_task_from_id(outer) if outer is not None else None
    return found


def open_again(run: "Run", outer: BpmnBaseWorkflow, around: Element, causes: Sequence[int] = ()) -> BpmnBaseWorkflow:
    """Open a sub-process without its start, inside a running process or sub-process."""
    task = begin(run, outer, around, causes)
    if listeners.is_held(task):
        listeners.pass_over(run, task)
    flow = run.workflow.subprocesses[task.id]
    _cancel(child for child in flow.task_tree.children if isinstance(child.task_spec, StartEvent))
    return flow


def wait_for_nothing(flow: BpmnBaseWorkflow) -> None:
    """Let a process or sub-process wait for none of its event sub-processes any more."""
    _cancel(child for child in flow.task_tree.children if isinstance(child.task_spec, Trigger))


def begin(run: "Run", flow: BpmnBaseWorkflow, element: Element, causes: Sequence[int] = ()) -> SpiffTask:
    """Put a new token on an element of a running process or sub-process; ``causes`` are the passages before it."""
    name, entry = entry_of(flow.spec, element.id)
    root = adhoc.new_path(run, flow) if isinstance(flow.spec, AdHocSpec) else flow.task_tree
    task = root._add_child(entry, TaskState.FUTURE)
    task.internal_data[CAUSES] = list(causes)
    # Children that are not triggered are taken away when the library compares them with the outgoing flows.
    task.triggered = True
    entry._predict(task, mask=TaskState.NOT_FINISHED_MASK)
    if isinstance(entry, (Parallel, Inclusive)):
        # Whoever puts a token on a join means that it has joined.
        task._ready()
        return task
    try:
        entry._update(task)
        if isinstance(entry, BoundaryEventSplit):
            task.run()
    except StuckError as error:
        raise InvalidError(error.message, where=element.id, **error.facts) from error
    return task if entry.name == name else next(child for child in task.children if child.task_spec.name == name)


def _cancel(tasks: Iterable[SpiffTask]) -> None:
    for task in tasks:
        if not task.has_state(TaskState.FINISHED_MASK):
            task.cancel()


def _has_token(flow: BpmnBaseWorkflow) -> bool:
    return any(
        task.has_state(HOLDS_TOKEN) and not (isinstance(task.task_spec, Trigger) and task.state == TaskState.WAITING)
        for task in flow.tasks.open.values()
    )
