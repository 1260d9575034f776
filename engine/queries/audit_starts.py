"""Cases that could not be started, and what administrators did about each: for auditors."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from engine.model import Job, ProcessDefinition
from engine.organisation import Organisation, organisation

MOST = 200
"""Starts that are shown, the newest: a process that fails every minute would fill any page."""


@dataclass(frozen=True, kw_only=True)
class Handling:
    """One thing that somebody did about a start that had failed."""

    what: str
    """``retry`` or ``drop``."""
    by: str
    """A display name."""
    at: dt.datetime
    error: str
    """Why it had failed; empty where that was not kept."""
    reason: str
    """Why it was given up."""


@dataclass(frozen=True, kw_only=True)
class AuditedStart:
    """A case that a timer, message or signal should have started and that could not be at first."""

    job_id: int
    process_name: str
    due_at: dt.datetime
    state: str
    """``FAILED`` while nobody has dealt with it, ``COMPLETED`` where it was started after all."""
    error: str
    """Why it is not started now."""
    handlings: tuple[Handling, ...]


def audited_starts(session: Session) -> list[AuditedStart]:
    """Give the starts that failed for good at least once, the newest first, with all that was done about them."""
    newest = (
        select(ProcessDefinition.name)
        .where(ProcessDefinition.process_id == Job.type)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
        .correlate(Job)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Job.id,
            Job.state,
            Job.due_at,
            Job.error,
            Job.payload,
            func.coalesce(newest, Job.type).label("process_name"),
        )
        .where(Job.kind == "start", or_(Job.state == "FAILED", Job.payload["handled"].as_string().is_not(None)))
        .order_by(Job.id.desc())
        .limit(MOST)
    )
    known = organisation(session)
    return [_start(row, known) for row in rows]


def _start(row: Row[Any], known: Organisation) -> AuditedStart:
    payload = row.payload or {}
    due = payload.get("due")
    return AuditedStart(
        job_id=row.id,
        process_name=row.process_name,
        # A retry makes it due at once; when it should have been stands in what the timer brought.
        due_at=dt.datetime.fromisoformat(due) if isinstance(due, str) else row.due_at,
        state=row.state,
        error=row.error or "",
        handlings=tuple(_handling(one, known) for one in payload.get("handled", ())),
    )


def _handling(told: Mapping[str, Any], known: Organisation) -> Handling:
    return Handling(
        what=told["what"],
        by=known.display_name(told["by"]),
        at=dt.datetime.fromisoformat(told["at"]),
        error=told.get("error", ""),
        reason=told.get("reason", ""),
    )
