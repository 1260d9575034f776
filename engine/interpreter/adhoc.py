"""The ad-hoc sub-process: what is in it is done in any order and as often as it is chosen (BPMN 2.0, 13.3.5).

As in Camunda 8: on entry the elements are begun that ``activeElementsCollection`` lists; people may choose more while
it runs. The completion condition is asked whenever something inside has been completed; without one the sub-process
ends as soon as all that was begun is done. Until then it waits, with a token of its own that a choice is made at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import GoneError, InvalidError, mark
from engine.interpreter import rules
from engine.interpreter.adhoc_specs import AdHocSpec, Choice, Path
from engine.interpreter.diagram import AdHoc, Element
from engine.interpreter.environment import StuckError, overwritten
from engine.interpreter.repeating_specs import is_instance

if TYPE_CHECKING:
    from engine.interpreter.run import Run

Beginning = tuple[str, Mapping[str, object]]
"""The id of an element to begin, and variables that only its path sees."""


def run_choice(run: "Run", choice: SpiffTask) -> bool:
    """Begin what the diagram lists, or go on where an expression had failed; give True when the end is reached.

    Raises StuckError where the list names what can't be begun, or the completion condition is no answer.
    """
    state = choice.internal_data.get("adhoc")
    if state is not None:
        return bool(state["ended"]) or _advance(run, choice)
    listed = _listed(run, choice)
    _open(run, choice)
    for element_id in listed:
        _begin(run, choice, (element_id, {}))
    return False


def choose(run: "Run", choice: SpiffTask, beginnings: Sequence[Beginning], *, cancel_remaining: bool = False) -> None:
    """Begin elements that somebody chose; ``cancel_remaining`` takes away first what has been begun.

    Raises InvalidError for what can't be begun here, GoneError where the sub-process only waits for its rest.
    """
    _adhoc, element = _of(run, choice)
    state = choice.internal_data.get("adhoc")
    if state is None or state["enough"] or "stuck" in choice.internal_data:
        raise GoneError(
            mark("“{label}”现在不能再开始新的任务：完成条件已经成立，或有异常待处理。"), label=element.label
        )
    if not beginnings:
        raise InvalidError(mark("请至少选择一项。"), where="elements")
    startable = {one.id for one in run.specification.process.startable(element.id)}
    for element_id, _variables in beginnings:
        if element_id not in startable:
            raise InvalidError(
                mark("“{label}”里没有可以开始的 {element}。"), where=element_id, label=element.label, element=element_id
            )
    if cancel_remaining:
        _cancel(run, open_paths(choice))
    for beginning in beginnings:
        _begin(run, choice, beginning)


def give_up(run: "Run", choice: SpiffTask) -> None:
    """End the sub-process as if it were done."""
    if "adhoc" not in choice.internal_data:
        _open(run, choice)
    _cancel(run, open_paths(choice))
    _end(run, choice)
    choice._set_state(TaskState.READY)


def new_path(run: "Run", flow: BpmnBaseWorkflow) -> SpiffTask:
    """Begin a path in a running ad-hoc sub-process for what an administrator puts there, and give its beginning."""
    choice = next(task for task in flow.tasks.open.values() if isinstance(task.task_spec, Choice))
    if "adhoc" not in choice.internal_data:
        _open(run, choice)
    return _add_path(choice)


def completed_inside(run: "Run", task: SpiffTask) -> None:
    """Note that an element has been completed; directly within an ad-hoc sub-process its condition is asked."""
    if not isinstance(task.workflow.spec, AdHocSpec) or is_instance(task):
        return
    for choice in [one for one in task.workflow.tasks.open.values() if isinstance(one.task_spec, Choice)]:
        if "adhoc" in choice.internal_data:
            choice.internal_data["adhoc"]["ask"] = True
            _look_after(run, choice)


def settle(run: "Run") -> bool:
    """End the ad-hoc sub-processes in which nothing is left to do; tell whether one ended."""
    if not run.specification.process.has_adhoc:
        return False
    # Nothing has happened in one that sleeps since it was looked after.
    flows = [flow for flow in run.workflow.subprocesses.in_order() if isinstance(flow.spec, AdHocSpec)]
    choices = [task for flow in flows for task in flow.tasks.open.values() if isinstance(task.task_spec, Choice)]
    ended = [_look_after(run, choice) for choice in choices if run.is_live(choice)]
    return any(ended)


def path_of(task: SpiffTask) -> SpiffTask | None:
    """Give the chosen path a task of an ad-hoc sub-process lies on."""
    above = task if isinstance(task.workflow.spec, AdHocSpec) else None
    while above is not None and not isinstance(above.task_spec, Path):
        above = above.parent
    return above


def results_of(run: "Run", choice: SpiffTask) -> str | None:
    """Give the name of the list that results are collected in."""
    return _of(run, choice)[0].results


def keep_results(run: "Run", choice: SpiffTask, before: str | None) -> None:
    """Keep the results under the name a version has for them; begin where the one ``before`` it collected none."""
    name = results_of(run, choice)
    if "adhoc" in choice.internal_data and name != before:
        values = run.scopes.values[choice.workflow.parent_task_id]
        kept = values.pop(before, []) if before else []
        values.update({name: kept} if name else {})


def _look_after(run: "Run", choice: SpiffTask) -> bool:
    state = choice.internal_data.get("adhoc")
    if state is None or state["ended"] or "stuck" in choice.internal_data or choice.state != TaskState.STARTED:
        return False
    try:
        ended = _advance(run, choice)
    except StuckError as error:
        run.mark_stuck(choice, error)
        return False
    if ended:
        choice._set_state(TaskState.READY)
    return ended


def _advance(run: "Run", choice: SpiffTask) -> bool:
    """Close the paths that are done, ask whether that is enough, and tell whether this is the end."""
    adhoc, _element = _of(run, choice)
    state = choice.internal_data["adhoc"]
    for path in [path for path in open_paths(choice) if _is_done(path)]:
        _collect(run, choice, path)
        state["ask"] = True
    if state["ask"] and adhoc.completion:
        state["enough"] = state["enough"] or run.env.is_true(adhoc.completion, run.visible(choice))
    state["ask"] = False
    if state["enough"] and adhoc.cancel_remaining:
        _cancel(run, open_paths(choice))
    all_done = not any(True for _ in open_paths(choice))
    if all_done and (state["enough"] or (not adhoc.completion and state["begun"] > 0)):
        _end(run, choice)
    return bool(state["ended"])


def _open(run: "Run", choice: SpiffTask) -> None:
    adhoc, _element = _of(run, choice)
    if adhoc.results:
        run.scopes.values[choice.workflow.parent_task_id][adhoc.results] = []
    choice.internal_data["adhoc"] = {"ended": False, "enough": False, "ask": False, "begun": 0}


def _end(run: "Run", choice: SpiffTask) -> None:
    adhoc, _element = _of(run, choice)
    choice.internal_data["adhoc"]["ended"] = True
    if adhoc.results:
        around = choice.workflow.parent_task_id
        run.scopes.propagate(run.scopes.parents[around], {adhoc.results: run.scopes.values[around][adhoc.results]})


def _listed(run: "Run", choice: SpiffTask) -> list[str]:
    adhoc, element = _of(run, choice)
    if not adhoc.active:
        return []
    listed = run.env.evaluate(adhoc.active, run.visible(choice))
    startable = {one.id for one in run.specification.process.startable(element.id)}
    if not isinstance(listed, list) or any(one not in startable for one in listed):
        raise StuckError(
            "adhoc_elements",
            mark("即席子流程的启动列表“{expression}”应为里面元素的编号（{known}），实际为 {value}。请检查其中的变量。"),
            expression=adhoc.active,
            known=", ".join(sorted(startable)),
            value="null" if listed is None else str(listed),
        )
    return [str(one) for one in listed]


def _begin(run: "Run", choice: SpiffTask, beginning: Beginning) -> None:
    element_id, variables = beginning
    path = _add_path(choice)
    if variables:
        run.scopes.open(path.id, run.scope_of(choice), rules.as_json(variables))
    spec = choice.workflow.spec.task_specs[choice.task_spec.beginnings[element_id]]
    first = path._add_child(spec, TaskState.FUTURE)
    first.triggered = True
    spec._predict(first, mask=TaskState.NOT_FINISHED_MASK)
    spec._update(first)


def _add_path(choice: SpiffTask) -> SpiffTask:
    path = choice._add_child(choice.workflow.spec.task_specs[choice.task_spec.path], TaskState.FUTURE)
    # Children that are not triggered are taken away when the library compares them with the outgoing flows.
    path.triggered = True
    path._set_state(TaskState.COMPLETED)
    choice.internal_data["adhoc"]["begun"] += 1
    return path


def _collect(run: "Run", choice: SpiffTask, path: SpiffTask) -> None:
    adhoc, _element = _of(run, choice)
    if adhoc.results and adhoc.result:
        value = run.env.evaluate(adhoc.result, run.scopes.visible(run.scope_of(path)))
        results = run.scopes.values[choice.workflow.parent_task_id].get(adhoc.results)
        if not isinstance(results, list):
            raise overwritten(adhoc.results)
        results.append(rules.as_json({"value": value})["value"])
    _close(run, path)


def _close(run: "Run", path: SpiffTask) -> None:
    path.internal_data["closed"] = True
    run.scopes.close(path.id)


def _cancel(run: "Run", paths: Iterable[SpiffTask]) -> None:
    for path in list(paths):
        path.cancel()
        _close(run, path)


def open_paths(choice: SpiffTask) -> Iterator[SpiffTask]:
    """Give the beginnings of the paths that are not done."""
    for child in choice.children:
        if isinstance(child.task_spec, Path) and not child.internal_data.get("closed"):
            yield child


def _is_done(path: SpiffTask) -> bool:
    waiting = list(path.children)
    while waiting:
        task = waiting.pop()
        # The library's join behind an activity with border events has nothing to wait for when it is ready.
        joins = task.state == TaskState.READY and task.task_spec.bpmn_id is None
        if not (task.has_state(TaskState.FINISHED_MASK) or joins):
            return False
        waiting += task.children
    return True


def _of(run: "Run", choice: SpiffTask) -> tuple[AdHoc, Element]:
    element = run.element(choice)
    assert element is not None  # noqa: S101 - a choice stands in the place of its sub-process
    assert element.adhoc is not None  # noqa: S101 - only ad-hoc sub-processes have one
    return element.adhoc, element
