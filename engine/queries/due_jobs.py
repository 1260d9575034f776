"""Whether there is work for an external worker, asked without a lock."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.execution.external_jobs import free_for_workers
from engine.model import Job


def has_due_job(session: Session, type_: str) -> bool:
    """Tell whether a worker of a type would get a job now; another one may still take it first."""
    # The order leads the planner to the index, however many others wait.
    found = select(Job.id).where(free_for_workers(type_, clock.now())).order_by(Job.look_at).limit(1)
    return session.scalar(found) is not None
