"""Which sub-processes and bodies of repeated activities are open: they hold other elements and wait for them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter.outcome import PassageKind, ScopePassage
from engine.interpreter.repeating_specs import Repeated
from engine.interpreter.watching import is_for_others

if TYPE_CHECKING:
    from engine.interpreter.run import Run


def scope_passages(run: "Run") -> Iterator[ScopePassage]:
    """Tell which have opened and which have ended in this step; one that did both is told as ended.

    A sub-process that completed in the step it opened in is a passage like that of a task.
    """
    holders = run.watch.holders()
    for token in holders.came():
        yield _passage(run, holders[token], "entered")
    yield from (body for body in run.bodies if not holders.was_there(body.token))
    for task in holders.gone().values():
        yield _passage(run, task, "completed" if task.state == TaskState.COMPLETED else "canceled")
    for token, task in run.opened.items():
        came_and_went = token not in holders and not holders.was_there(token)
        if came_and_went and task.state != TaskState.COMPLETED and is_for_others(task):
            yield _passage(run, task, "canceled")


def _passage(run: "Run", task: SpiffTask, what: PassageKind) -> ScopePassage:
    element = run.element(task)
    assert element is not None  # noqa: S101 - only elements of the diagram hold others
    run.note_origin(task)
    return ScopePassage(element_id=element.id, token=task.id, what=what, is_body=isinstance(task.task_spec, Repeated))
