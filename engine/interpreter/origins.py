"""Where a token came from: the passages that caused it and the sub-process or repeated activity it stands in.

Read from the library's tree while the passage before is still in it, and written beside the passage: the state keeps
only what waiting tokens need. A token that arrived at a join takes note of it, since it may wait there for long.
"""

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter.repeating_specs import is_instance
from engine.interpreter.task_specs import BoundaryEvent
from engine.values import value

CAUSES = "causes"
"""The passages before, of a token that the tree does not show them for."""


@value
class Origin:
    """The place of a passage among the others."""

    causes: tuple[int, ...] = ()
    """The tokens of the passages just before, all in the same scope; none for what begins a scope."""
    scope: int = 0
    """The token of the sub-process or of the body of the repeated activity around it; 0 for the case."""


def origin_of(task: SpiffTask) -> Origin:
    """Give the origin of a task that stands for an element."""
    return Origin(causes=causes_of(task), scope=scope_of(task))


def scope_of(task: SpiffTask) -> int:
    """Give the token of what a task stands in."""
    if is_instance(task):
        return int(task.parent.id)
    around = task.workflow.parent_task_id
    return int(around) if around is not None else 0


def causes_of(task: SpiffTask) -> tuple[int, ...]:
    """Give the tokens of the passages that a task follows."""
    noted = _noted(task)
    if noted is not None:
        return noted
    if is_instance(task) or "undoes" in task.peek:
        # What is undone is undone where it was done: nobody goes back from there.
        return ()
    if isinstance(task.task_spec, BoundaryEvent) and isinstance(task.parent.task_spec, BoundaryEventSplit):
        return tuple(int(one.id) for one in task.parent.children if _is_activity(task, one))
    above = task.parent
    while above is not None:
        if above.task_spec.bpmn_id is not None:
            return (int(above.id),)
        noted = _noted(above)
        if noted is not None:
            return noted
        above = above.parent
    return ()


def split_of(task: SpiffTask) -> SpiffTask | None:
    """Give what an activity shares with the events on its border; None for one without any.

    What such an event has started again and again hangs there, too, and has no border of its own by that.
    """
    above = task.parent
    if above is None or not isinstance(above.task_spec, BoundaryEventSplit):
        return None
    return above if _activity(above) == task.task_spec.name else None


def border_of(task: SpiffTask) -> list[SpiffTask]:
    """Give the events on the border of an activity, those that have happened, too."""
    split = split_of(task)
    return [one for one in split.children if isinstance(one.task_spec, BoundaryEvent)] if split is not None else []


def _activity(split: SpiffTask) -> str:
    return str(split.task_spec.name.removesuffix(".BoundaryEventSplit"))


def _noted(task: SpiffTask) -> tuple[int, ...] | None:
    noted = task.peek.get(CAUSES)
    return tuple(map(int, noted)) if noted is not None else None


def _is_activity(event: SpiffTask, other: SpiffTask) -> bool:
    """Tell which of the tasks below a split is the activity whose border an event waits on."""
    return other is not event and bool(other.task_spec.name == _activity(event.parent))
