"""Suspended cases: nobody works on them, and their timers, jobs and messages wait until they are resumed.

Each waiting job is leased for ever to nobody: workers look by time alone, so what is suspended costs them nothing.
"""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.execution.jobs import hand_out
from engine.model import Job

NOBODY = "suspended"
"""The name that the jobs of suspended cases are leased to."""
FOR_EVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


def park_jobs(session: Session, instance_id: int) -> None:
    """Let the open jobs of a case wait for its resumption; what ends the case with its caller does not wait."""
    session.execute(
        update(Job)
        .where(Job.instance_id == instance_id, Job.state == "CREATED", Job.kind != "cancel")
        .values(leased_by=NOBODY, leased_until=FOR_EVER)
    )


def release_jobs(session: Session, instance_id: int) -> None:
    """Let the jobs of a case go on: what became due meanwhile is done at once, a missed cycle once."""
    released = session.scalars(
        update(Job)
        .where(Job.instance_id == instance_id, Job.leased_by == NOBODY, Job.state == "CREATED")
        .values(leased_by=None, leased_until=None)
        .returning(Job.id)
    ).all()
    hand_out(session, released)
