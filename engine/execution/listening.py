"""Listeners that are done: what they brought goes into the case, and history keeps it."""

from collections.abc import Mapping

from engine.audit.chain import NewEvent
from engine.execution.locked import LockedCase
from engine.execution.people import hand_to_administrators
from engine.execution.write import write_outcome


def listener_done(
    locked: LockedCase, brought: Mapping[str, object], actor: str, evidence: Mapping[str, object] | None = None
) -> None:
    """Let a case go on with what the listener of a locked job brought; the job itself is closed already.

    ``evidence`` is what else history keeps. Raises GoneError where the case went on without it.
    """
    case = locked.wake()
    case.complete_listener(locked.work.token, brought)
    event = NewEvent(
        kind="listener.completed",
        actor=actor,
        element_id=locked.work.element_id,
        token=locked.work.token,
        body={
            "job": locked.work.job_id,
            "type": locked.work.type,
            "listener": locked.work.listener,
            "reply": dict(brought),
            **(evidence or {}),
        },
    )
    write_outcome(locked, hand_to_administrators(case.outcome(), locked.organisation), event)
