"""Do a due job: let an event happen, call a connector, start or end a case, bring a result back."""

from collections.abc import Callable, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.connectors import CONNECTORS, Call, RefusedError
from engine.errors import GoneError, mark
from engine.execution.calling import call_process
from engine.execution.immutable import definition
from engine.execution.listening import listener_done
from engine.execution.locked import LockedCase, environment, lock_job
from engine.execution.people import hand_to_administrators
from engine.execution.rows import changed
from engine.execution.start_events import start_again, take_turns
from engine.execution.starting import write_start
from engine.execution.subscriptions import wait_again
from engine.execution.write import write_event, write_outcome
from engine.interpreter import REPEATING, Case, StuckError
from engine.model import Job
from engine.organisation import organisation

SYSTEM = "system"
"""The actor of what no person did."""


def run_job(session: Session, job_id: int) -> None:
    """Do a job and run its case on, all in this transaction.

    Raises GoneError where the job is done or its case went on; anything else that is raised leaves
    everything as it was, and the worker then calls ``fail_job``.
    """
    kind, type_ = session.execute(select(Job.kind, Job.type).where(Job.id == job_id)).one()
    if kind == "start":
        _start(session, job_id, type_)
        return
    locked = lock_job(session, job_id)
    _close(session, job_id)
    _DO[locked.work.kind](locked)


def _close(session: Session, job_id: int) -> None:
    done = changed(
        session, update(Job).where(Job.id == job_id, Job.state.in_(("CREATED", "FAILED"))).values(state="COMPLETED")
    )
    if done != 1:
        raise GoneError(mark("这项作业已经结束。"))


def _let_happen(locked: LockedCase) -> None:
    case, token = locked.wake(), locked.work.token
    brought, cycle = _variables(locked), (locked.work.payload or {}).get("cycle")
    case.fire(token, brought, cycle=cycle)
    kind = "timer.fired" if locked.work.kind == "timer" else "event.received"
    body = {"due": locked.work.due_at, "input": brought} | ({"cycle": cycle} if cycle is not None else {})
    _write(locked, case, _event(locked, kind, body))
    if locked.definition.process.elements[locked.work.element_id].event in REPEATING:
        wait_again(locked.session, locked.instance.id, token)


def _call_connector(locked: LockedCase) -> None:
    case = locked.wake()
    element = locked.definition.process.part(locked.work.element_id)
    inputs = _inputs(case, locked)
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
    result = CONNECTORS[locked.work.type](call)
    if locked.work.listener is not None:
        # Only a start listener has a scope of its own to put an answer into.
        reply = result if locked.work.listener == "start" and element.kind != "process" else {}
        listener_done(locked, reply, SYSTEM, {"input": inputs, "result": result})
        return
    # What a connector answers is for the evidence; the case takes of it what the diagram maps, and nothing else.
    reply = result if element.outputs else {}
    case.complete(locked.work.token, reply)
    body = {"type": locked.work.type, "input": inputs, "reply": reply, "result": result}
    _write(locked, case, _event(locked, "job.completed", body))


def _inputs(case: Case, locked: LockedCase) -> dict[str, object]:
    """Give what a connector works on. A listener has no input mappings of its own: its element's headers say it."""
    if locked.work.listener is None:
        return case.inputs(locked.work.token)
    try:
        return case.inputs_of_listener(locked.work.token)
    except StuckError as error:
        raise RefusedError(
            mark("监听器“{label}”的输入出错：{detail}"), label=locked.work.job_name, detail=str(error)
        ) from error


def _call_process(locked: LockedCase) -> None:
    number = call_process(locked, locked.wake())
    write_event(locked, _event(locked, "call.started", {"called": number, "process": locked.work.type}))


def _return(locked: LockedCase) -> None:
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


def _cancel(locked: LockedCase) -> None:
    case = locked.wake()
    case.cancel()
    reason = mark("调用它的事项已经结束")
    event = NewEvent(kind="case.terminated", actor=SYSTEM, body={"reason": reason})
    write_outcome(locked, case.outcome(), event, state="TERMINATED", ended=reason)


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
        },
    )
    write_start(session, found, env, outcome, event, started_by=SYSTEM)


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


_DO: Mapping[str, Callable[[LockedCase], None]] = {
    "timer": _let_happen,
    "event": _let_happen,
    "service": _call_connector,
    "call": _call_process,
    "return": _return,
    "cancel": _cancel,
}
