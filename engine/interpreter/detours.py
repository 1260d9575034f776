"""Tasks beside the flow: a person is asked to do an earlier task again and then it comes straight back.

Whoever sends it back keeps the place: the token stays where it is, *away*, so that joins and sub-processes wait for
it as before, and nothing between is done again. The earlier task is a detour of its own, with its form, its mappings
and its listeners; what is drawn on its border belongs to its way through the diagram and does not wait here. When
the detour is done, the task that was left opens anew in the same place, for the same person, with its local variables.
The same kind of task lets the initiator change the start form and hand it in again; then the start is passed anew.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter import moving
from engine.interpreter.diagram import Element, Process
from engine.interpreter.joins import FROM
from engine.interpreter.origins import CAUSES, border_of, split_of
from engine.interpreter.preparing import prepared
from engine.interpreter.task_specs import BoundaryEvent, BoundaryJoin, Detour
from engine.interpreter.watching import AWAY

if TYPE_CHECKING:
    from engine.interpreter.run import Run

ASSIGNEE = "assignee"
"""Who gets a task, whatever its rule says."""
_NAME = "detour:{}"


def add_detours(process: Process, spec: BpmnProcessSpec, subprocess_specs: dict[str, BpmnProcessSpec]) -> None:
    """Let every user task be a detour in its own scope and in each around it, and the start form one of the case."""
    for element in process.elements.values():
        if element.kind == "userTask":
            around = process.elements.get(element.parent)
            while around is not None:
                if prepared(around.id) in subprocess_specs:
                    _add(subprocess_specs[prepared(around.id)], element)
                around = process.elements.get(around.parent)
            _add(spec, element)
        elif element.kind == "startEvent" and element.parent == process.id and element.event is None:
            _add(spec, element)


def _add(spec: BpmnProcessSpec, element: Element) -> None:
    detour = Detour(spec, _NAME.format(element.id))
    detour.bpmn_id = prepared(element.id)
    # No flow leads to it: a token comes from the task it is asked for by.
    detour.inputs = [spec.start]


# -- the initiator -------------------------------------------------------------------------------------


def resubmit(flow: BpmnBaseWorkflow, start: Element, assignee: str | None) -> None:
    """Let the initiator hand in the start form again."""
    task = _begin(flow, start, ())
    task.internal_data[ASSIGNEE] = assignee


# -- straight back ----------------------------------------------------------------------------------------


def send(run: "Run", task: SpiffTask, detour: Mapping[str, Any], assignee: str | None = None) -> None:
    """Ask for an earlier task and keep the place of the one that is left.

    ``detour`` names the ``element_id`` of the earlier task and the scope ``within`` which it is done, and the ``own``
    causes and ``person`` of the task that is left. Where another version draws it outside that scope it is done in the
    nearest one around; the whole case is one for every task of people.
    """
    element = run.specification.process.elements[detour["element_id"]]
    flow = run.workflow.subprocesses[int(detour["within"])] if detour["within"] else run.workflow
    while _NAME.format(element.id) not in flow.spec.task_specs:
        flow = flow.parent_workflow
    begun = _begin(flow, element, [int(task.id)])
    begun.internal_data.update({ASSIGNEE: assignee, "for": int(task.id)})
    away = {
        "detour": int(begun.id),
        CAUSES: [int(token) for token in detour["own"]],
        ASSIGNEE: detour["person"],
        "values": dict(run.scopes.values.get(task.id, {})),
        "border": [one.task_spec.name for one in _border(task)],
    }
    for other in _border(task):
        other.cancel()
    task._set_state(TaskState.STARTED)
    task.internal_data[AWAY] = away


def done(run: "Run", detour: SpiffTask) -> None:
    """Go on after a detour: back to who asked for it, or past the start that was handed in again."""
    asking = detour.internal_data.get("for")
    if asking is None:
        element = run.element(detour)
        assert element is not None  # noqa: S101 - a detour stands for an element
        moving.begin(run, detour.workflow, element, [int(detour.id)])
        return
    task = run.workflow.find(int(asking))
    if task is not None and is_away(task):
        _open_anew(run, task)


def settle(run: "Run") -> bool:
    """Let no detour outlive the task it is done for, nor a task wait for a detour that is gone."""
    detours = run.watch.of_detours()
    if not detours.entries:
        return False
    known = dict(detours)
    orphans = cancel_orphans(run)
    # What has come to a join or to the end waited for them, too.
    for flow in dict.fromkeys(task.workflow for task in orphans):
        moving.ask_joins(flow)
    changed = bool(orphans)
    for task in known.values():
        if is_away(task) and int(task.internal_data[AWAY]["detour"]) not in known:
            _open_anew(run, task)
            changed = True
    return changed


def cancel_orphans(run: "Run") -> list[SpiffTask]:
    """Cancel the detours whose task is gone, and give them."""
    known = dict(run.watch.of_detours())
    orphans = [task for task in known.values() if _is_orphan(task, known)]
    for task in orphans:
        task.cancel()
    return orphans


def _is_orphan(task: SpiffTask, known: Mapping[int, SpiffTask]) -> bool:
    if not isinstance(task.task_spec, Detour) or "for" not in task.internal_data:
        return False
    asking = known.get(int(task.internal_data["for"]))
    return asking is None or not is_away(asking)


def beside(spec: BpmnProcessSpec, element_id: str) -> TaskSpec:
    """Give the spec of an element that is done again beside the flow."""
    found: TaskSpec = spec.task_specs[_NAME.format(element_id)]
    return found


def is_away(task: SpiffTask) -> bool:
    """Tell whether a token only keeps its place until a detour is done."""
    return AWAY in task.peek and not task.has_state(TaskState.FINISHED_MASK)


def _begin(flow: BpmnBaseWorkflow, element: Element, causes: Iterable[int]) -> SpiffTask:
    task = flow.task_tree._add_child(beside(flow.spec, element.id), TaskState.FUTURE)
    task.triggered = True
    task.internal_data[CAUSES] = list(causes)
    task.task_spec._update(task)
    return task


def _open_anew(run: "Run", task: SpiffTask) -> None:
    """Open a task again in the place it was left in, under a new number."""
    away = task.internal_data[AWAY]
    split = split_of(task)
    first = split or task
    anew = first.parent._add_child(first.task_spec, TaskState.FUTURE)
    anew.triggered = True
    anew.internal_data.update({CAUSES: away[CAUSES], **_kept(first)})
    first.task_spec._predict(anew, mask=TaskState.NOT_FINISHED_MASK)
    first.task_spec._update(anew)
    if split is not None:
        anew.run()
        for event in anew.children:
            # What had happened on the border before does not happen again.
            if isinstance(event.task_spec, BoundaryEvent) and event.task_spec.name not in away["border"]:
                event.cancel()
        anew = next(child for child in anew.children if child.task_spec is task.task_spec)
        anew.internal_data.update(_kept(task))
    anew.internal_data[ASSIGNEE] = away[ASSIGNEE]
    if away["values"]:
        run.scopes.open(anew.id, run.scope_of(anew), away["values"])
    asking = run.workflow.find(int(task.internal_data.get("for", 0)))
    if asking is not None:
        asking.internal_data[AWAY]["detour"] = int(anew.id)
    task.cancel()
    _forget_border(split)


def _forget_border(split: SpiffTask | None) -> None:
    """Let what has happened on a border not wait for an activity that is no longer there."""
    joins = [after for event in (split.children if split is not None else ()) for after in event.children]
    for join in joins:
        if isinstance(join.task_spec, BoundaryJoin) and not join.has_state(TaskState.FINISHED_MASK):
            join.cancel()


def _kept(task: SpiffTask) -> dict[str, object]:
    """Give what a token knows of its place: the way it came by, the instance it is, the detour it does."""
    return {name: task.internal_data[name] for name in (FROM, "index", "for") if name in task.internal_data}


def _border(task: SpiffTask) -> list[SpiffTask]:
    return [one for one in border_of(task) if not one.has_state(TaskState.FINISHED_MASK)]
