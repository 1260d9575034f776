"""Ask more people to sign a task: 加签 before, after, or in parallel."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from engine.errors import ConflictError, InvalidError, mark
from engine.execution.acting import (
    Acting,
    acting_holder,
    require_person,
    require_undelegated,
)
from engine.execution.locked import LockedCase, lock_task
from engine.execution.offered import require_offered
from engine.execution.people import hand_to_administrators
from engine.execution.rows import changed, overtaken
from engine.execution.signing import TITLE, refuse_initiator, refuse_second_voice, refuse_twice
from engine.execution.telling import tell
from engine.execution.words import required_reason
from engine.execution.write import write_event, write_outcome
from engine.interpreter import Case
from engine.model import UserTask

MOST = 50
"""People one can ask at once."""


@dataclass(frozen=True, kw_only=True)
class Signers:
    """Who shall sign, and when."""

    people: Sequence[str]
    position: Literal["before", "after", "parallel"]
    """Of the task itself: it waits for them, they wait for it, or both go on and its completion waits."""
    reason: str


def add_signers(session: Session, task_id: int, wanted: Signers, actor: str) -> None:
    """Let more people sign a task of one's own.

    On a plain task each gets a task of their own on the same token, and what they say is in ``signatures``. A
    multi-instance task gets an instance for each, which its rules, results and counters treat like any other.
    Raises NotFoundError, ForbiddenError, ConflictError, InvalidError for people who can't sign in, sign already or
    started a case they may not decide on.
    """
    locked = lock_task(session, task_id)
    acting = acting_holder(locked, actor)
    require_offered(locked, "addSign")
    require_undelegated(locked)
    if locked.work.parent_task_id is not None:
        raise ConflictError(mark("加签的任务不能再加签。请写好意见签署，或请原办理人加签。"))
    reason = required_reason(wanted.reason)
    people = list(dict.fromkeys(wanted.people))
    if not 0 < len(people) <= MOST:
        raise InvalidError(mark("请选 1 到 {most} 人。"), where="people", most=MOST)
    for person in people:
        require_person(locked, person, "people")
        refuse_initiator(locked, person, "people")
    case = locked.wake()
    if case.is_instance(locked.work.token):
        _add_instances(locked, case, acting, Signers(people=people, position=wanted.position, reason=reason))
    else:
        _add_tasks(locked, acting, Signers(people=people, position=wanted.position, reason=reason))


def _add_instances(locked: LockedCase, case: Case, acting: Acting, wanted: Signers) -> None:
    token = locked.work.token
    refuse_second_voice(locked, case, wanted.people, "people")
    before = {waiting for waiting, _element in case.waits_at(locked.work.element_id)}
    # Whoever is named first is to sign first.
    ordered = list(reversed(wanted.people)) if wanted.position == "after" else list(wanted.people)
    if wanted.position == "before" and len(ordered) > 1:
        raise InvalidError(mark("依次签一次只能在前面加一位。"), where="people")
    # Who has the task gets it again, with what they have typed, and be it that its rule names somebody else.
    held = {"holder": locked.work.assignee} if wanted.position == "before" else {}
    for person in ordered:
        case.add_instance(token, person, wanted.position, **held)
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    element_id = locked.work.element_id
    # Whoever has agreed before is not asked again, where the task's rules say so: then it goes on at once.
    goes_on = wanted.position == "after" or any(one.element.id == element_id for one in outcome.passed)
    opened = [task for task in outcome.tasks if task.token not in before and task.element.id == element_id]
    wrong = [task for task in opened if task.assignee not in wanted.people]
    if wrong and not goes_on:
        raise InvalidError(
            mark("“{label}”的办理人由规则 {rule} 决定，不是集合里的用户名，不能加签。"),
            where="people",
            label=wrong[0].element.label,
            rule=wrong[0].element.assignee or "",
        )
    title = TITLE.format(who=locked.organisation.display_name(acting.actor), task=locked.work.task_name)
    tell(locked, [task.assignee for task in opened if task.assignee is not None and task not in wrong], title)
    body = _body(locked, wanted, items=ordered, **held)
    write_outcome(locked, outcome, acting.event(locked, "task.sign_added", body))


def _add_tasks(locked: LockedCase, acting: Acting, wanted: Signers) -> None:
    element = locked.definition.process.elements.get(locked.work.element_id)
    if wanted.position != "before" and element is not None and element.listeners_at("completing"):
        raise InvalidError(mark("这个任务提交时要先通过检查，只能前加签。"), where="position")
    refuse_twice(locked, wanted.people, "people")
    rows = [
        {
            "instance_id": locked.instance.id,
            "token": locked.work.token,
            "element_id": locked.work.element_id,
            "name": locked.work.task_name,
            "state": "CREATING" if wanted.position == "after" else "CREATED",
            "assignee": person,
            "created_at": locked.environment.now,
            "facts": {"sign": {"by": acting.holder, "reason": wanted.reason}},
            "parent_task_id": locked.work.task_id,
            "position": wanted.position,
        }
        for person in wanted.people
    ]
    ids = locked.session.scalars(insert(UserTask).returning(UserTask.id, sort_by_parameter_order=True), rows).all()
    done = changed(
        locked.session,
        update(UserTask)
        .where(UserTask.id == locked.work.task_id, UserTask.state == "CREATED", UserTask.pending.is_(None))
        .where(UserTask.open_signs == locked.work.open_signs)
        .values(open_signs=UserTask.open_signs + len(rows)),
    )
    if done != 1:
        raise overtaken(locked.work.task_name)
    if wanted.position != "after":
        who = locked.organisation.display_name(acting.actor)
        tell(locked, wanted.people, TITLE.format(who=who, task=locked.work.task_name))
    write_event(locked, acting.event(locked, "task.sign_added", _body(locked, wanted, signs=list(ids))))


def _body(locked: LockedCase, wanted: Signers, **more: object) -> dict[str, object]:
    return {
        "task": locked.work.task_id,
        "people": list(wanted.people),
        "position": wanted.position,
        "reason": wanted.reason,
        **more,
    }
