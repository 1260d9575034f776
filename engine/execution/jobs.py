"""Jobs come into being here, and are handed out to the workers of other machines in the same transaction."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from engine import clock
from engine.config import load_lease
from engine.connectors import CONNECTORS
from engine.model import Job

lease = cache(load_lease)
"""How long a job belongs to the worker, or to the queue, that took it. Who died gives it back by not renewing."""

QUEUE_NAME = "queue"
"""Who leases a job while it is in the queue."""

SOON = dt.timedelta(seconds=10)
"""Workers look for what has become due at least this often; what is due earlier is told to one of them."""

# One statement. A job that is due now is leased to the queue and put into it; its lock lets one worker at a time
# work on one case. A job that is due later is not: one that waits in the queue holds the lock against all jobs of
# its case that come after it, and is read again at each look for work. Nor is one handed out again whose entry is
# still there: where there is more to do than workers can do within a lease, the queue would grow faster than it ends.
_HAND_OUT = text("""
    WITH ours AS (
        SELECT id, due_at, leased_until IS NOT NULL AS taken FROM jobs
        WHERE id = ANY(CAST(:ids AS bigint[])) AND state = 'CREATED'
        AND (kind <> 'service' OR type = ANY(CAST(:types AS text[])))
    ), queued AS (
        SELECT CAST(args->>'job_id' AS bigint) AS id FROM procrastinate_jobs
        WHERE :again AND queue_name = 'jobs' AND task_name = 'do' AND status IN ('todo', 'doing')
    ), due AS (
        UPDATE jobs SET leased_by = :queue, leased_until = :until FROM ours
        WHERE jobs.id = ours.id AND jobs.due_at <= :now
        RETURNING jobs.id, ours.taken, COALESCE('case:' || jobs.instance_id, 'start:' || jobs.type) AS lock
    ), deferred AS (
        SELECT id, ROW('jobs', 'do', 0, lock, NULL, jsonb_build_object('job_id', id), NULL)
        ::procrastinate_job_to_defer_v1 AS one FROM due
        WHERE NOT (taken AND id IN (SELECT id FROM queued))
        UNION ALL
        SELECT 0, ROW('jobs', 'look', 1, NULL, NULL, '{}', NULL)::procrastinate_job_to_defer_v1
        WHERE EXISTS (SELECT 1 FROM ours WHERE due_at > :now AND due_at <= :soon)
    )
    SELECT procrastinate_defer_jobs_v1(array_agg(one ORDER BY id)) FROM deferred
""")


def insert_jobs(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert jobs, rows of ``jobs``; where workers take them from the queue, put what is due into it."""
    if not hands_out(session):
        session.execute(insert(Job), rows)
        return
    made = session.scalars(insert(Job).returning(Job.id, sort_by_parameter_order=True), rows).all()
    hand_out(session, made)


def hand_out(session: Session, job_ids: Sequence[int], *, again: bool = False) -> None:
    """Put those of the jobs that are due into the queue, in one statement; nothing where there is no queue.

    To be called for each job that is new or has another ``due_at``. One that was called off meanwhile does no
    harm in the queue: a worker finds it done. ``again`` is for jobs whose lease has run out: those that still are in
    the queue keep their place and get a new lease.
    """
    if not hands_out(session) or not job_ids:
        return
    session.flush()
    now = clock.now()
    times = {"now": now, "until": now + lease(), "soon": now + SOON}
    values = {"ids": list(job_ids), "types": sorted(CONNECTORS), "queue": QUEUE_NAME, "again": again, **times}
    session.execute(_HAND_OUT, values)


def hands_out(session: Session) -> bool:
    """Tell whether workers take their jobs from Procrastinate's queue; else they look for them in ``jobs``."""
    return bool(session.info.get("hands_out"))
