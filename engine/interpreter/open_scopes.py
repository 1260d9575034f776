"""Which sub-processes and bodies of repeated activities are open: they hold other elements and wait for them.

And which scopes of variables are not needed any more, since what opened them is over.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter.adhoc_specs import Path
from engine.interpreter.outcome import PassageKind, ScopePassage
from engine.interpreter.repeating_specs import Repeated, is_instance
from engine.interpreter.watching import AWAY, is_for_others

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


def close_scopes(run: "Run") -> None:
    """Forget the variables of what is over since this step: of all that was taken away the library tells nobody."""
    opened = run.scopes.values
    if len(opened) == 1:
        # That of the whole case.
        return
    touched = dict.fromkeys(run.workflow.log)
    over = [task.id for task in touched if task.id in opened and not _is_needed(run, task)]
    for task in touched:
        if isinstance(task.task_spec, Repeated) and task.has_state(TaskState.FINISHED_MASK):
            # Instances whose result could not be taken.
            over += [child.id for child in task.children if child.id in opened and is_instance(child)]
    for gone in run.workflow.subprocesses.gone:
        over += [number for number in gone.tasks if number in opened]
    for number in over:
        run.scopes.close(number)


def _is_needed(run: "Run", task: SpiffTask) -> bool:
    """Tell whether the variables of a token may still be asked for."""
    if task.has_state(TaskState.FINISHED_MASK):
        # What ends a chosen path, or an instance, closes its scope itself: it may look at it first.
        return task.state == TaskState.COMPLETED and (isinstance(task.task_spec, Path) or is_instance(task))
    return run.is_live(task) and AWAY not in task.peek


def _passage(run: "Run", task: SpiffTask, what: PassageKind) -> ScopePassage:
    element = run.element(task)
    assert element is not None  # noqa: S101 - only elements of the diagram hold others
    run.note_origin(task)
    return ScopePassage(element_id=element.id, token=task.id, what=what, is_body=isinstance(task.task_spec, Repeated))
