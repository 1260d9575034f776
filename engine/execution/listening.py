"""Listeners: asked before something is done with a task, and what they say put into effect."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select, update

from engine.audit.chain import NewEvent
from engine.errors import InvalidError, mark
from engine.execution.acting import Acting
from engine.execution.locked import LockedCase
from engine.execution.people import hand_to_administrators
from engine.execution.rows import changed, overtaken
from engine.execution.write import write_outcome
from engine.interpreter import AGREED, CORRECTABLE, DENIABLE, TASK_EVENTS, Answer, Case
from engine.model import UserTask

STATES = {"assigning": "ASSIGNING", "updating": "UPDATING", "completing": "COMPLETING"}
"""What a task is called while its listeners are asked, in the words of the published API."""
_HEARD = ("action", "assignee", "changes", "result", "by")
"""Of what is wanted, what listeners hear; the rest is for when they have agreed."""


def ask_listeners(
    locked: LockedCase, event: str, wanted: Mapping[str, object], acting: Acting, *, case: Case | None = None
) -> bool:
    """Ask the listeners of a locked task before it is assigned, updated or completed; tell whether it has any.

    ``wanted`` is the ``action``, with the ``assignee``, the ``changes``, or the ``result`` and ``by`` whom it comes;
    of a task that is passed on also the ``reason``, the ``delegation``, and the ``title`` of what who gets it is told.
    ``case`` is the case where it is awake.
    Where there are listeners everything is written and the command is over: what is wanted happens when they
    have agreed. Raises ConflictError where somebody was first.
    """
    work = locked.work
    element = locked.definition.process.elements.get(work.element_id)
    if element is None or not element.listeners_at(event):
        return False
    case = case or locked.wake()
    case.request(work.token, event, {name: wanted[name] for name in _HEARD if name in wanted})
    asked = {name: value for name, value in wanted.items() if name != "result"}
    _set_pending(locked, {"state": STATES[event], "by": acting.actor, "on_behalf_of": acting.on_behalf_of, **asked})
    body: dict[str, object] = {name: wanted[name] for name in ("action", "reason") if name in wanted}
    body["task"] = work.task_id
    if "result" in wanted:
        body |= {"input": wanted["result"], "completed_by": acting.actor}
    elif "changes" in wanted:
        body["changed"] = wanted["changes"]
    else:
        body["assignee"] = [work.assignee, wanted["assignee"]]
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    write_outcome(locked, outcome, acting.event(locked, f"task.{event}", body))
    return True


def listener_done(
    locked: LockedCase,
    brought: Mapping[str, object],
    actor: str,
    answer: Answer = AGREED,
    evidence: Mapping[str, object] | None = None,
) -> None:
    """Let a case go on with what the listener of a locked job brought and says; the job itself is closed already.

    ``evidence`` is what else history keeps. Raises InvalidError for an answer that such a listener can't give,
    GoneError where the case went on without it.
    """
    _check(str(locked.work.listener), brought, answer)
    case = locked.wake()
    handed_in = case.requested(locked.work.token)
    case.complete_listener(locked.work.token, brought, answer)
    completes = case.hands_in()
    if completes:
        _close(locked)
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    event = locked.job_event(
        "listener.completed",
        actor,
        listener=locked.work.listener,
        listened_by=actor,
        reply=dict(brought),
        denied=answer.denied,
        corrections=dict(answer.corrections),
        **(evidence or {}),
    )
    if completes:
        event = _completion(locked, event, handed_in)
    write_outcome(locked, outcome, event)


def _close(locked: LockedCase) -> None:
    """Close the row of a task before its case goes on: the rules of what comes next ask who has done what."""
    task_id, person, _ = _asked(locked)
    closed = {"state": "COMPLETED", "completed_by": person, "completed_at": locked.environment.now}
    locked.session.execute(update(UserTask).where(UserTask.id == task_id).values(**closed))


def _completion(locked: LockedCase, event: NewEvent, handed_in: object) -> NewEvent:
    """Make the event of a task of the one of its last listener, which has agreed.

    It is the person who has done the task, in every list and on every page; history names the listener, too.
    """
    task_id, person, principal = _asked(locked)
    body = {**event.body, "task": task_id, "input": handed_in}
    return replace(event, kind="task.completed", actor=person, on_behalf_of=principal, body=body)


def _check(event: str, brought: Mapping[str, object], answer: Answer) -> None:
    if event in TASK_EVENTS and brought:
        raise InvalidError(mark("任务监听器不能带回变量，只能同意、拒绝或更正任务的属性。"), where="variables")
    if answer.denied is not None and event not in DENIABLE:
        raise InvalidError(mark("时机为 {event} 的监听器不能拒绝。"), where="result.denied", event=event)
    unknown = set(answer.corrections) - CORRECTABLE
    if unknown or (answer.corrections and event not in TASK_EVENTS):
        raise InvalidError(
            mark("监听器不能更正 {names}；可以更正的有：{allowed}。"),
            where="result.corrections",
            names="、".join(sorted(unknown or answer.corrections)),
            allowed="、".join(sorted(CORRECTABLE)) if event in TASK_EVENTS else "—",
        )


def _set_pending(locked: LockedCase, pending: Mapping[str, object]) -> None:
    done = changed(
        locked.session,
        update(UserTask)
        .where(
            UserTask.id == locked.work.task_id,
            UserTask.state == "CREATED",
            UserTask.pending.is_(None),
            UserTask.assignee.is_not_distinct_from(locked.work.assignee),
        )
        .values(pending=dict(pending), denied=None),
    )
    if done != 1:
        raise overtaken(locked.work.task_name)


def _asked(locked: LockedCase) -> tuple[int, str, str | None]:
    """Give the task that a listener is asked about, who wants it completed, and on whose behalf."""
    row = locked.session.execute(
        select(UserTask.id, UserTask.pending).where(
            UserTask.instance_id == locked.instance.id,
            UserTask.token == locked.work.token,
            UserTask.parent_task_id.is_(None),
        )
    ).one()
    return row.id, str(row.pending["by"]), row.pending.get("on_behalf_of")
