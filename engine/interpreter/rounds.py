"""The standard loop: an activity is done again as long as its condition holds (BPMN 2.0, 13.3.6).

Within a round ``loopCounter`` is the number of the round; the condition sees how many rounds have begun, and the
variables as the last round left them.
"""

from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter.environment import StuckError

if TYPE_CHECKING:
    from engine.interpreter.run import Run


def run_rounds(run: "Run", body: SpiffTask) -> bool:
    """Begin the first round, or go on where the condition had failed; give True when there is no round (more).

    Raises StuckError where the condition is neither true nor false.
    """
    state = body.internal_data.setdefault("rounds", {"begun": 0, "ended": False})
    begins = state["begun"] == 0 and not body.task_spec.loop.test_before
    if state["ended"] or not (begins or _goes_on(run, body)):
        return True
    _begin_round(run, body)
    return False


def round_done(run: "Run", body: SpiffTask, instance: SpiffTask) -> None:
    """Begin the next round or end the loop; a condition that fails leaves the loop stuck between two rounds."""
    run.scopes.close(instance.id)
    try:
        goes_on = _goes_on(run, body)
    except StuckError as error:
        run.mark_stuck(body, error)
        return
    if goes_on:
        _begin_round(run, body)
    else:
        body.internal_data["rounds"]["ended"] = True
        body._set_state(TaskState.READY)


def give_up(body: SpiffTask) -> None:
    """End a loop that got stuck between two rounds."""
    body.internal_data.setdefault("rounds", {"begun": 0})["ended"] = True
    body._set_state(TaskState.READY)


def _goes_on(run: "Run", body: SpiffTask) -> bool:
    loop, begun = body.task_spec.loop, body.internal_data["rounds"]["begun"]
    if loop.maximum is not None and begun >= int(loop.maximum):
        return False
    return loop.condition is None or run.env.is_true(loop.condition, {**run.visible(body), "loopCounter": begun})


def _begin_round(run: "Run", body: SpiffTask) -> None:
    state = body.internal_data["rounds"]
    state["begun"] += 1
    instance = body._add_child(body.workflow.spec.task_specs[body.task_spec.inner], TaskState.FUTURE)
    # Children that are not triggered are taken away when the library compares them with the outgoing flows.
    instance.triggered = True
    run.scopes.open(instance.id, run.scope_of(body), {"loopCounter": state["begun"]})
    instance.task_spec._update(instance)
