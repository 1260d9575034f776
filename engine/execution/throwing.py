"""A BPMN error at a job: the nearest event that catches its code happens, or the case gets an Incident."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import update

from engine.execution.locked import LockedCase
from engine.execution.people import hand_to_administrators
from engine.execution.write import write_outcome
from engine.interpreter import Case
from engine.model import Job


@dataclass(frozen=True, kw_only=True)
class Thrown:
    """A BPMN error."""

    code: str
    message: str
    """For people."""
    variables: Mapping[str, object] = field(default_factory=dict)
    """What it brings into the case."""


def throw(locked: LockedCase, case: Case, error: Thrown, actor: str, told: Mapping[str, object] | None = None) -> None:
    """Throw an error at the job that is locked; ``told`` is what else its event shall say."""
    case.throw_error(locked.work.token, error.code, error.variables)
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    caught = locked.work.token not in outcome.waiting
    locked.session.execute(
        update(Job)
        .where(Job.id == locked.work.job_id)
        .values(state="CANCELED" if caught else "FAILED", error=error.message)
    )
    said: dict[str, object] = {"code": error.code, "message": error.message, "input": dict(error.variables)}
    write_outcome(locked, outcome, locked.job_event("job.error", actor, **{**(told or {}), **said}))
