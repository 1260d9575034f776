"""Taking back one's own part of a task that several people do, while the others go on."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.execution.completions import completion_of
from engine.execution.going_back import begun_at
from engine.execution.immutable import Definition
from engine.execution.locked import LockedCase
from engine.execution.parts import beside
from engine.execution.people import hand_to_administrators
from engine.execution.taking_back import touched
from engine.execution.ways import forget_undone, mark_returned, way_of
from engine.execution.write import write_outcome
from engine.interpreter import Case
from engine.model import UserTask


def is_own_part(session: Session, of: Definition, task: UserTask) -> bool:
    """Tell whether a task that is done is one of several whose whole goes on, and nobody touched what came next.

    In a sequence the next one waits because of it; at once with others nothing does.
    """
    element = of.process.elements.get(task.element_id)
    if task.state != "COMPLETED" or element is None or element.loop is None:
        return False
    way = way_of(session, of.process, task.instance_id)
    if way.passage(task.token) is None or not way.is_instance(task.token):
        return False
    if not way.goes_on_without(task.token):
        return False
    done = completion_of(session, task.instance_id, task.token)
    if done is None or done.body.get("signals"):
        return False
    if element.loop.sequential and _has_passed(session, task, way.beside(task.token)):
        return False
    after = _after(session, task) if element.loop.sequential else []
    given = _given_back(session, task.instance_id, after)
    return not touched(session, task.instance_id, done.sequence, after, given)


def take_own_part_back(locked: LockedCase, case: Case, task: UserTask, event: NewEvent) -> None:
    """Open one's own part again, with what was handed in as its draft. Raises GoneError where the whole is over."""
    session, instance_id = locked.session, task.instance_id
    done = completion_of(session, instance_id, task.token)
    case.reopen_instance(task.token, task.assignee)
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    write_outcome(locked, outcome, event)
    forget_undone(session, instance_id, [task.token], {})
    returned = {"act": "takeBack", "by": event.actor, "at": locked.environment.now.isoformat()}
    draft = dict(done.body.get("input") or {}) if done is not None else {}
    mark_returned(session, instance_id, begun_at(outcome, task.element_id), returned, draft)


def _after(session: Session, task: UserTask) -> list[int]:
    """Give the tokens of those who came later in a sequence."""
    found = session.scalars(
        select(UserTask.token)
        .where(UserTask.instance_id == task.instance_id, UserTask.id > task.id, UserTask.parent_task_id.is_(None))
        .where(UserTask.token.in_(beside(task.instance_id, task.token)))
    )
    return list(found)


def _has_passed(session: Session, task: UserTask, parts: Sequence[int]) -> bool:
    """Tell whether somebody's turn after a part of a sequence has passed by a rule: the next one is further on."""
    later = {token for token in parts if token > task.token}
    of_case = UserTask.instance_id == task.instance_id, UserTask.token.in_(later)
    return bool(later - set(session.scalars(select(UserTask.token).where(*of_case))))


def _given_back(session: Session, instance_id: int, tokens: Sequence[int]) -> list[int]:
    """Give those whose holders had typed their draft before they gave way to who signs before, and nothing since."""
    of_case = UserTask.instance_id == instance_id, UserTask.parent_task_id.is_(None), UserTask.draft.is_not(None)
    drafted = select(UserTask.token, UserTask.element_id, UserTask.assignee, UserTask.draft).where(*of_case)
    now = session.execute(drafted.where(UserTask.token.in_(tokens))).all() if tokens else ()
    gave_way = session.execute(drafted.where(UserTask.state == "CANCELED")).all() if now else ()
    kept = [(one.element_id, one.assignee, one.draft) for one in gave_way]
    return [one.token for one in now if (one.element_id, one.assignee, one.draft) in kept]
