"""Take back a task one has just completed, or a signature one has just given: 撤回."""

from dataclasses import replace

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ConflictError, ForbiddenError, NotFoundError, mark
from engine.execution.going_back import ask_again, begun_at, go_back
from engine.execution.locked import LockedCase, lock_instance
from engine.execution.offered import offered
from engine.execution.own_part import is_own_part, take_own_part_back
from engine.execution.taking_back import Act, act_of, why_not
from engine.execution.unsigning import (
    is_held,
    is_own_act,
    is_signature,
    take_hand_in_back,
    take_signature_back,
    why_not_unsigned,
)
from engine.execution.ways import mark_returned
from engine.execution.words import words
from engine.interpreter import Case
from engine.model import UserTask

NOT_ANY_MORE = mark("“{name}”已不能撤回。")


def take_back_task(session: Session, task_id: int, actor: str, *, reason: str = "") -> None:
    """Open a task again that a person has completed, with what was handed in as its draft.

    Possible while nobody and nothing has touched what came of it: no task claimed, begun or done, no job run, no
    message or signal sent. A signature can be taken back until the task it is for is handed in or goes on, and a
    hand-in that waits for signatures until somebody has signed after it.
    Of several who sign each takes back their own while the whole goes on, in a sequence while the next is untouched.
    Raises NotFoundError, ForbiddenError for anybody else, ConflictError where it is too late.
    """
    task = session.get(UserTask, task_id)
    if task is None:
        raise NotFoundError(mark("没有编号为 {number} 的记录。"), number=task_id)
    locked = lock_instance(session, task.instance_id)
    _require_own(locked, task, actor)
    event = _event(task, actor, words(reason))
    if is_signature(task) or is_held(task):
        refused = why_not_unsigned(session, task)
        if refused is not None:
            raise ConflictError(refused, name=task.name)
        take = take_signature_back if is_signature(task) else take_hand_in_back
        take(locked, task, event)
        return
    case = locked.wake()
    if is_own_part(session, locked.definition, task):
        part = {**event.body, "instance": True, "assignee": task.assignee}
        take_own_part_back(locked, case, task, replace(event, body=part))
        return
    act = act_of(session, locked.definition.process, task, case.arrivals())
    refused = why_not(session, task, act)
    if act is None or refused is not None:
        raise ConflictError(refused or NOT_ANY_MORE, name=task.name)
    _again(locked, case, (task, act), event)


def _require_own(locked: LockedCase, task: UserTask, actor: str) -> None:
    # Read again: whoever waited for the lock may have seen the row as it was before.
    locked.session.refresh(task)
    if not is_own_act(task, actor):
        raise ForbiddenError(mark("只有办理人可以撤回“{name}”。"), name=task.name)
    element = locked.definition.process.elements.get(task.element_id)
    if "takeBack" not in offered(element):
        raise ForbiddenError(mark("“{name}”这一步不提供撤回。"), name=task.name)


def _event(task: UserTask, actor: str, reason: str) -> NewEvent:
    return NewEvent(
        kind="task.taken_back",
        actor=actor,
        on_behalf_of=task.assignee if task.assignee != actor else None,
        element_id=task.element_id,
        token=task.token,
        body={
            "task": task.id,
            "target": {"element": task.element_id, "token": task.token},
            **({"reason": reason} if reason else {}),
        },
    )


def _again(locked: LockedCase, case: Case, done: tuple[UserTask, Act], event: NewEvent) -> None:
    task, act = done
    said = {"signatures": task.signatures} if task.signatures else {}
    event = replace(event, body={**event.body, **said})
    if act.detour is None:
        outcome = go_back(locked, case, act.plan, task.assignee, event)
    else:
        outcome = ask_again(locked, case, (task, act.detour), event)
    returned = {"act": "takeBack", "by": event.actor, "at": locked.environment.now.isoformat()}
    begun = begun_at(outcome, task.element_id)
    mark_returned(locked.session, task.instance_id, begun, returned, act.submitted)
    if said:
        # What others have said is not for the holder to take back.
        again = UserTask.instance_id == task.instance_id, UserTask.token.in_(begun)
        locked.session.execute(update(UserTask).where(*again).values(said))
