"""What a step caused, as history keeps it: the auditor's view and the proof of a replay."""

from dataclasses import replace

from engine.audit.chain import NewEvent
from engine.interpreter import OpenedTask, Outcome


def with_effects(event: NewEvent, outcome: Outcome) -> NewEvent:
    """Add to an event what its step caused."""
    return replace(event, body={**event.body, **_always(outcome), **_where_any(outcome)})


def _always(outcome: Outcome) -> dict[str, object]:
    return {
        "passages": [[p.what, p.element_id, p.token, p.flow_id] for p in outcome.passages],
        "waiting": [[token, element] for token, element in sorted(outcome.waiting.items())],
        "changes": {name: list(pair) for name, pair in outcome.changes.items()},
        **({"ended_at": outcome.ended_at.id if outcome.ended_at is not None else None} if outcome.ended else {}),
    }


def _where_any(outcome: Outcome) -> dict[str, object]:
    facts: dict[str, object] = {
        "reads": outcome.reads,
        "tasks": [_task_fact(task) for task in outcome.tasks],
        "passed": [task.as_fact() for task in outcome.passed],
        "jobs": [job.as_fact() for job in outcome.jobs],
        "subscriptions": [
            {"token": s.token, "element": s.element.id, "kind": s.kind, "name": s.name, "key": s.correlation_key}
            for s in outcome.subscriptions
        ],
        "signals": outcome.signals,
        "copies": outcome.copies,
        "decisions": outcome.decisions,
        "stuck": [
            {"token": s.token, "element": s.element.id, "code": s.code, "message": s.message, "facts": s.facts}
            for s in outcome.stuck
        ],
    }
    return {name: value for name, value in facts.items() if value}


def _task_fact(task: OpenedTask) -> dict[str, object]:
    return {
        "token": task.token,
        "element": task.element.id,
        "assignee": task.assignee,
        "candidate_users": task.candidate_users,
        "candidate_groups": task.candidate_groups,
        "due": task.due_at,
        "facts": task.facts,
    }
