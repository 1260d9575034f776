"""Remind whoever has a task: 催办."""

import datetime as dt

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from engine import feel
from engine.clock import SHANGHAI
from engine.errors import ConflictError, ForbiddenError, mark
from engine.execution.acting import Acting
from engine.execution.locked import LockedCase, lock_task
from engine.execution.offered import require_offered
from engine.execution.rows import changed
from engine.execution.telling import tell
from engine.execution.words import words
from engine.execution.write import write_event
from engine.model import UserTask, UserTaskCandidate

INTERVAL = "urgeInterval"
"""The property of a task or process that says how long one waits between two reminders, such as ``PT4H``."""
UNLESS_SAID = dt.timedelta(hours=1)
TITLE = "{who}催办“{task}”"


def urge_task(session: Session, task_id: int, message: str, actor: str) -> list[str]:
    """Remind the assignee of an open task, or all others who may claim it; give their usernames.

    Whoever may see the task may urge, but not who has it or alone may claim it. Raises NotFoundError, ForbiddenError,
    ConflictError where it was urged within the interval.
    """
    locked = lock_task(session, task_id)
    require_offered(locked, "urge")
    asked = [locked.work.assignee] if locked.work.assignee is not None else _candidates(locked)
    people = [name for name in asked if name != actor]
    if asked and not people:
        raise ForbiddenError(mark("任务“{name}”就在您这里，不用催办。"), name=locked.work.task_name)
    message = words(message, "words")
    now, interval = locked.environment.now, _interval(locked)
    done = changed(
        session,
        update(UserTask)
        .where(UserTask.id == task_id, or_(UserTask.urged_at.is_(None), UserTask.urged_at <= now - interval))
        .values(urged_at=now),
    )
    if done != 1:
        urged = session.scalar(select(UserTask.urged_at).where(UserTask.id == task_id)) or now
        again = (urged + interval).astimezone(SHANGHAI)
        raise ConflictError(mark("刚催办过，{time} 之后才能再催。"), time=f"{again:%m-%d %H:%M}")
    title = TITLE.format(who=locked.organisation.display_name(actor), task=locked.work.task_name)
    tell(locked, people, title, message)
    body = {"task": task_id, "people": people, "reason": message}
    write_event(locked, Acting(actor=actor).event(locked, "task.urged", body))
    return people


def _interval(locked: LockedCase) -> dt.timedelta:
    """Read the property of the task, else of the process; what is no duration of days and hours does not count."""
    element = locked.definition.process.elements.get(locked.work.element_id)
    own = element.properties.get(INTERVAL) if element is not None else None
    text = own or locked.definition.properties.get(INTERVAL, "")
    length = feel.duration(text.strip()) if text.strip() else None
    if isinstance(length, feel.DaysTime) and length.nanoseconds >= 0:
        return dt.timedelta(microseconds=length.nanoseconds // 1000)
    return UNLESS_SAID


def _candidates(locked: LockedCase) -> list[str]:
    rows = locked.session.execute(
        select(UserTaskCandidate.kind, UserTaskCandidate.principal).where(
            UserTaskCandidate.task_id == locked.work.task_id
        )
    ).all()
    known = locked.organisation
    names = [row.principal for row in rows if row.kind == "user"]
    return sorted({*names, *(name for row in rows if row.kind == "group" for name in known.members_of(row.principal))})
