"""Storing what a step caused: the difference in tasks and jobs, the new state, the new history."""

import datetime as dt
from collections.abc import Mapping
from typing import cast

from engine.audit.chain import NewEvent, append
from engine.errors import ConflictError, mark
from engine.execution.decisions import record_decisions
from engine.execution.effects import close_everything, close_overdue, open_everything, return_to_caller
from engine.execution.escaping import escaping
from engine.execution.history import with_effects
from engine.execution.incidents import close_incidents
from engine.execution.live_cases import stay_awake
from engine.execution.locked import LockedCase
from engine.execution.passages import record_passages
from engine.execution.picking import release_entries
from engine.execution.prepared import INSERT_EVENT, change_case
from engine.execution.readers import add_readers
from engine.execution.statements import settle
from engine.execution.subscriptions import close_subscriptions, queue_up, turns_of
from engine.execution.suspending import park_jobs
from engine.execution.task_changes import apply_changes
from engine.execution.telling import COPIED, tell
from engine.interpreter import Outcome


def write_outcome(
    locked: LockedCase,
    outcome: Outcome,
    event: NewEvent,
    *,
    state: str | None = None,
    ended: str | None = None,
    error: str | None = None,
) -> None:
    """Write everything a command caused, in as few statements as it takes.

    ``event`` is what people will read; what the step caused is added to its body. ``state`` and ``ended``
    say how the case ended where a person ended it; ``error`` is what its caller is to catch then. Raises
    ConflictError where the case changed meanwhile.
    """
    session, instance_id, now = locked.session, locked.instance.id, locked.environment.now
    outcome = apply_changes(locked, outcome, event.actor)
    queue_up(session, turns_of(outcome.subscriptions))
    close_everything(session, instance_id, outcome)
    _close_subscriptions(locked, outcome)
    _close_overdue(locked, outcome)
    resolved = close_incidents(locked, outcome, event.actor) if locked.instance.incident_count else 0
    escapes = escaping(session, locked.instance.parent_id, locked.instance.parent_token, outcome)
    open_everything(session, locked.definition, instance_id, outcome, now, error=escapes)
    record_passages(session, locked.definition, instance_id, outcome, now, ended=state)
    _copy(locked, outcome)
    record_decisions(session, instance_id, outcome, event.actor, now)
    row, head = append(
        locked.head,
        with_effects(event, outcome),
        instance_id=instance_id,
        at=now,
        definition_hash=locked.definition.hash,
    )
    INSERT_EVENT.send(session, row)
    stay_awake(locked, outcome)
    columns = {"body": outcome.body, "event_count": head.sequence, "chain_head": head.hash}
    opened = len(outcome.stuck) if escapes is None else 0
    _update_instance(locked, columns | _ending(outcome, state, ended, now), incidents=opened - resolved)
    if locked.instance.suspended_at is not None:
        park_jobs(session, instance_id)
    if outcome.ended:
        release_entries(session, instance_id)
    if outcome.ended and locked.instance.parent_id is not None:
        return_to_caller(
            session,
            locked.instance.parent_id,
            locked.instance.parent_token,
            outcome.variables,
            ended=state is None,
            error=error,
        )
    settle(session)


def write_event(locked: LockedCase, event: NewEvent, **columns: object) -> None:
    """Write an event of a command that moves no token, such as a claim, and new values of columns of the case's row."""
    row, head = append(
        locked.head,
        event,
        instance_id=locked.instance.id,
        at=locked.environment.now,
        definition_hash=locked.definition.hash,
    )
    INSERT_EVENT.send(locked.session, row)
    _update_instance(locked, {"event_count": head.sequence, "chain_head": head.hash, **columns})
    settle(locked.session)


def _copy(locked: LockedCase, outcome: Outcome) -> None:
    """Let those read the case to whom elements have copied it; most processes copy to nobody, at no cost."""
    for one in outcome.copies:
        element = locked.definition.process.elements[str(one["element"])]
        people = [name for name in cast("list[str]", one["people"]) if name in locked.organisation.people]
        add_readers(locked, "copy", people, by="system", note=element.label)
        tell(locked, people, COPIED.format(title=locked.instance.title))


def _close_subscriptions(locked: LockedCase, outcome: Outcome) -> None:
    """Forget what tokens that went on have waited for; most processes wait for nothing and cost nothing."""
    if locked.definition.process.waits_for_events:
        gone = [*outcome.canceled, *outcome.completed_tokens]
        close_subscriptions(locked.session, locked.instance.id, gone)


def _close_overdue(locked: LockedCase, outcome: Outcome) -> None:
    """Call off what was to happen with tasks that were done in time; most processes cost nothing."""
    gone = [*outcome.canceled, *outcome.completed_tokens]
    if gone and locked.definition.process.has_overdue:
        close_overdue(locked.session, locked.instance.id, gone)


def _ending(outcome: Outcome, state: str | None, ended: str | None, now: dt.datetime) -> dict[str, object]:
    if not outcome.ended:
        return {}
    name = outcome.ended_at.label if outcome.ended_at is not None else None
    return {"state": state or "COMPLETED", "outcome": ended or name, "ended_at": now}


def _update_instance(locked: LockedCase, values: Mapping[str, object], *, incidents: int = 0) -> None:
    """Write new values of the case's row; ``incidents`` have come and not gone."""
    row = {f"new_{name}": value for name, value in values.items()}
    row |= {"case": locked.instance.id, "seen": locked.instance.revision, "incidents": incidents}
    change_case(*values).send(locked.session, row, _overtaken)


def _overtaken() -> ConflictError:
    return ConflictError(mark("这个事项刚被别人改动，请刷新后再试。"))
