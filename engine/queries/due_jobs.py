"""Whether there is work for an external worker, asked without a lock."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.model import Job


def has_due_job(session: Session, type_: str) -> bool:
    """Tell whether a worker of a type would get a job now; another one may still take it first."""
    now = clock.now()
    found = session.scalar(
        select(Job.id)
        .where(
            Job.kind == "service",
            Job.type == type_,
            Job.state == "CREATED",
            Job.due_at <= now,
            or_(Job.leased_until.is_(None), Job.leased_until < now),
        )
        .limit(1)
    )
    return found is not None
