"""Ask one person less to sign a task: 减签."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.errors import ConflictError, ForbiddenError, mark
from engine.execution.acting import Acting
from engine.execution.locked import LockedCase, lock_task
from engine.execution.offered import require_offered
from engine.execution.parts import beside
from engine.execution.people import hand_to_administrators
from engine.execution.rows import changed, overtaken
from engine.execution.signing import one_less
from engine.execution.standing_in import stand_in
from engine.execution.telling import tell
from engine.execution.words import required_reason
from engine.execution.write import write_outcome
from engine.model import UserTask

TITLE = "{who}：“{task}”不用您签了"


def remove_signer(
    session: Session, task_id: int, reason: str, actor: str, *, place: int | None = None, person: str | None = None
) -> None:
    """Take back that somebody was asked to sign; ``task_id`` is their task.

    On a plain task: by who has the task that is signed; its own holder remains, and decides. In a multi-instance:
    by anybody who has an instance of the same; the rest decides, and at least one must sign. ``place`` is that of
    somebody whose turn comes after the task in a sequence, from 0. ``person`` is who is meant, where the caller has
    seen a name: others may have passed the task on, or changed the sequence, meanwhile. Administrators may, too. Raises
    NotFoundError, ForbiddenError, ConflictError, InvalidError without a reason or where nobody would be left.
    """
    locked = lock_task(session, task_id, not_yet_too=True)
    require_offered(locked, "removeSign")
    reason = required_reason(reason)
    if locked.work.parent_task_id is not None:
        _require_meant(locked, locked.work.assignee, person)
        _remove_task(locked, reason, actor)
    else:
        _remove_instance(locked, reason, actor, (place, person))


def _require_meant(locked: LockedCase, found: object, person: str | None) -> None:
    if person is not None and found != person:
        raise ConflictError(
            mark("签“{name}”的人刚刚变了，不是您选的{who}。请重新选择。"),
            name=locked.work.task_name,
            who=locked.organisation.display_name(person),
        )


def _remove_task(locked: LockedCase, reason: str, actor: str) -> None:
    owner = locked.session.scalar(select(UserTask.assignee).where(UserTask.id == locked.work.parent_task_id))
    acting = _acting(locked, actor, [owner] if owner is not None else [])
    done = changed(
        locked.session,
        update(UserTask)
        .where(UserTask.id == locked.work.task_id, UserTask.state.in_(("CREATING", "CREATED")))
        .values(state="CANCELED"),
    )
    if done != 1:
        raise overtaken(locked.work.task_name)
    _tell(locked, acting, locked.work.assignee)
    body = {
        "task": locked.work.task_id,
        "of_task": locked.work.parent_task_id,
        "person": locked.work.assignee,
        "reason": reason,
    }
    one_less(locked, acting, "task.sign_removed", body, None)


def _remove_instance(locked: LockedCase, reason: str, actor: str, which: tuple[int | None, str | None]) -> None:
    place, meant = which
    others = locked.session.scalars(
        select(UserTask.assignee).where(
            UserTask.instance_id == locked.instance.id,
            UserTask.token.in_(beside(locked.instance.id, locked.work.token)),
            UserTask.parent_task_id.is_(None),
            UserTask.state == "CREATED",
            UserTask.assignee.is_not(None),
        )
    ).all()
    acting = _acting(locked, actor, [name for name in others if name is not None])
    case = locked.wake()
    queued = case.queue(locked.work.token)
    person = locked.work.assignee if place is None else queued[place] if 0 <= place < len(queued) else None
    _require_meant(locked, person, meant)
    case.remove_instance(locked.work.token, place)
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    if place is None:
        _tell(locked, acting, locked.work.assignee)
    body = {"task": locked.work.task_id, "person": person, "place": place, "reason": reason, "instance": True}
    write_outcome(locked, outcome, acting.event(locked, "task.sign_removed", body))


def _acting(locked: LockedCase, actor: str, holders: list[str]) -> Acting:
    if actor in holders or "admin" in locked.organisation.grants_of(actor):
        return Acting(actor=actor)
    if actor != locked.instance.started_by:
        for holder in holders:
            way = stand_in(locked.session, actor, holder, locked.definition.process_id, locked.environment.now)
            if way is not None:
                return Acting(actor=actor, on_behalf_of=holder, chain=way.chain)
    raise ForbiddenError(mark("只有“{name}”的办理人可以减签。"), name=locked.work.task_name)


def _tell(locked: LockedCase, acting: Acting, person: str | None) -> None:
    if person is not None and person != acting.actor:
        who = locked.organisation.display_name(acting.actor)
        tell(locked, [person], TITLE.format(who=who, task=locked.work.task_name))
