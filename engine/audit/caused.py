"""What a step caused, as history keeps it and as a replay finds it again."""

from engine.audit.standing import told
from engine.interpreter import OpenedTask, Outcome


def caused(outcome: Outcome) -> dict[str, object]:
    """Give what a step caused, by the names in the body of its event."""
    return {
        "passages": [[p.what, p.element_id, p.token, p.flow_id] for p in outcome.passages],
        **told(outcome),
        "changes": {name: list(pair) for name, pair in outcome.changes.items()},
        "tasks": [_people_and_rules(task) for task in outcome.tasks],
        "passed": [task.as_fact() for task in outcome.passed],
        "jobs": [job.as_fact() for job in outcome.jobs],
        "subscriptions": [
            {"token": s.token, "element": s.element.id, "kind": s.kind, "name": s.name, "key": s.correlation_key}
            for s in outcome.subscriptions
        ],
        "signals": list(outcome.signals),
        "copies": list(outcome.copies),
        "decisions": list(outcome.decisions),
        "ended_at": outcome.ended_at.id if outcome.ended and outcome.ended_at is not None else None,
    }


def _people_and_rules(task: OpenedTask) -> dict[str, object]:
    return {
        "token": task.token,
        "element": task.element.id,
        "assignee": task.assignee,
        "candidate_users": task.candidate_users,
        "candidate_groups": task.candidate_groups,
        "due": task.due_at,
        "facts": task.facts,
    }
