"""Doing what a plan of going back says, see ``provenance``: by a new token at the target and none behind it.

Data stay as they are, and so does what can be compensated: what was done was done, and if it is done again, a later
compensation undoes both. Nobody goes back over a compensation that is under way, since half of it would be lost.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import GoneError, InvalidError, mark
from engine.interpreter import detours, moving
from engine.interpreter.joins import FROM, Inclusive, Parallel
from engine.interpreter.origins import CAUSES, causes_of, scope_of
from engine.interpreter.plans import Arrival, Plan, Reopened, Restored
from engine.interpreter.preparing import prepared
from engine.interpreter.watching import AWAY

if TYPE_CHECKING:
    from engine.interpreter.run import Run


def arrivals(run: "Run") -> list[Arrival]:
    """Give the tokens that wait at joins, or keep the place of a task that was sent back."""
    return [
        Arrival(token=int(task.id), causes=_causes(task), scope=scope_of(task))
        for task in run.workflow.open_tasks()
        if _only_waits(task)
    ]


def _only_waits(task: SpiffTask) -> bool:
    joins = task.state == TaskState.WAITING and isinstance(task.task_spec, (Parallel, Inclusive))
    return joins or detours.is_away(task)


def _causes(task: SpiffTask) -> tuple[int, ...]:
    away = task.internal_data.get(AWAY)
    return tuple(map(int, away[CAUSES])) if away is not None else causes_of(task)


def go_back(run: "Run", plan: Plan, assignee: str | None = None) -> dict[int, int]:
    """Take away what is behind the target and begin it anew; give the new numbers of sub-processes opened again.

    ``assignee`` is who gets the task, whatever its rule says. Raises GoneError where the case went on, InvalidError
    where something is being compensated.
    """
    tokens = [_standing(run, token) for token in plan.cancel]
    beside = [_only_waiting(run, token) for token in plan.arrivals]
    if any(_compensates(run, task) for task in tokens):
        raise InvalidError(mark("这期间有一步正在补偿，补偿完成之后才能退回。"), where="target")
    renamed = _open_again(run, plan.reopened)
    _begin(run, plan, _flow(run, plan.within, renamed), assignee)
    for task in tokens:
        if not task.has_state(TaskState.FINISHED_MASK):
            moving.terminate(run, task)
    for task in beside:
        task.cancel()
    for put in plan.restored:
        _restore(_flow(run, put.within, renamed), put)
    run.workflow.open_tasks()  # forgets sub-processes that were taken away
    for flow in (run.workflow, *run.workflow.subprocesses.values()):
        moving.ask_joins(flow)
    return renamed


def _open_again(run: "Run", ended: Iterable[Reopened]) -> dict[int, int]:
    renamed: dict[int, int] = {}
    for one in ended:
        outer = _flow(run, one.within, renamed)
        _require_drawn(outer, one.element_id)
        around = run.specification.process.elements[one.element_id]
        flow = moving.open_again(run, outer, around, one.causes)
        renamed[one.scope] = int(flow.parent_task_id)
        if one.interrupted:
            moving.wait_for_nothing(flow)
    return renamed


def _begin(run: "Run", plan: Plan, flow: BpmnBaseWorkflow, assignee: str | None) -> None:
    _require_drawn(flow, plan.element_id)
    element = run.specification.process.elements[plan.element_id]
    if element.kind == "startEvent":
        detours.resubmit(flow, element, assignee)
        return
    task = moving.begin(run, flow, element, plan.causes)
    if assignee is not None:
        task.internal_data[detours.ASSIGNEE] = assignee


def _flow(run: "Run", scope: int, renamed: dict[int, int]) -> BpmnBaseWorkflow:
    if scope == 0:
        return run.workflow
    flow = run.workflow.subprocesses.get(renamed.get(scope, scope))
    if flow is None or flow.completed:
        raise _gone()
    return flow


def _standing(run: "Run", token: int) -> SpiffTask:
    task = moving.find(run, token)
    if task is None:
        raise _gone()
    return task


def _only_waiting(run: "Run", token: int) -> SpiffTask:
    task = run.workflow.find(token)
    if task is None or not _only_waits(task):
        raise _gone()
    return task


def _restore(flow: BpmnBaseWorkflow, put: Restored) -> None:
    """Let a token wait at its join as if the join had not taken it."""
    for element_id in (put.join, put.source):
        _require_drawn(flow, element_id)
    spec = moving.entry_of(flow.spec, put.join)[1]
    source = moving.entry_of(flow.spec, put.source)[0]
    task = flow.task_tree._add_child(spec, TaskState.WAITING)
    task.triggered = True
    task.internal_data.update({FROM: source, CAUSES: [put.cause], "arrived": 0})
    spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)


def _require_drawn(flow: BpmnBaseWorkflow, element_id: str) -> None:
    """Raise InvalidError where the version that the case is on now does not draw an element there any more."""
    if prepared(element_id) not in flow.spec.task_specs:
        raise InvalidError(
            mark(
                "流程换了版本，原来的地方没有“{element}”了，不能退到那里再按流程走。请退回别的任务，或改选“直接回到我这里”。"
            ),
            where="target",
            element=element_id,
        )


def _compensates(run: "Run", task: SpiffTask) -> bool:
    """Tell whether a token, or one inside its sub-process, waits for a compensation that is under way."""
    state = task.internal_data.get("compensation")
    if state is not None and not state["over"]:
        return True
    flow = run.workflow.subprocesses.get(task.id)
    return flow is not None and any(_compensates(run, inner) for inner in list(flow.tasks.open.values()))


def _gone() -> GoneError:
    return GoneError(mark("流程刚刚已走到别处，请刷新后再看。"))
