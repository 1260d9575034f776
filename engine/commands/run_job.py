"""Do a due job: let an event happen, call a connector, start or end a case, bring a result back."""

from collections.abc import Callable, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.connectors import RefusedError
from engine.errors import GoneError, mark
from engine.execution.calling import call_process
from engine.execution.connecting import SYSTEM, connect
from engine.execution.immutable import definition
from engine.execution.live_cases import stay_awake_as_it_was
from engine.execution.locked import LockedCase, environment, lock_job
from engine.execution.overdue import act_on_overdue
from engine.execution.passages import record_correlation
from engine.execution.people import hand_to_administrators
from engine.execution.rows import changed
from engine.execution.start_events import start_again, take_turns
from engine.execution.starting import write_start
from engine.execution.subscriptions import queue_up_again, wait_again
from engine.execution.write import write_event, write_outcome
from engine.interpreter import OVERDUE, REPEATING, Case
from engine.model import Job
from engine.organisation import organisation

_CAUSES = ("cycle", "told_by", "handled")
"""What history says of the timer, message or signal that brought something about, and of who tried a start again."""


def run_job(session: Session, job_id: int, replies: Mapping[str, object] | None = None) -> None:
    """Do a job and run its case on, all in this transaction.

    ``replies`` are what its errands outside have brought, see ``engine.execution.errands``.
    Raises GoneError where the job is done or its case went on; anything else that is raised leaves
    everything as it was, and the worker then calls ``fail_job``.
    """
    kind, type_ = session.execute(select(Job.kind, Job.type).where(Job.id == job_id)).one()
    if kind == "start":
        _start(session, job_id, type_)
        return
    # A case whose caller has ended ends, even where it rests.
    locked = lock_job(session, job_id, suspended_too=kind == "cancel")
    _close(session, job_id)
    if locked.work.kind == "service":
        connect(locked, replies or {})
    elif locked.work.listener == OVERDUE:
        act_on_overdue(locked)
    else:
        _DO[locked.work.kind](locked)


def _close(session: Session, job_id: int) -> None:
    done = changed(
        session, update(Job).where(Job.id == job_id, Job.state.in_(("CREATED", "FAILED"))).values(state="COMPLETED")
    )
    if done != 1:
        raise GoneError(mark("这项作业已经结束。"))


def _let_happen(locked: LockedCase) -> None:
    case, token = locked.wake(), locked.work.token
    comes_again = locked.definition.process.elements[locked.work.element_id].event in REPEATING
    if comes_again:
        queue_up_again(locked.session, locked.instance.id, token)
    brought, payload = _variables(locked), locked.work.payload or {}
    ends = {"ends": True} if case.fire(token, brought, cycle=payload.get("cycle")) else {}
    kind = "timer.fired" if locked.work.kind == "timer" else "event.received"
    cause = {name: payload[name] for name in _CAUSES if name in payload}
    _write(locked, case, _event(locked, kind, {"due": locked.work.due_at, "input": brought, **cause, **ends}))
    record_correlation(locked.session, payload, locked.instance.id, token, locked.work.element_id)
    if comes_again:
        wait_again(locked.session, locked.instance.id, token)


def _call_process(locked: LockedCase) -> None:
    number = call_process(locked, locked.wake())
    write_event(locked, _event(locked, "call.started", {"called": number, "process": locked.work.type}))
    # Of thousands that are called by one case, none reads its whole state anew.
    stay_awake_as_it_was(locked)


def _return(locked: LockedCase) -> None:
    if "error" in locked.work.payload:
        _catch(locked, str(locked.work.payload["error"]))
        return
    if not locked.work.payload["ended"]:
        raise RefusedError(mark("被调用的事项没有正常结束（已撤销或终止），这里无法继续。"))
    case, token = locked.wake(), locked.work.token
    element_id = case.element_id(token)
    element = locked.definition.process.elements[element_id]
    brought = _variables(locked)
    if not (element.outputs or element.called is None or element.called.propagate_child):
        brought = {}
    case.complete(token, brought)
    event = NewEvent(kind="call.returned", actor=SYSTEM, element_id=element_id, token=token, body={"input": brought})
    _write(locked, case, event)


def _catch(locked: LockedCase, code: str) -> None:
    """Let an error of the called case happen at the call activity."""
    case, token = locked.wake(), locked.work.token
    element_id = case.element_id(token)
    case.throw_error(token, code)
    body = {"job": locked.work.job_id, "code": code, "message": _CAUGHT.format(error=code), "input": {}}
    _write(locked, case, NewEvent(kind="job.error", actor=SYSTEM, element_id=element_id, token=token, body=body))


def _cancel(locked: LockedCase) -> None:
    case = locked.wake()
    case.cancel()
    error = (locked.work.payload or {}).get("error")
    reason = mark("调用它的事项已经结束") if error is None else _CAUGHT.format(error=error)
    event = NewEvent(kind="case.terminated", actor=SYSTEM, body={"reason": reason})
    write_outcome(locked, case.outcome(), event, state="TERMINATED", ended=reason, error=error)


def _start(session: Session, job_id: int, process_id: str) -> None:
    take_turns(session, process_id)
    # Read after the turn has come: another worker may have failed at it and sent its timer on.
    job = session.get_one(Job, job_id)
    _close(session, job_id)
    start_again(session, job)
    payload = job.payload or {}
    found = definition(session, int(payload["definition"]))
    known = organisation(session)
    env = environment(session, known, found)
    variables = {**payload["variables"], "initiator": None}
    case = Case.start(found.specification, env, variables, start_event=payload["element"])
    outcome = hand_to_administrators(case.outcome(), known)
    event = NewEvent(
        kind="case.started",
        actor=SYSTEM,
        body={
            "input": payload["variables"],
            "initiator": None,
            "start": payload["element"],
            "process": found.process_id,
            "version": found.version,
            "job": job_id,
            "due": job.due_at,
            **{name: payload[name] for name in _CAUSES if name in payload},
        },
    )
    number = write_start(session, found, case, outcome, event, started_by=SYSTEM)
    record_correlation(session, payload, number, None, payload["element"])


def _variables(locked: LockedCase) -> Mapping[str, object]:
    found: Mapping[str, object] = (locked.work.payload or {}).get("variables", {})
    return found


def _write(locked: LockedCase, case: Case, event: NewEvent) -> None:
    write_outcome(locked, hand_to_administrators(case.outcome(), locked.organisation), event)


def _event(locked: LockedCase, kind: str, body: dict[str, object]) -> NewEvent:
    return NewEvent(
        kind=kind,
        actor=SYSTEM,
        element_id=locked.work.element_id,
        token=locked.work.token,
        body={"job": locked.work.job_id, **body},
    )


_CAUGHT = mark("错误“{error}”由调用它的事项处理")
_DO: Mapping[str, Callable[[LockedCase], None]] = {
    "timer": _let_happen,
    "event": _let_happen,
    "call": _call_process,
    "return": _return,
    "cancel": _cancel,
}
