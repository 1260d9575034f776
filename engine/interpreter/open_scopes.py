"""Which sub-processes and bodies of repeated activities are open: they hold other elements and wait for them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter.outcome import PassageKind, ScopePassage
from engine.interpreter.repeating_specs import Repeated
from engine.interpreter.watching import is_for_others

if TYPE_CHECKING:
    from engine.interpreter.run import Run


def open_scopes(run: "Run") -> dict[int, SpiffTask]:
    """Give them by token."""
    return dict(run.watch.holders())


def scope_passages(run: "Run", before: Mapping[int, SpiffTask]) -> Iterator[ScopePassage]:
    """Tell which have opened and which have ended since; one that did both in one step is told as ended.

    A sub-process that completed in the step it opened in is a passage like that of a task.
    """
    after = open_scopes(run)
    for token, task in after.items():
        if token not in before:
            yield _passage(run, task, "entered")
    yield from (body for body in run.bodies if body.token not in before)
    for token, task in before.items():
        if token not in after:
            yield _passage(run, task, "completed" if task.state == TaskState.COMPLETED else "canceled")
    for token, task in run.opened.items():
        gone = token not in after and token not in before
        if gone and task.state != TaskState.COMPLETED and is_for_others(task):
            yield _passage(run, task, "canceled")


def _passage(run: "Run", task: SpiffTask, what: PassageKind) -> ScopePassage:
    element = run.element(task)
    assert element is not None  # noqa: S101 - only elements of the diagram hold others
    run.note_origin(task)
    return ScopePassage(element_id=element.id, token=task.id, what=what, is_body=isinstance(task.task_spec, Repeated))
