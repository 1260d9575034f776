"""Go on with a hand-over: a few tasks a transaction, so that nobody waits long for the database."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import EngineError
from engine.execution.handing_over import are_few_in_sequences, hand_over, hand_over_turns, open_tasks_of, turns_of
from engine.execution.telling import tell_person
from engine.model import Handover, UserTask
from engine.organisation import organisation

BATCH = 100
"""Tasks of one transaction."""
TITLE = "{who}的 {count} 个任务已交接给您"
LATER = "{who}依次签的 {count} 个任务还没轮到，轮到时由您接手"
LEFT = "{who}的 {count} 个任务没有交接，可以再试一次"


def continue_handover(
    session: Session, handover_id: int, *, most: int = BATCH, turns: Sequence[int] | None = None
) -> bool:
    """Hand over the next tasks of a hand-over, then the leaver's turns in sequences; give True while there may be more.

    ``turns`` is what ``turns_to_hand_over`` has found; without it they are looked for here, where that is quick.
    A task that can't be handed over now, since listeners are asked whether the leaver gets it, or not to somebody who
    has started its case or has a voice in it already, is noted with the reason and passed over.
    Several workers may try at once: the row is theirs one after the other.
    """
    handover = session.scalars(select(Handover).where(Handover.id == handover_id).with_for_update()).one()
    if handover.finished_at is not None:
        return False
    passed_over = [one["task"] for one in handover.skipped]
    wanted = open_tasks_of(handover.leaver).where(UserTask.id.not_in(passed_over)).order_by(UserTask.id).limit(most)
    tasks = session.scalars(wanted).all()
    handover.done += _each(session, handover, tasks, hand_over)
    if len(tasks) == most or (turns is None and not are_few_in_sequences(session, BATCH)):
        session.flush()
        return True
    found = list(turns_of(session, handover.leaver)) if turns is None else turns
    later = [task for task in found if task not in {one["task"] for one in handover.skipped}]
    given = _each(session, handover, later[:most], hand_over_turns)
    who = organisation(session).display_name(handover.leaver)
    if given:
        tell_person(session, handover.successor, LATER.format(who=who, count=given), handover.reason)
    if len(later) <= most:
        _finish(session, handover, who)
    session.flush()
    return len(later) > most


def _each(
    session: Session, handover: Handover, tasks: Iterable[int], give: Callable[[Session, int, Handover], None]
) -> int:
    """Hand each of the tasks over by itself and give how many could be."""
    done = 0
    for task_id in tasks:
        try:
            with session.begin_nested():
                give(session, task_id, handover)
        except EngineError as error:
            told = {"task": task_id, "message": error.message, "facts": dict(error.facts)}
            handover.skipped = [*handover.skipped, told]
        else:
            done += 1
    return done


def _finish(session: Session, handover: Handover, who: str) -> None:
    handover.finished_at = clock.now()
    if handover.skipped:
        title = LEFT.format(who=who, count=len(handover.skipped))
        tell_person(session, handover.made_by, title, handover.reason)
    if handover.done:
        tell_person(session, handover.successor, TITLE.format(who=who, count=handover.done), handover.reason)
