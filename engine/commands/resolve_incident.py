"""Resolve an Incident by trying again what got stuck, with better data where they were the cause."""

from collections.abc import Mapping

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from engine.execution.incidents import event_of, lock_incident
from engine.execution.jobs import hand_out
from engine.execution.locked import LockedCase
from engine.execution.people import hand_to_administrators
from engine.execution.words import words
from engine.execution.write import write_event, write_outcome
from engine.interpreter import Case
from engine.model import Incident, Job


def resolve_incident(
    session: Session,
    incident_id: int,
    actor: str,
    *,
    corrections: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """Try again: a failed job is due at once with one more try, a stuck token runs again.

    ``corrections`` are set before, each where the stuck element sees it: in the innermost scope that has a
    variable of that name, else in the case. Where the cause is still there a new Incident says so. Raises
    NotFoundError, ForbiddenError for anybody but an administrator, ConflictError where it is resolved.
    """
    locked, incident = lock_incident(session, incident_id, actor)
    if incident.job_id is not None:
        _try_job_again(locked, incident.job_id)
    why = {"reason": words(reason)} if reason.strip() else {}
    if corrections:
        _correct(locked, incident, corrections, actor, why)
    elif incident.job_id is not None or incident.code == "nobody_found":
        write_event(locked, event_of(incident, "incident.resolved", actor, **why))
    else:
        case = locked.wake()
        case.retry(incident.token)
        _write(locked, case, incident, "incident.resolved", actor, **why)


def _correct(
    locked: LockedCase,
    incident: Incident,
    corrections: Mapping[str, object],
    actor: str,
    why: Mapping[str, str],
) -> None:
    case = locked.wake()
    before = case.visible(incident.token)
    case.correct(incident.token, corrections)
    waits_elsewhere = incident.job_id is not None or incident.code == "nobody_found"
    if waits_elsewhere:
        case.settle()
    else:
        case.retry(incident.token)
    _write(
        locked,
        case,
        incident,
        "incident.corrected",
        actor,
        input=dict(corrections),
        before={name: before.get(name) for name in corrections},
        retried=not waits_elsewhere,
        **why,
    )


def _try_job_again(locked: LockedCase, job_id: int) -> None:
    locked.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == "FAILED")
        .values(
            state="CREATED",
            # More than one where somebody has given it more since it failed.
            retries=func.coalesce(func.nullif(Job.retries, 0), 1),
            due_at=locked.environment.now,
            error=None,
        )
    )
    hand_out(locked.session, [job_id])


def _write(locked: LockedCase, case: Case, incident: Incident, kind: str, actor: str, **body: object) -> None:
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    write_outcome(locked, outcome, event_of(incident, kind, actor, **body))
