"""Letting tasks pass that need nobody, before the step is over."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import mark
from engine.interpreter import detours, task_listeners
from engine.interpreter.environment import StuckError
from engine.interpreter.opening import Opened, element_of
from engine.interpreter.outcome import OpenedTask, PassedTask
from engine.interpreter.run import Run
from engine.interpreter.task_rules import Ruling, is_ruled, result_of, rules_of
from engine.interpreter.task_specs import UserTask
from engine.interpreter.watching import token_of

New = Callable[[], Iterable[tuple[SpiffTask, bool]]]
"""Gives what waits since this step, or for somebody else than before, and whether its token has come in this step."""

MOST_PASSED = 100
"""Tasks that may pass by themselves in one step: beyond that a loop never asks anybody."""


def settle(run: Run, opened: Opened, new: New) -> list[PassedTask]:
    """Open the tasks that have rules, complete those that need nobody, and go on until each token waits."""
    passed: list[PassedTask] = []
    if not run.specification.has_task_rules:
        return passed
    while (found := _next(run, opened, new)) is not None:
        task, one = found
        if len(passed) >= MOST_PASSED:
            _get_stuck(run, opened, task, _going_round(one))
            continue
        opened.forget(task)
        passed.append(one)
        _complete(run, task, one)
        opened.forget_canceled()
    return passed


def _next(run: Run, opened: Opened, new: New) -> tuple[SpiffTask, PassedTask] | None:
    """Find the next task that passes; the others that it sees are opened for their people."""
    for task, anew in list(new()):
        token = token_of(task)
        if token in opened.entered:
            continue
        if not isinstance(task.task_spec, UserTask) or not is_ruled(element_of(run, task)):
            continue
        if detours.ASSIGNEE in task.peek:
            # Somebody has sent it back to this person: they are asked.
            continue
        opened.enter(task, anew=anew)
        one = opened.task(token)
        if one is None:
            continue
        try:
            passed = _ruled(run, opened, task, one)
        except StuckError as error:
            _get_stuck(run, opened, task, error)
            continue
        if passed is not None:
            return task, passed
    return None


def _ruled(run: Run, opened: Opened, task: SpiffTask, one: OpenedTask) -> PassedTask | None:
    variables = run.visible(task)
    rules = rules_of(one.element, variables, run.env)
    ruling = run.env.rule(rules, one, variables.get("initiator"), run.said) if rules is not None else None
    if ruling is None:
        return None
    if ruling.action == "assign":
        opened.give(task, _given_to(one, ruling))
        return None
    result = result_of(one.element, ruling.action, ruling.person, variables, run.env)
    return PassedTask(
        token=one.token,
        element=one.element,
        action=ruling.action,
        because=ruling.because,
        person=ruling.person,
        result=result,
    )


def _given_to(one: OpenedTask, ruling: Ruling) -> OpenedTask:
    fact = {"because": ruling.because, "assignee": one.assignee}
    return replace(
        one, assignee=ruling.person, candidate_users=(), candidate_groups=(), facts={**one.facts, "ruling": fact}
    )


def _complete(run: Run, task: SpiffTask, one: PassedTask) -> None:
    task_listeners.forget(task)
    task.internal_data["result"] = dict(one.result)
    if one.person is not None:
        task.internal_data["by"] = one.person
    task._set_state(TaskState.READY)
    run.run(task)
    run.scopes.close(task.id)
    run.settle()


def _get_stuck(run: Run, opened: Opened, task: SpiffTask, error: StuckError) -> None:
    opened.forget(task)
    task_listeners.unopen(task)
    run.mark_stuck(task, error)


def _going_round(one: PassedTask) -> StuckError:
    return StuckError(
        "ruled_without_end",
        mark("“{label}”在一步之内自动通过了 {most} 次，流程一直在原地转圈。请检查循环的条件。"),
        label=one.element.label,
        most=MOST_PASSED,
    )
