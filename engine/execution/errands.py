"""What a job has to do outside, planned in a short read and done with no transaction open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.config_outside import Outside
from engine.connectors import PLANNERS, Errand
from engine.execution.connecting import connector_call
from engine.execution.locked import look_at_job
from engine.model import Job


@dataclass(frozen=True, kw_only=True)
class Errands:
    """What is still to be done outside for a job, and what has been."""

    open: Mapping[str, Errand] = field(default_factory=dict)
    replies: Mapping[str, Any] = field(default_factory=dict)
    """What errands brought that an earlier try has done."""


def plan_errands(session: Session, job_id: int, outside: Outside) -> Errands:
    """Plan the errands of a job; most jobs have none. Locks nothing: the case may go on meanwhile.

    Raises GoneError where the job is done or its case went on, RefusedError for inputs that can't be.
    """
    kind, type_, payload = session.execute(select(Job.kind, Job.type, Job.payload).where(Job.id == job_id)).one()
    if kind != "service" or type_ not in PLANNERS:
        return Errands()
    looked_at = look_at_job(session, job_id)
    planned = PLANNERS[type_](connector_call(looked_at, looked_at.wake(), {}), outside)
    replies = (payload or {}).get("replies", {})
    return Errands(open={name: errand for name, errand in planned.items() if name not in replies}, replies=replies)


def note_reply(session: Session, job_id: int, replies: Mapping[str, object]) -> None:
    """Keep what the errands of a job have brought so far, so that a later try doesn't do them again."""
    session.execute(update(Job).where(Job.id == job_id).values(payload={"replies": dict(replies)}))
