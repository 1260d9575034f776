"""What a task can be returned to, and whether one that is done can still be taken back."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.execution.immutable import Definition
from engine.execution.own_part import is_own_part
from engine.execution.taking_back import act_of, why_not
from engine.execution.unsigning import is_held, is_signature, why_not_unsigned
from engine.execution.ways import way_of
from engine.interpreter import Walked
from engine.model import ElementInstance, ProcessInstance, UserTask
from engine.organisation import Organisation


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A step that a task can be returned to."""

    token: int
    name: str
    """What people call it; that of the start is the name of its event."""
    people: tuple[str, ...]
    """Display names of who has done it."""
    done_at: dt.datetime | None
    """When it was done last."""
    is_start: bool
    """It is the initiator who changes the start form and hands it in again."""
    may_come_straight_back: bool
    """One person did it, so that it can be done again without what lies between."""


def returnable(session: Session, of: Definition, task: UserTask, known: Organisation) -> list[Earlier]:
    """Give what an open task can be returned to, the nearest first."""
    targets = way_of(session, of.process, task.instance_id).targets(task.token)
    started_by = session.scalar(select(ProcessInstance.started_by).where(ProcessInstance.id == task.instance_id))
    done = _done(session, task.instance_id, targets)
    return [_earlier(of, target, done.get(target.token, []), started_by or "", known) for target in targets]


def may_take_back(session: Session, of: Definition, task: UserTask) -> bool:
    """Tell whether nobody and nothing has touched yet what came of a task that is done or handed in."""
    if is_signature(task) or is_held(task):
        return why_not_unsigned(session, task) is None
    if task.state != "COMPLETED":
        return False
    if is_own_part(session, of, task):
        return True
    act = act_of(session, of.process, task)
    return act is not None and why_not(session, task, act) is None


def _earlier(
    of: Definition, target: Walked, done: list[tuple[str, dt.datetime]], started_by: str, known: Organisation
) -> Earlier:
    is_start = target.kind == "startEvent"
    people = [started_by] if is_start else [by for by, _at in done]
    return Earlier(
        token=target.token,
        name=of.process.elements[target.element_id].label,
        people=tuple(known.display_name(by) for by in dict.fromkeys(people)),
        done_at=max((at for _by, at in done), default=None),
        is_start=is_start,
        may_come_straight_back=target.is_single,
    )


def _done(session: Session, instance_id: int, targets: list[Walked]) -> dict[int, list[tuple[str, dt.datetime]]]:
    """Give who has done each of them and when: for repeated ones, everybody."""
    within = {target.token: target.token for target in targets}
    bodies = [target.token for target in targets if not target.is_single]
    rows = session.execute(
        select(ElementInstance.token, ElementInstance.scope)
        .where(ElementInstance.instance_id == instance_id, ElementInstance.undone.is_(False), ElementInstance.token > 0)
        .order_by(ElementInstance.token)
    ).all()
    scopes = {row.token: row.scope for row in rows} if bodies else {}
    for token in scopes:
        around = token
        while around in scopes and around not in bodies:
            around = scopes[around]
        if around in bodies:
            within[token] = around
    found: dict[int, list[tuple[str, dt.datetime]]] = {}
    completed = select(UserTask.token, UserTask.assignee, UserTask.completed_at).where(
        UserTask.instance_id == instance_id,
        UserTask.token.in_(list(within)),
        UserTask.state == "COMPLETED",
        UserTask.parent_task_id.is_(None),
    )
    for token, by, at in session.execute(completed.order_by(UserTask.completed_at)):
        if by is not None and at is not None:
            found.setdefault(within[token], []).append((by, at))
    return found
