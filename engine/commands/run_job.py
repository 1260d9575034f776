"""Do a due job: fire a timer, or let a connector work and complete its task."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.connectors import CONNECTORS, Call
from engine.errors import ConflictError, mark
from engine.execution.locked import LockedCase, lock_job
from engine.execution.people import hand_to_administrators
from engine.execution.rows import changed
from engine.execution.write import write_outcome
from engine.interpreter import Case
from engine.model import Job

SYSTEM = "system"
"""The actor of what no person did."""


def run_job(session: Session, job_id: int) -> None:
    """Do a job and run its case on, all in this transaction.

    Raises ConflictError where the job is done or its case has ended; anything a connector raises leaves
    everything as it was, and the worker then calls ``fail_job``.
    """
    locked = lock_job(session, job_id)
    case = locked.wake()
    event = _fire(locked, case) if locked.work.kind == "timer" else _call(locked, case)
    done = changed(
        session, update(Job).where(Job.id == job_id, Job.state.in_(("CREATED", "FAILED"))).values(state="COMPLETED")
    )
    if done != 1:
        raise ConflictError(mark("这项作业已经结束。"))
    write_outcome(locked, hand_to_administrators(case.outcome(), locked.organisation), event)


def _fire(locked: LockedCase, case: Case) -> NewEvent:
    case.fire(locked.work.token)
    return _event(locked, "timer.fired", {"due": locked.work.due_at})


def _call(locked: LockedCase, case: Case) -> NewEvent:
    inputs = case.inputs(locked.work.token)
    call = Call(
        session=locked.session,
        now=locked.environment.now,
        organisation=locked.organisation,
        instance_id=locked.instance.id,
        job_id=locked.work.job_id,
        started_by=locked.instance.started_by,
        inputs=inputs,
        variables=case.visible(locked.work.token),
    )
    reply = CONNECTORS[locked.work.type](call)
    case.complete(locked.work.token, reply)
    return _event(locked, "job.completed", {"type": locked.work.type, "input": inputs, "reply": reply})


def _event(locked: LockedCase, kind: str, body: dict[str, object]) -> NewEvent:
    return NewEvent(
        kind=kind,
        actor=SYSTEM,
        element_id=locked.work.element_id,
        token=locked.work.token,
        body={"job": locked.work.job_id, **body},
    )
