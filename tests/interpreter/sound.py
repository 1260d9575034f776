"""What must be true of every case that rests, whatever was done to it."""

from engine.interpreter import Case
from engine.interpreter.live import Live
from engine.interpreter.scopes import ROOT


def require_sound(resting: Live) -> None:
    """Let a case that stays awake hold nothing that is gone, and know truly where everything is."""
    workflow, flows, watch = resting.workflow, resting.workflow.subprocesses, resting.watch
    assert not workflow.log
    assert not flows.gone
    assert not flows._added
    assert all(flows.home[number] == token for token, flow in flows.awake.items() for number in flow.tasks)
    assert set(flows.home.values()) <= set(flows)
    for kind in watch._kinds:
        for task in [entry.task for entry in kind.entries.values() if entry.task is not None]:
            assert workflow.holds(task.workflow)
            assert task.workflow.tasks.get(task.id) is task
    assert {token for token in watch._inside if token is not None} <= set(flows.awake)
    _require_true_segments(resting)


def _require_true_segments(resting: Live) -> None:
    """Let what was written be of what is there."""
    segments = resting.segments
    if segments._tasks:
        flows = {token for part in segments._flows.texts.values() for token in part}
        assert flows | (segments._tasks.keys() - {ROOT}) == set(resting.workflow.subprocesses)
        scopes = {token for part in segments._scopes.texts.values() for token in part}
        assert scopes | segments._long.keys() == set(resting.scopes.values)


def require_scopes_of_tokens(case: Case) -> None:
    """Let every scope of variables be that of a token that is there, in a scope that is there."""
    run = case._run
    if not run.workflow.completed:
        assert all(scope == ROOT or run.workflow.find(scope) is not None for scope in run.scopes.values)
        assert {*run.scopes.parents, *run.scopes.parents.values()} <= set(run.scopes.values)
