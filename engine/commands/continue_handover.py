"""Go on with a hand-over: a few tasks a transaction, so that nobody waits long for the database."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import EngineError
from engine.execution.handing_over import hand_over, open_tasks_of
from engine.execution.telling import tell_person
from engine.model import Handover, UserTask
from engine.organisation import organisation

BATCH = 100
"""Tasks of one transaction."""
TITLE = "{who}的 {count} 个任务已交接给您"
LEFT = "{who}的 {count} 个任务没有交接，可以再试一次"


def continue_handover(session: Session, handover_id: int, *, most: int = BATCH) -> bool:
    """Hand over the next tasks of a hand-over; give True while there may be more.

    A task that can't be handed over now, since listeners are asked whether the leaver gets it, is noted with the
    reason and passed over.
    Several workers may try at once: the row is theirs one after the other.
    """
    handover = session.scalars(select(Handover).where(Handover.id == handover_id).with_for_update()).one()
    if handover.finished_at is not None:
        return False
    passed_over = [one["task"] for one in handover.skipped]
    wanted = open_tasks_of(handover.leaver).where(UserTask.id.not_in(passed_over)).order_by(UserTask.id).limit(most)
    tasks = session.scalars(wanted).all()
    for task_id in tasks:
        try:
            with session.begin_nested():
                hand_over(session, task_id, handover)
        except EngineError as error:
            told = {"task": task_id, "message": error.message, "facts": dict(error.facts)}
            handover.skipped = [*handover.skipped, told]
        else:
            handover.done += 1
    if len(tasks) < most:
        handover.finished_at = clock.now()
        who = organisation(session).display_name(handover.leaver)
        if handover.skipped:
            title = LEFT.format(who=who, count=len(handover.skipped))
            tell_person(session, handover.made_by, title, handover.reason)
        if handover.done:
            tell_person(session, handover.successor, TITLE.format(who=who, count=handover.done), handover.reason)
    session.flush()
    return len(tasks) == most
