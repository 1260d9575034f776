"""Which jobs are for external workers, and free: asked by the look that takes no lock and by the lease that does."""

import datetime as dt

from sqlalchemy import ColumnElement, and_

from engine.connectors import CONNECTORS
from engine.model import Job


def free_for_workers(type_: str, now: dt.datetime) -> ColumnElement[bool]:
    """Give the condition on jobs of a type that a worker may take now."""
    return and_(
        Job.kind == "service",
        Job.type == type_,
        # What the program does by itself is not for others.
        Job.type.not_in(CONNECTORS),
        Job.state == "CREATED",
        Job.look_at <= now,
    )
