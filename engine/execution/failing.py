"""A job that could not be done: due again later, or an Incident."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import insert, update

from engine.connectors.reading import seconds
from engine.execution.jobs import hand_out
from engine.execution.locked import LockedCase
from engine.execution.write import write_event
from engine.interpreter import Element
from engine.model import Incident, Job, ProcessInstance

BACK_OFF = (dt.timedelta(seconds=10), dt.timedelta(minutes=1), dt.timedelta(minutes=10))
"""How long to wait before the second, third and every later try, where the diagram says nothing."""


def back_off(element: Element | None, left: int) -> dt.timedelta:
    """Give how long to wait before the next try, of which ``left`` are left.

    As the task's header ``retryBackoff`` says, the one of Camunda's connectors; else longer from try to try.
    """
    said = seconds(element.headers.get("retryBackoff", "")) if element is not None else None
    if said is not None:
        return said
    return BACK_OFF[len(BACK_OFF) - min(left, len(BACK_OFF))] if left else dt.timedelta(0)


def note_failure(
    locked: LockedCase,
    message: str,
    facts: Mapping[str, object],
    actor: str,
    *,
    retries: int,
    back_off: dt.timedelta,
) -> None:
    """Write down a failed try: ``retries`` more are left, the next one after ``back_off``; none left is an Incident."""
    values: dict[str, object] = {"retries": retries, "error": message.format(**facts), "leased_until": None}
    if retries:
        values["due_at"] = locked.environment.now + back_off
    else:
        values["state"] = "FAILED"
        _raise_incident(locked, message, facts)
    locked.session.execute(update(Job).where(Job.id == locked.work.job_id).values(**values))
    hand_out(locked.session, [locked.work.job_id])
    write_event(locked, locked.job_event("job.failed", actor, message=message, facts=facts, retries=retries))


def _raise_incident(locked: LockedCase, message: str, facts: Mapping[str, object]) -> None:
    locked.session.execute(
        insert(Incident),
        [
            {
                "instance_id": locked.instance.id,
                "token": locked.work.token,
                "element_id": locked.work.element_id,
                "name": locked.work.job_name,
                "job_id": locked.work.job_id,
                "code": "job_failed",
                "message": message,
                "facts": facts,
                "created_at": locked.environment.now,
            }
        ],
    )
    locked.session.execute(
        update(ProcessInstance)
        .where(ProcessInstance.id == locked.instance.id)
        .values(incident_count=ProcessInstance.incident_count + 1)
    )
